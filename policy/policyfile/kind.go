package policyfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/policy"
)

// storageKeys are the keys of storageForm that one type of storage accepts.
type storageKeys struct {
	of    string   // the type
	keys  []string // the accepted ones other than type
	needs []string // the required ones of keys
}

// storageKinds has an entry for each type of storage, in the order of messages.
var storageKinds = []storageKeys{
	{
		of:    policy.Local,
		keys:  []string{"roots", "allow_broad_root", "exclude", "cross_mounts", "purge", "ask"},
		needs: []string{"roots"},
	},
	{
		of: policy.GDrive,
		keys: []string{
			"roots", "exclude", "client", "account", "service_account", "impersonate",
			"shared_drives", "purge", "ask",
		},
	},
	{
		of:    policy.Dropbox,
		keys:  []string{"roots", "exclude", "app_key", "account", "member", "team_space", "purge", "ask"},
		needs: []string{"app_key"},
	},
	{
		of: policy.Workspace,
		keys: []string{
			"service_account", "admin", "users", "group", "query", "except", "dry", "roots", "exclude", "purge", "ask",
		},
		needs: []string{"service_account"},
	},
	{
		of:    policy.DropboxTeam,
		keys:  []string{"app_key", "users", "group", "except", "dry", "roots", "exclude", "team_space", "purge", "ask"},
		needs: []string{"app_key"},
	},
}

// types returns the names of the types.
func types() []string {
	names := make([]string, len(storageKinds))
	for i, k := range storageKinds {
		names[i] = k.of
	}
	return names
}

// keysOfType returns the keys of a type, which must be one of storageKinds.
func keysOfType(name string) storageKeys {
	return storageKinds[slices.IndexFunc(storageKinds, func(k storageKeys) bool { return k.of == name })]
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
	"users":            "it is for the accounts of an organization: type: workspace, or type: dropbox_team",
	"group":            "it is for the accounts of an organization: type: workspace, or type: dropbox_team",
	"query":            "it searches the directory of a Google Workspace: type: workspace",
	"except":           "it is for the accounts of an organization: type: workspace, or type: dropbox_team",
	"admin":            "it reads the directory of a Google Workspace: type: workspace",
	"dry":              "it is for new accounts of an organization: type: workspace, or type: dropbox_team",
	"team_space":       "it is for the team's space in Dropbox",
}

// finish checks the keys of a storage against its type and resolves its roots.
func (s *storageForm) finish(d *decoder, name string) {
	if s.Type == nil || *s.Type == "" {
		return // a mistake that is reported elsewhere
	}
	k := keysOfType(string(*s.Type))
	for _, key := range keysOf(fieldsOf(reflect.TypeFor[storageForm]())) {
		if s.keys[key] != nil && key != "type" && !slices.Contains(k.keys, key) {
			d.refuse(s.of(key), Error{
				Message: fmt.Sprintf("%s is not a key of a storage of type %s", key, k.of),
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
		if e := s.Roots[i].resolve(k.of, d.o); e != nil {
			e.Message = "roots: " + e.Message
			d.refuse(s.item("roots", i), *e)
			s.Roots[i] = r
		}
	}
	switch k.of {
	case policy.GDrive:
		s.finishDrive(d, name)
	case policy.Dropbox:
		s.finishWhole()
	case policy.Workspace, policy.DropboxTeam:
		s.finishFleet(d, name)
	}
}

// canName reports whether a member with the address can have a storage.
func (s *storageForm) canName(address string) bool {
	_, ok := policy.Storage{Type: string(*s.Type)}.MemberName("", address)
	return ok
}

// finishFleet checks the keys that select whose accounts are swept.
func (s *storageForm) finishFleet(d *decoder, name string) {
	s.finishWhole()
	var chosen []string
	for _, key := range []string{"users", "group", "query"} {
		if s.keys[key] != nil {
			chosen = append(chosen, key)
		}
	}
	switch {
	case len(chosen) == 0:
		d.refuse(s.at, Error{
			Message: fmt.Sprintf("%s does not say whose accounts are swept", name),
			Hint:    "write users: all, or users with a list of addresses, or group",
		})
	case len(chosen) > 1:
		d.refuse(s.of(chosen[1]), Error{
			Message: fmt.Sprintf("%s and %s are mutually exclusive", chosen[0], chosen[1]),
			Hint:    "use only one of them",
		})
	}
	for i, u := range s.Users {
		switch {
		case u == everyone && len(s.Users) > 1:
			d.refuse(s.item("users", i), Error{
				Message: "all stands alone", Hint: "write users: all, and others in except",
			})
		case slices.Contains(s.Users[:i], u):
			d.refuse(s.item("users", i), Error{Message: fmt.Sprintf("duplicate user %q", u)})
		case u != "" && u != everyone && !s.canName(string(u)):
			d.refuse(s.item("users", i), Error{
				Message: fmt.Sprintf("an account cannot be named after %q", u),
				Hint:    "only ASCII addresses without a slash or a colon can be swept",
			})
		}
	}
	for i, x := range s.Except {
		same := func(other address) bool { return strings.EqualFold(string(other), string(x)) }
		if slices.ContainsFunc(s.Except[:i], same) {
			d.refuse(s.item("except", i), Error{Message: fmt.Sprintf("duplicate user %q", x)})
		}
	}
	if *s.Type != policy.Workspace {
		return
	}
	if listed := len(s.Users) > 0 && s.Users[0] != everyone; s.Admin == nil && !listed {
		d.refuse(s.at, Error{
			Message: fmt.Sprintf("%s has no admin, as whom the directory is read", name),
			Hint:    "write admin: ADDRESS, of an administrator of the Workspace; docs/google-drive.md",
		})
	} else if s.Admin != nil && listed {
		d.refuse(s.of("admin"), Error{
			Message: "admin is redundant beside a list of users", Hint: "remove admin: the directory is not read",
		})
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
			Hint: "write client: FILE, the OAuth client that you downloaded from Google's console; see " +
				"docs/google-drive.md",
		})
	case s.Client != nil && s.ServiceAccount != nil:
		d.refuse(s.of("service_account"),
			Error{Message: "client and service_account are mutually exclusive", Hint: "use only one of them"})
	case s.ServiceAccount != nil && s.Impersonate == nil:
		d.refuse(s.of("service_account"), Error{
			Message: "service_account needs impersonate",
			Hint: "a service account's own Drive is empty; set impersonate: ADDRESS to the owner of the Drive to " +
				"sweep",
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
