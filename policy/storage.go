package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Storage is one place to sweep, as the policy describes it. Which fields mean
// something depends on the type.
type Storage struct {
	Type    string   // Local, GDrive or Dropbox
	Roots   []string // absolute and clean; none is inside another; ["/"] for all of an account
	Exclude []string // doublestar patterns for paths below a root
	NoPurge bool     // nothing is deleted for good there, whatever the policy says of trash

	// Of Local.
	AllowBroadRoot bool // a root may be Broad
	CrossMounts    bool // enter file systems that are mounted below a root

	// Of GDrive. Exactly one of Client and ServiceAccount is set, and
	// Impersonate with the latter.
	Client         string   // absolute path of an OAuth client's JSON file
	Account        string   // of Dropbox too: e-mail address of the only account that will do; "" for the first that signs in
	ServiceAccount string   // absolute path of a service account's JSON key file
	Impersonate    string   // e-mail address of the person for whom the service account acts
	SharedDrives   []string // names or ids of the shared drives that are swept too

	// Of Dropbox.
	AppKey    string // of the person's own app
	Member    string // with a team's app: as whom it acts; "" for an app of the person's own
	TeamSpace bool   // paths begin at the top of the team's space
}

// Far reports whether the storage is an account of a service and not folders of
// this machine.
func (s Storage) Far() bool { return s.Type != "" && s.Type != Local }

// Service is what people call the service that the account is of.
func (s Storage) Service() string { return kindOf(s.Type).said }

// Purges reports whether anything can be deleted for good there, and may be.
func (s Storage) Purges() bool { return s.purgeable() && !s.NoPurge }

// purgeable reports whether anything can be deleted for good there. In Dropbox
// only an app that a team has linked can.
func (s Storage) purgeable() bool { return s.Type != Dropbox || s.Member != "" }

// After says what the service does with what it has kept so long, a clause.
func (s Storage) After() string { return kindOf(s.Type).after }

// Keeps is how long the service itself keeps what is in its trash, whoever put
// it there, at least; 0 for ever.
func (s Storage) Keeps() time.Duration { return kindOf(s.Type).keeps }

// whole reports whether an account is swept from its top.
func (s Storage) whole() bool { return s.Far() && slices.Equal(s.Roots, []string{"/"}) }

// Excludes reports whether a file is left alone by a pattern of Exclude that
// matches it or a folder above it. below is its path, slash-separated, below
// the root; nothing is known, or excluded, of "".
func (s Storage) Excludes(below string) bool {
	for ; below != "" && below != "."; below = path.Dir(below) {
		if slices.ContainsFunc(s.Exclude, func(glob string) bool { return matchesFolded(glob, below, kindOf(s.Type).folds) }) {
			return true
		}
	}
	return false
}

// Broad returns why root is too much to sweep unless a person says so in the
// policy, as a clause that follows "it is too much:", or "" for any other folder.
// Too much are /, a folder directly below it, a folder that has the form of a
// person's home or is home, and what is above home, whether root is that folder
// itself or a symbolic link to it. Both paths are absolute and clean; home is ""
// where there is none. real returns a path without links. Letters of either case
// are equal, because they are on most disks of a Mac.
func Broad(root, home string, real func(path string) string) (why string) {
	if why = broad(root, home); why != "" {
		return why
	}
	at := real(root)
	if home != "" {
		home = real(home)
	}
	if why = broad(at, home); why != "" && at != root {
		why = fmt.Sprintf("it leads to %q, and %s", at, why)
	}
	return why
}

func broad(root, home string) (why string) {
	root, home = strings.ToLower(root), strings.ToLower(home)
	switch parent := path.Dir(root); {
	case root == "/":
		return "it is the whole disk"
	case root == home, root == "/root", parent == "/home", parent == "/users":
		return "it is somebody's whole home"
	case home != "" && within(home, root):
		return "your home is inside it"
	case parent == "/":
		return "it is one of the first folders of the disk"
	}
	return ""
}

// TrashAges say what may be deleted for good from a storage's trash, and how
// long after it came there. Zero is never.
type TrashAges struct {
	Ours       time.Duration // what sweepd trashed
	Matching   time.Duration // what others trashed and the fingerprint matches
	Everything time.Duration // whatever lies there
}

// trashAge is one of the TrashAges, by its key.
type trashAge struct {
	key string
	age time.Duration
}

// TrashOf is what may be deleted for good from the trash of one storage.
func (p *Policy) TrashOf(storage string) TrashAges {
	if !p.Storages[storage].Purges() {
		return TrashAges{}
	}
	return p.Trash
}

func (a TrashAges) each() []trashAge {
	return []trashAge{{"ours", a.Ours}, {"matching", a.Matching}, {"everything", a.Everything}}
}
