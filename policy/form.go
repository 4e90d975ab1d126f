package policy

// form is sweepd's policy: what is swept, what becomes of each image that a
// person made in ChatGPT and saved, and what may be deleted for good. Its
// comments are the descriptions in the JSON Schema.
type form struct {
	mapped
	// The version of this form: 1.
	Version *version `yaml:"version" jsonschema:"required"`
	// What is swept. Each key is a name of your choice.
	Storages map[string]*storageForm `yaml:"storages" jsonschema:"required"`
	// Tried in this order; the first that matches decides. A file that no rule matches is kept.
	Rules []*ruleForm `yaml:"rules" jsonschema:"required,minItems=1"`
	// What may be deleted for good from the trash, and how long after it came there. Everything is off when absent.
	Trash *trashForm `yaml:"trash"`
	// The most that may be done in a window of time; a run that would go over a limit does nothing.
	Limits *limitsForm `yaml:"limits"`
	// How long a file must have been there, and not been written to, before it may be moved: 10m when absent; 0 for no wait.
	Settle *quiet `yaml:"settle"`
	// A file is not moved before two scans that far apart have met it, the same both times. One is enough when absent.
	ConfirmAfter *duration `yaml:"confirm_after"`
	// What holds a file back that a rule would trash. Everything but last_copy is on when absent.
	Protect *protectForm `yaml:"protect"`
	// What sweepd run may do by itself: report, which moves and deletes nothing, or enforce. report when absent.
	Mode *mode `yaml:"mode"`
	// When sweepd run goes by this file once it was changed: automatic, or manual, at sweepd reload. Until then nothing is deleted. automatic when absent.
	Reload *reload `yaml:"reload"`
	// When sweepd run does what.
	Schedule *scheduleForm `yaml:"schedule"`
	// Whom sweepd run tells of what. Nobody when absent; the record is kept all the same.
	Notify []*notifyForm `yaml:"notify" jsonschema:"minItems=1"`
}

// storageForm is one place to sweep. Which keys it takes depends on its type:
// see storageKinds.
type storageForm struct {
	mapped
	// The kind of storage: local, gdrive for Google Drive, or dropbox.
	Type *storageType `yaml:"type" jsonschema:"required"`
	// Folders. Of local: absolute, or beginning with ~/. Of gdrive and dropbox: paths in the account, all of it when absent.
	Roots []root `yaml:"roots" jsonschema:"minItems=1"`
	// Of local: whether a root may be /, a folder directly below it, a person's whole home, or a folder above that: false when absent.
	AllowBroadRoot *boolean `yaml:"allow_broad_root"`
	// Patterns for paths below a root that are left alone: "old/**". One that matches a folder leaves out all in it.
	Exclude []excludeGlob `yaml:"exclude" jsonschema:"minItems=1"`
	// Of local: whether to enter file systems that are mounted below a root: false when absent.
	CrossMounts *boolean `yaml:"cross_mounts"`
	// Of gdrive: the file of the OAuth client that you made for yourself and downloaded from Google's console.
	Client *keyFile `yaml:"client"`
	// Of gdrive and dropbox: the e-mail address of the only account that will do. When absent, the first that signs in.
	Account *address `yaml:"account"`
	// Of gdrive, in place of client: the key file of a service account that a Workspace administrator lets act for others.
	ServiceAccount *keyFile `yaml:"service_account"`
	// With service_account: the e-mail address of the person whose Drive it is.
	Impersonate *address `yaml:"impersonate"`
	// Of gdrive: shared drives, by name or id, that are swept too. None when absent.
	SharedDrives []sharedDrive `yaml:"shared_drives" jsonschema:"minItems=1"`
	// Of dropbox: the key of the app that you made for yourself in Dropbox's App Console. It is no secret.
	AppKey *appKey `yaml:"app_key"`
	// Of dropbox, with an app that a team has linked: the id of the team member whose files they are, "dbmid:...".
	Member *member `yaml:"member"`
	// Of dropbox: whether paths begin at the top of the team's space and not of the member's own folder. False when absent.
	TeamSpace *boolean `yaml:"team_space"`
	// Whether what trash: says is done here: on or off, on when absent. In a Dropbox without member: it cannot be, and a policy with trash: has to say off.
	Purge *purging `yaml:"purge"`
}

// ruleForm is one rule.
type ruleForm struct {
	mapped
	// What the rule is called in plans, history and explanations; each name once.
	Name *label `yaml:"name" jsonschema:"required"`
	// What must be true of a file, all of it; absent: of any.
	When *when `yaml:"when"`
	// What becomes of the file: keep, review (a person decides) or trash.
	Do *Action `yaml:"do" jsonschema:"required"`
	// With trash: marked now, moved so much later unless something changed.
	Grace *duration `yaml:"grace"`
}

// trashForm says what may be deleted for good.
type trashForm struct {
	mapped
	// What sweepd itself moved to the trash: a duration, or off.
	Ours *purgeAge `yaml:"ours"`
	// What others moved there and looks like an image from ChatGPT: a duration, or off.
	Matching *purgeAge `yaml:"matching"`
	// Whatever lies in the trash: a duration of at least 1d, or off.
	Everything *binAge `yaml:"everything"`
}

// limitsForm is the most that may be done in a window of time.
type limitsForm struct {
	mapped
	// How many files: 500 when absent.
	Files *number `yaml:"files"`
	// How many bytes together: 5GB when absent.
	Bytes *size `yaml:"bytes"`
	// What part of the files under the storage's roots: 50% when absent. Not counted below 20 files.
	Share *percent `yaml:"share"`
	// The time in which files, bytes and share are counted, over all runs: 1h to 31d, 1d when absent.
	Window *window `yaml:"window"`
	// How many times the files of a usual day a window may have before a person is asked: 2 to 1000, or off; 10 when absent.
	Surge *surge `yaml:"surge"`
}

// protectForm says what holds a file back. Its keys are the names of
// providers.AllGuards, and last_copy.
type protectForm struct {
	mapped
	// A file that somebody is writing to: keep. It is never off.
	Open *alwaysOn `yaml:"open"`
	// A download or a copy that is under way: keep or off.
	Partial *guard `yaml:"partial"`
	// A file whose bytes are online only, or a sync program's to manage: keep or off.
	Placeholder *guard `yaml:"placeholder"`
	// A file with other names, so that deleting one frees nothing: keep or off.
	HardLinked *guard `yaml:"hard_linked"`
	// Another user's file: keep or off.
	OtherOwner *guard `yaml:"other_owner"`
	// A file that Git tracks: keep or off.
	Git *guard `yaml:"git"`
	// A file that a document or a source file names: keep or off.
	Mentioned *guard `yaml:"mentioned"`
	// A file in a notes vault or a photo library: keep or off.
	Library *guard `yaml:"library"`
	// A file that a person gave a star or a tag: keep or off.
	Tagged *guard `yaml:"tagged"`
	// A file that other people can see: keep or off.
	Shared *guard `yaml:"shared"`
	// A file that its storage does not let be deleted: keep. It is never off.
	Locked *alwaysOn `yaml:"locked"`
	// The last file with its content: keep or off; off when absent.
	LastCopy *guard `yaml:"last_copy"`
}

// scheduleForm says when sweepd run does what.
type scheduleForm struct {
	mapped
	// When it sweeps: hourly, daily 03:00, weekly sun 04:00, monthly 1 03:00, every 6h, or the five fields of cron. daily 03:00 when absent.
	Sweep *spec `yaml:"sweep"`
	// Whether it sweeps also as soon as files were seen to change: false when absent.
	OnChange *boolean `yaml:"on_change"`
	// How often all files are listed anew, whatever was seen to change: 1m to 31d, 6h when absent.
	Rescan *rescan `yaml:"rescan"`
	// The time zone of these times, as in Europe/Berlin. The machine's when absent.
	Zone *zone `yaml:"zone"`
	// How much later a sweep may begin, so that many machines do not begin at once: 0 to 1h, 0 when absent. It is always the same on one machine.
	Jitter *jitter `yaml:"jitter"`
	// Hours of each day in which nothing is moved or deleted, as in 22:00-07:00. Scans go on. None when absent.
	Quiet *hours `yaml:"quiet"`
	// When it tells what is going to be deleted: daily or weekly, at 09:00; a schedule as sweep has it; or off. off when absent.
	Digest *digest `yaml:"digest"`
}

// notifyForm is whom sweepd run tells of what.
type notifyForm struct {
	mapped
	// A file, which only its owner may read, with the one address to send to; or the name of a systemd credential that holds it; or desktop.
	To *sink `yaml:"to" jsonschema:"required"`
	// Of what: summary, held, grant, failed, digest; or a list of these. The first four when absent.
	On some[Event] `yaml:"on"`
	// Whether messages name files: show or hide; hide when absent.
	Names *names `yaml:"names"`
}

// when is what must be true of a file for a rule to match.
type when struct {
	condition
	// Files that somebody worked on since: include, only or exclude. A rule that trashes excludes them when absent, other rules include them.
	Derived *derived `yaml:"derived"`
}

// condition is what must be true of a file, all of it together.
type condition struct {
	mapped
	// At least so sure that the image was made in ChatGPT: possible, likely, strong or proven.
	Confidence *level `yaml:"confidence"`
	// In this storage, or one of these.
	Storage some[label] `yaml:"storage"`
	// The whole path matches this pattern, or one of these; ** stands for any folders: "**/keep/**". Where it protects files, the pattern of a folder is for all in it. In Dropbox the case of letters does not count.
	Path some[pathGlob] `yaml:"path"`
	// The file's name matches this pattern, or one of these: "*.png". In Dropbox the case of letters does not count.
	Name some[nameGlob] `yaml:"name"`
	// The image names this product, or one of these; unstated is a genuine one that names none.
	Product some[product] `yaml:"product"`
	// Older than this.
	OlderThan *duration `yaml:"older_than"`
	// Younger than this.
	NewerThan *duration `yaml:"newer_than"`
	// What older_than and newer_than count from. When absent: made, else the later of modified and created.
	AgeBy *ageBy `yaml:"age_by"`
	// Larger than this many bytes.
	LargerThan *size `yaml:"larger_than"`
	// Smaller than this many bytes.
	SmallerThan *size `yaml:"smaller_than"`
	// Pixels: 1024 exactly, or ">=1024", "<=1024", ">1024", "<1024".
	Width *comparison `yaml:"width"`
	// Pixels: 1024 exactly, or ">=1024", "<=1024", ">1024", "<1024".
	Height *comparison `yaml:"height"`
	// A detector saw something: its name, or its name and a detail; or one of these.
	Evidence some[detector] `yaml:"evidence"`
	// Whether a person gave it a star. Not known on a local disk.
	Starred *boolean `yaml:"starred"`
	// Make and model of the camera that took it match this pattern, or one of these; "*" is any camera. Not known on a local disk.
	Camera some[cameraGlob] `yaml:"camera"`
	// A property that a program noted on it, key=value, matches this pattern, or one of these: "album=*". Not known on a local disk.
	Property some[propertyGlob] `yaml:"property"`
	// At least one of these is true.
	Any []*condition `yaml:"any" jsonschema:"minItems=1"`
	// All of these are true.
	All []*condition `yaml:"all" jsonschema:"minItems=1"`
	// This is not true.
	Not *condition `yaml:"not"`
}

// some is one value, or a list of them of which any will do.
type some[T ~string] []T
