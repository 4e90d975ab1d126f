package policy

import (
	"path"
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy/internal/glob"
)

// Storage is one place to sweep. The type determines which fields are used.
type Storage struct {
	Type    string   // Local, GDrive or Dropbox; or that of a fleet, Workspace or DropboxTeam
	Roots   []string // absolute, clean and not inside one another; ["/"] for a whole account
	Exclude []string // doublestar patterns for paths below a root
	NoPurge bool     // purge nothing there, regardless of the trash ages
	// Ask names a service to which pictures of the storage are uploaded to be judged: AskOpenAI; "" for none.
	Ask string

	// The fields below are used by Local.
	AllowBroadRoot bool // Broad roots are allowed
	CrossMounts    bool // enter file systems that are mounted below a root

	// The fields below are used by GDrive. Either Client is set, or ServiceAccount and Impersonate.
	Client string // absolute path of an OAuth client's JSON file
	// Account is also used by Dropbox. It is the e-mail address of the only acceptable account; "" for the first that
	// signs in.
	Account        string
	ServiceAccount string   // absolute path of a service account's JSON key file
	Impersonate    string   // e-mail address of the user for whom the service account acts
	SharedDrives   []string // names or ids of shared drives to sweep too

	// The fields below are used by Dropbox.
	AppKey    string // of the user's own app
	Member    string // with a team's app: the member it acts for; "" for the user's own app
	TeamSpace bool   // paths begin at the top of the team's space

	// The fields below are used by fleets. One of the first four selects the members.
	Everyone bool     // all users of the directory
	Users    []string // these, by their e-mail addresses
	Group    string   // those in a group: of a Workspace by its address, of a Dropbox team by its name
	Query    string   // those that match a search of the directory of a Workspace
	Except   []string // addresses of members that are left out
	Admin    string   // the administrator as whom the directory of a Workspace is read

	// Dry is how long an account is only reported on after it was swept for the first time; zero: not at all. A
	// member's storage has that of its fleet.
	Dry   time.Duration
	Fleet string // of a member's storage: the name of its fleet, whose sign-in it uses
}

// Remote reports whether the storage is an account of a service, and not folders of this machine.
func (s Storage) Remote() bool { return s.Type != "" && s.Type != Local }

// Service returns the service's name for messages.
func (s Storage) Service() string { return kindOf(s.Type).display }

// Purges reports whether files there can and may be purged.
func (s Storage) Purges() bool { return s.purgeable() && !s.NoPurge }

// purgeable reports whether files there can be purged. In Dropbox only an app that a team has linked can do that.
func (s Storage) purgeable() bool { return s.Type != Dropbox || s.Member != "" || s.Fleet != "" }

// After returns a clause: what the service does after the time of Keeps.
func (s Storage) After() language.Message { return kindOf(s.Type).after }

// Keeps returns how long the service keeps any file in its trash at least; 0: for ever.
func (s Storage) Keeps() time.Duration { return kindOf(s.Type).keeps }

// whole reports whether an account is swept from its top.
func (s Storage) whole() bool { return s.Remote() && slices.Equal(s.Roots, []string{"/"}) }

// Excludes reports whether a pattern of Exclude matches a file or a folder above it. below is the file's
// slash-separated path below the root; Excludes reports false for "".
func (s Storage) Excludes(below string) bool {
	for ; below != "" && below != "."; below = path.Dir(below) {
		if slices.ContainsFunc(s.Exclude,
			func(pattern string) bool { return glob.MatchFolded(pattern, below, kindOf(s.Type).folds) }) {
			return true
		}
	}
	return false
}

// TrashAges control which files may be purged from a storage's trash, and how long after they were trashed. Zero is
// never.
type TrashAges struct {
	Ours       time.Duration // files that sweepd trashed
	Matching   time.Duration // files that others trashed and the fingerprint matches
	Everything time.Duration // all files in the trash
}

// trashAge is one of the TrashAges with its key.
type trashAge struct {
	key string
	age time.Duration
}

// TrashOf returns the ages for the trash of one storage. They are zero if its files cannot or must not be purged.
func (p *Policy) TrashOf(storage string) TrashAges {
	if st, _ := p.Storage(storage); !st.Purges() {
		return TrashAges{}
	}
	return p.Trash
}

// each returns the ages with their keys in the policy file, in the order of the file's reference.
func (a TrashAges) each() []trashAge {
	return []trashAge{{"ours", a.Ours}, {"matching", a.Matching}, {"everything", a.Everything}}
}
