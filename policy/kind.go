package policy

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"sweepd/providers"
)

// The types of storage.
const (
	Local   = "local"   // folders of this machine
	GDrive  = "gdrive"  // a Google Drive account
	Dropbox = "dropbox" // a Dropbox account
)

// storageKind is a type of storage: the keys that it accepts and the facts that it provides.
type storageKind struct {
	name    string
	display string        // its name in messages
	keys    []string      // accepted keys of storageForm other than type
	needs   []string      // the required ones of keys
	keeps   time.Duration // how long the service keeps trashed files at least; 0: for ever
	after   string        // a clause: what the service does after keeps, or how to purge at once
	// knows is true if the service reports stars, cameras and properties, so that their absence is known too.
	knows bool
	asks  []providers.Guard // guards that can hold its files
	folds bool              // names that differ only in case are equal
}

var storageKinds = []storageKind{
	{
		name: Local, display: "local",
		asks: []providers.Guard{
			providers.GuardOpen, providers.GuardPartial, providers.GuardPlaceholder, providers.GuardHardLinked,
			providers.GuardOtherOwner,
			providers.GuardGit, providers.GuardMentioned, providers.GuardLibrary, providers.GuardTagged,
		},
		keys:  []string{"roots", "allow_broad_root", "exclude", "cross_mounts", "purge"},
		needs: []string{"roots"},
	},
	{
		name: GDrive, display: "Google Drive", knows: true,
		asks: []providers.Guard{
			providers.GuardPartial, providers.GuardGit, providers.GuardLibrary, providers.GuardTagged,
			providers.GuardShared, providers.GuardLocked,
		},
		keeps: driveKeeps, after: "Google Drive deletes it after 30 days",
		keys: []string{
			"roots", "exclude", "client", "account", "service_account", "impersonate",
			"shared_drives", "purge",
		},
	},
	{
		// Source: the Dropbox API reference. list_folder: "Changes to only the casing of paths won't be returned";
		// path_display: only its last part has the user's casing.
		name: Dropbox, display: "Dropbox", folds: true,
		asks: []providers.Guard{
			providers.GuardPartial, providers.GuardGit, providers.GuardLibrary,
			providers.GuardShared, providers.GuardLocked,
		},
		keeps: dropboxKeeps, after: "Dropbox keeps it for " + dropboxAges + "; to purge now: " + dropboxBin,
		keys:  []string{"roots", "exclude", "app_key", "account", "member", "team_space", "purge"},
		needs: []string{"app_key"},
	},
}

// types returns the names of the kinds.
func types() []string {
	names := make([]string, len(storageKinds))
	for i, k := range storageKinds {
		names[i] = k.name
	}
	return names
}

// kindOf returns the kind of that name. If there is none, it returns one without keys and facts.
func kindOf(name string) storageKind {
	if i := slices.IndexFunc(storageKinds, func(k storageKind) bool { return k.name == name }); i >= 0 {
		return storageKinds[i]
	}
	return storageKind{name: name, display: name}
}

// strayHints explain why a type does not accept a key.
var strayHints = map[string]string{
	"allow_broad_root": "a whole account is what people mean; it is for folders of this machine",
	"cross_mounts":     "nothing is mounted in an account; it is for folders of this machine",
	"client":           "it is for Google Drive; Dropbox has app_key, and folders of this machine need no sign-in",
	"account":          "folders of this machine are nobody's account",
	"service_account":  "it is for Google Drive; folders of this machine need no sign-in",
	"impersonate":      "it is for Google Drive; folders of this machine are nobody's account",
	"shared_drives":    "it is for Google Drive; folders of this machine are named in roots",
	"app_key":          "it is for Dropbox; Google Drive has client, and folders of this machine need no sign-in",
	"member":           "it is for the app of a team in Dropbox",
	"team_space":       "it is for the team's space in Dropbox",
}

// finish checks the keys of a storage against its type and resolves its roots.
func (s *storageForm) finish(d *decoder, name string) {
	if s.Type == nil || *s.Type == "" {
		return // a mistake that is reported elsewhere
	}
	k := kindOf(string(*s.Type))
	for _, key := range keysOf(fieldsOf(reflect.TypeFor[storageForm]())) {
		if s.keys[key] != nil && key != "type" && !slices.Contains(k.keys, key) {
			d.refuse(s.of(key), Error{
				Message: fmt.Sprintf("%s is not a key of a storage of type %s", key, k.name),
				Allowed: append([]string{"type"}, k.keys...), Hint: strayHints[key],
			})
		}
	}
	for _, key := range k.needs {
		if s.keys[key] == nil {
			d.refuse(s.at, Error{Message: fmt.Sprintf("%s has no %s", name, key), Hint: missingHints[key]})
		}
	}
	for i, r := range s.Roots {
		if e := s.Roots[i].resolve(k, d.o); e != nil {
			e.Message = "roots: " + e.Message
			d.refuse(s.item("roots", i), *e)
			s.Roots[i] = r
		}
	}
	switch k.name {
	case GDrive:
		s.finishDrive(d, name)
	case Dropbox:
		s.finishWhole()
	}
}

// finishWhole sets the root to the whole account if no roots are given.
func (s *storageForm) finishWhole() {
	if s.Roots == nil && s.keys["roots"] == nil {
		s.Roots = []root{"/"}
	}
}

// finishDrive checks the keys that select how to sign in to Google and whose Drive to sweep.
func (s *storageForm) finishDrive(d *decoder, name string) {
	s.finishWhole()
	switch {
	case s.Client == nil && s.ServiceAccount == nil:
		d.refuse(s.at, Error{
			Message: fmt.Sprintf("%s has neither client nor service_account: so nobody can sign in", name),
			Hint:    "write client: FILE, the OAuth client that you downloaded from Google's console; see docs/google-drive.md",
		})
	case s.Client != nil && s.ServiceAccount != nil:
		d.refuse(s.of("service_account"),
			Error{Message: "client and service_account are mutually exclusive", Hint: "use only one of them"})
	case s.ServiceAccount != nil && s.Impersonate == nil:
		d.refuse(s.of("service_account"), Error{
			Message: "service_account needs impersonate",
			Hint:    "a service account's own Drive is empty; set impersonate: ADDRESS to the owner of the Drive to sweep",
		})
	}
	if s.Impersonate != nil && s.ServiceAccount == nil {
		d.refuse(s.of("impersonate"), Error{
			Message: "impersonate requires service_account",
			Hint:    "to accept only one account, set account: ADDRESS",
		})
	}
	if s.Impersonate != nil && s.Account != nil {
		d.refuse(s.of("account"),
			Error{Message: "account is redundant beside impersonate", Hint: "remove account"})
	}
	for i, drive := range s.SharedDrives {
		if slices.Contains(s.SharedDrives[:i], drive) {
			d.refuse(s.item("shared_drives", i), Error{
				Message: fmt.Sprintf("duplicate shared drive %q", drive),
				Hint:    "name each shared drive once",
			})
		}
	}
}

// resolve replaces a root by an absolute, clean path of this machine, or, for an account, by a path that begins at
// its top.
func (r *root) resolve(k storageKind, o ParseOptions) *Error {
	text := string(*r)
	if k.name == Local {
		at, err := expandHome(text, o, func(s string) string { return s })
		if e, wrong := errors.AsType[*Error](err); wrong {
			return e
		}
		text = at
	}
	switch {
	case !strings.HasPrefix(text, "/") && k.name == Local:
		return &Error{
			Message: fmt.Sprintf("root %q is not absolute", clip(string(*r))),
			Hint:    "begin it with / or ~/",
		}
	case !strings.HasPrefix(text, "/"):
		return &Error{
			Message: fmt.Sprintf("root %q does not begin with a slash", clip(text)),
			Hint:    `a path in an account begins at its top, as in "/Pictures/AI"; "/" is all of it`,
		}
	case path.Clean(text) != strings.TrimSuffix(text, "/") && text != "/":
		return &Error{
			Message: fmt.Sprintf("root %q is not a clean path", clip(string(*r))),
			Hint:    "write it as " + path.Clean(text),
		}
	}
	*r = root(path.Clean(text))
	return nil
}
