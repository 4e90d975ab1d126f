package policyfile

// form is sweepd's policy: the places to sweep, the action for each image that a person made in ChatGPT and saved,
// and the files that may be deleted for good. Its comments are the descriptions in the JSON Schema.
type form struct {
	mapped
	// Version of this format: 1.
	Version *version `yaml:"version" jsonschema:"required"`
	// Places to sweep. Each key is a name of your choice.
	Storages map[string]*storageForm `yaml:"storages" jsonschema:"required"`
	// Tried in this order; the first that matches decides. A file that no rule matches is kept.
	Rules []*ruleForm `yaml:"rules" jsonschema:"required,minItems=1"`
	// Files that may be deleted for good from the trash, and how long after they came there. Off when absent.
	Trash *trashForm `yaml:"trash"`
	// The most that may be done in a window of time; a run that would exceed a limit does nothing.
	Limits *limitsForm `yaml:"limits"`
	// How long a file must have existed, unchanged, before it may be moved: 10m when absent; 0 for no wait.
	Settle *quiet `yaml:"settle"`
	// A file is not moved before two scans this far apart have found it unchanged. One scan is enough when absent.
	ConfirmAfter *duration `yaml:"confirm_after"`
	// How OpenAI is asked about pictures, for the storages and rules with ask: openai.
	OpenAI *openAIForm `yaml:"openai"`
	// Guards, which hold back a file that a rule would trash. All except last_copy are on when absent.
	Protect *protectForm `yaml:"protect"`
	// Whether pictures without other evidence are compared with known ones by what they look like: on or off.
	// off when absent. A rule trashes such a copy only with evidence: known.copy.
	Copies *comparing `yaml:"copies"`
	// Mode of sweepd run: report, which moves and deletes nothing, or enforce. report when absent.
	Mode *mode `yaml:"mode"`
	// When sweepd run uses a changed file: automatic, or manual, at sweepd reload; automatic when absent.
	// Until then nothing is deleted.
	Reload *reload `yaml:"reload"`
	// When sweepd run sweeps, scans and reports.
	Schedule *scheduleForm `yaml:"schedule"`
	// Receivers of messages from sweepd run. None when absent; the journal is kept in any case.
	Notify []*notifyForm `yaml:"notify" jsonschema:"minItems=1"`
	// How other machines reach the review page of sweepd run. Only this machine does when absent.
	Review *reviewForm `yaml:"review"`
}

// storageForm is one place to sweep. The type determines which keys it accepts; see storageKinds.
type storageForm struct {
	mapped
	// The kind of storage: local, gdrive for Google Drive, or dropbox. For many accounts of an organization: workspace,
	// the Google Drive of each user of a Google Workspace, or dropbox_team, the Dropbox of each member of a team.
	Type *storageType `yaml:"type" jsonschema:"required"`
	// Folders. For local: absolute, or beginning with ~/.
	// Otherwise: paths in the account, all of it when absent.
	Roots []root `yaml:"roots" jsonschema:"minItems=1"`
	// For local: whether a root may be /, a folder directly below it, a whole home, or a folder above a home.
	// false when absent.
	AllowBroadRoot *boolean `yaml:"allow_broad_root"`
	// Patterns for paths below a root to leave alone: "old/**". A pattern that matches a folder excludes all in it.
	Exclude []excludeGlob `yaml:"exclude" jsonschema:"minItems=1"`
	// For local: whether to enter file systems that are mounted below a root: false when absent.
	CrossMounts *boolean `yaml:"cross_mounts"`
	// For gdrive: the file of the OAuth client that you made and downloaded from Google's console.
	Client *keyFile `yaml:"client"`
	// For gdrive and dropbox: e-mail address of the only acceptable account. When absent, the first that signs in.
	Account *address `yaml:"account"`
	// For gdrive, instead of client, and for workspace: key file of a service account that a Workspace administrator
	// lets act for others.
	ServiceAccount *keyFile `yaml:"service_account"`
	// With service_account: the e-mail address of the user whose Drive is swept.
	Impersonate *address `yaml:"impersonate"`
	// For gdrive: shared drives, by name or id, to sweep as well. None when absent.
	SharedDrives []sharedDrive `yaml:"shared_drives" jsonschema:"minItems=1"`
	// For dropbox and dropbox_team: the key of the app that you made in Dropbox's App Console. It is no secret.
	AppKey *appKey `yaml:"app_key"`
	// For dropbox, with an app that a team has linked: the id of the team member whose files are swept, "dbmid:...".
	Member *member `yaml:"member"`
	// For dropbox: whether paths begin at the top of the team's space, not of the member's folder; false when absent.
	TeamSpace *boolean `yaml:"team_space"`
	// For workspace and dropbox_team: all, or the e-mail addresses of those whose accounts are swept.
	Users some[user] `yaml:"users"`
	// For workspace: the address of a group, whose users are swept, also those of groups in it. For dropbox_team: the
	// name of a group, whose members are swept.
	Group *group `yaml:"group"`
	// For workspace: a search of the directory, whose results are swept: "orgUnitPath=/Sales".
	Query *query `yaml:"query"`
	// For workspace and dropbox_team: e-mail addresses of those who are left out all the same.
	Except []address `yaml:"except" jsonschema:"minItems=1"`
	// For workspace: e-mail address of the administrator as whom the directory is read.
	// Only a list of users needs none.
	Admin *address `yaml:"admin"`
	// For workspace and dropbox_team: how long an account is only reported on, from when it is swept for the first
	// time. Not at all when absent.
	Dry *duration `yaml:"dry"`
	// Whether the settings of trash apply here: on or off, on when absent.
	// A Dropbox without member cannot purge, and a policy with trash must set off here.
	Purge *purging `yaml:"purge"`
	// Whether to ask OpenAI about pictures whose origin nothing else shows: openai, which uploads them to OpenAI.
	// When absent, nothing is uploaded. The section openai has the API key.
	Ask *asked `yaml:"ask"`
}

// openAIForm controls how OpenAI's Content Provenance API is asked about pictures.
type openAIForm struct {
	mapped
	// A file with the API key, readable by its owner only, or a credential of systemd by its whole path.
	Key *keyFile `yaml:"key" jsonschema:"required"`
	// The most pictures that are uploaded in 24 hours: 100 when absent.
	Uploads *number `yaml:"uploads"`
}

// ruleForm is one rule.
type ruleForm struct {
	mapped
	// The rule's name in plans, history and explanations; must be unique.
	Name *label `yaml:"name" jsonschema:"required"`
	// Conditions on a file, all of which must be true. When absent, the rule applies to every file.
	When *when `yaml:"when"`
	// Action on the file: keep, review (you decide) or trash.
	Do *action `yaml:"do" jsonschema:"required"`
	// With trash: the file is marked now and moved this much later unless something changed.
	Grace *duration `yaml:"grace"`
	// With review or trash: openai, to ask OpenAI about the pictures that this rule would match if OpenAI recognised
	// them, and whose origin nothing else shows. This uploads them to OpenAI. The section openai has the API key.
	Ask *asked `yaml:"ask"`
	// With trash, and a storage of type workspace or dropbox_team under when: whether sweepd keep keeps no file from
	// this rule. false when absent.
	Mandatory *boolean `yaml:"mandatory"`
}

// trashForm controls which files may be deleted for good.
type trashForm struct {
	mapped
	// Files that sweepd moved to the trash: a duration, or off.
	Ours *purgeAge `yaml:"ours"`
	// Files that others moved there and that look like images from ChatGPT: a duration, or off.
	Matching *purgeAge `yaml:"matching"`
	// All files in the trash: a duration of at least 1d, or off.
	Everything *binAge `yaml:"everything"`
}

// limitsForm holds the most that may be done in a window of time.
type limitsForm struct {
	mapped
	// Number of files: 500 when absent.
	Files *number `yaml:"files"`
	// Number of files of each account of a storage of type workspace or dropbox_team. No limit of its own when absent.
	AccountFiles *number `yaml:"account_files"`
	// Bytes together: 5GB when absent.
	Bytes *size `yaml:"bytes"`
	// Part of the files under the storage's roots: 50% when absent. Not counted below 20 files.
	Share *percent `yaml:"share"`
	// The time in which files, bytes and share are counted, over all runs: 1h to 31d, 1d when absent.
	Window *window `yaml:"window"`
	// How many times the files of a usual day need your confirmation: 2 to 1000, or off; 10 when absent.
	Surge *surge `yaml:"surge"`
}

// protectForm controls the guards. Its keys are the names of providers.AllGuards, and last_copy.
type protectForm struct {
	mapped
	// A file that a program is writing to: keep. It is never off.
	Open *alwaysOn `yaml:"open"`
	// A download or a copy in progress: keep or off.
	Partial *guard `yaml:"partial"`
	// A file whose bytes are only online, or managed by a sync program: keep or off.
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
	// A file with a star or a tag: keep or off.
	Tagged *guard `yaml:"tagged"`
	// A file that other people can see: keep or off.
	Shared *guard `yaml:"shared"`
	// A file that its storage does not allow to be deleted: keep. It is never off.
	Locked *alwaysOn `yaml:"locked"`
	// The last file with its content: keep or off; off when absent.
	LastCopy *guard `yaml:"last_copy"`
}

// scheduleForm controls the times at which sweepd run acts.
type scheduleForm struct {
	mapped
	// Time of sweeps: hourly, daily 03:00, weekly sun 04:00, monthly 1 03:00, every 6h, or the five fields of cron.
	// daily 03:00 when absent.
	Sweep *spec `yaml:"sweep"`
	// Whether to sweep also as soon as a change of files is noticed: false when absent.
	OnChange *boolean `yaml:"on_change"`
	// How often all files are listed again, even without noticed changes: 1m to 31d, 6h when absent.
	Rescan *rescan `yaml:"rescan"`
	// The time zone of these times, as in Europe/Berlin. The machine's when absent.
	Zone *zone `yaml:"zone"`
	// The longest delay of a sweep, so that many machines do not begin at once: 0 to 1h, 0 when absent.
	// The delay is always the same on one machine.
	Jitter *jitter `yaml:"jitter"`
	// Hours of each day in which nothing is moved or deleted, as in 22:00-07:00. Scans continue. None when absent.
	Quiet *hours `yaml:"quiet"`
	// When to announce the coming deletions: daily or weekly, at 09:00; a schedule as for sweep; or off, the default.
	Digest *digest `yaml:"digest"`
}

// notifyForm is a receiver of messages from sweepd run.
type notifyForm struct {
	mapped
	// A file with one address, readable by its owner only; the name of a systemd credential with one; or desktop.
	To *sink `yaml:"to" jsonschema:"required"`
	// Events: summary, held, grant, failed, digest; or a list of these. The first four when absent.
	On some[event] `yaml:"on"`
	// Whether messages include names of files: show or hide; hide when absent.
	Names *names `yaml:"names"`
	// With on: digest and the URL of a mail server: whether each user of a storage of type workspace or dropbox_team
	// gets the digest of their own account, at its address. false when absent.
	EachUser *boolean `yaml:"each_user"`
}

// reviewForm lets other machines in to the review page.
type reviewForm struct {
	mapped
	// Address and port, as in 0.0.0.0:8443. When absent, a socket of systemd with the name review.
	Listen *listening `yaml:"listen"`
	// The certificate and those above it, as PEM. It names the host of the page.
	Certificate *credential `yaml:"certificate" jsonschema:"required"`
	// The private key of the certificate, as PEM, readable by its owner only.
	Key *credential `yaml:"key" jsonschema:"required"`
	// The hash of the password, as sweepd review --password prints it, readable by its owner only.
	Password *credential `yaml:"password" jsonschema:"required"`
}

// when holds the conditions that must be true of a file for a rule to match.
type when struct {
	condition
	// Files that were changed after they were made: include, only or exclude.
	// When absent, a rule that trashes excludes them and other rules include them.
	Derived *derived `yaml:"derived"`
}

// condition holds keys that must all be true of a file.
type condition struct {
	mapped
	// Least confidence that the image was made in ChatGPT: possible, likely, strong or proven.
	Confidence *level `yaml:"confidence"`
	// The file is in this storage, or in one of these. The account of one user of a workspace or a dropbox_team is
	// STORAGE/ADDRESS.
	Storage some[location] `yaml:"storage"`
	// The whole path matches this pattern, or one of these; ** stands for any folders: "**/keep/**".
	// If it protects files, a pattern for a folder includes all in it. In Dropbox case is ignored.
	Path some[pathGlob] `yaml:"path"`
	// The file's name matches this pattern, or one of these: "*.png". In Dropbox case is ignored.
	Name some[nameGlob] `yaml:"name"`
	// The image names this product, or one of these; unstated is a genuine one that names none.
	Product some[product] `yaml:"product"`
	// Older than this.
	OlderThan *duration `yaml:"older_than"`
	// Younger than this.
	NewerThan *duration `yaml:"newer_than"`
	// The event that older_than and newer_than count from. When absent: made, else the later of modified and created.
	AgeBy *ageBy `yaml:"age_by"`
	// Larger than this many bytes.
	LargerThan *size `yaml:"larger_than"`
	// Smaller than this many bytes.
	SmallerThan *size `yaml:"smaller_than"`
	// Pixels: 1024 exactly, or ">=1024", "<=1024", ">1024", "<1024".
	Width *comparison `yaml:"width"`
	// Pixels: 1024 exactly, or ">=1024", "<=1024", ">1024", "<1024".
	Height *comparison `yaml:"height"`
	// A detector found something: its name, or its name and a detail; or one of these.
	Evidence some[detector] `yaml:"evidence"`
	// Whether it has a star. Unknown on a local disk.
	Starred *boolean `yaml:"starred"`
	// Make and model of the camera match this pattern, or one of these; "*" is any camera. Unknown on a local disk.
	Camera some[cameraGlob] `yaml:"camera"`
	// A property that a program set on it, key=value, matches this pattern, or one of these: "album=*".
	// Unknown on a local disk.
	Property some[propertyGlob] `yaml:"property"`
	// At least one of these is true.
	Any []*condition `yaml:"any" jsonschema:"minItems=1"`
	// All of these are true.
	All []*condition `yaml:"all" jsonschema:"minItems=1"`
	// This is not true.
	Not *condition `yaml:"not"`
}

// some is one value, or a list of values of which any matches.
type some[T ~string] []T
