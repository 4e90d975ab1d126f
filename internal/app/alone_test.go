package app

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/secret"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// The policy need not name the account of a storage: the sign-ins have it.
func TestTheSameFolderOfOneAccountIsNotSweptUnderTwoNames(t *testing.T) {
	paths := Paths{State: filepath.Join(t.TempDir(), "state")}
	getenv := func(string) string { return "" }
	for name, id := range map[string]string{"all": "mia", "family": "mia", "toms": "tom"} {
		if err := paths.SignIns(getenv).Pin(name, oauth.Account{ID: id, Email: id + "@example.com"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		roots map[string][]string
		alone bool
	}{
		{"all", map[string][]string{"all": {"/"}, "family": {"/Family"}}, false},
		{"family", map[string][]string{"all": {"/"}, "family": {"/Family"}}, false},
		{"all", map[string][]string{"all": {"/A", "/Family"}, "family": {"/Family"}}, false},
		{"all", map[string][]string{"all": {"/A"}, "family": {"/Family"}}, true},
		{"all", map[string][]string{"all": {"/"}, "toms": {"/"}}, true},
		{"all", map[string][]string{"all": {"/"}, "new": {"/"}}, true}, // there is no sign-in to it
	} {
		p := &policy.Policy{Storages: map[string]policy.Storage{"here": {Type: policy.Local, Roots: []string{"/"}}}}
		for name, roots := range c.roots {
			p.Storages[name] = policy.Storage{Type: policy.GDrive, Roots: roots}
		}
		o := Options{Getenv: getenv}
		err := o.alone(paths, p, c.name, "mia", "")
		if _, usage := errors.AsType[*UsageError](err); usage == c.alone || (err == nil) != c.alone {
			t.Errorf("%s of %v: got %v", c.name, c.roots, err)
		}
		o.Scopes = []sweeper.Scope{{Storage: c.name}}
		if err := o.alone(paths, p, c.name, "mia", ""); err != nil {
			t.Errorf("an undo: got %v", err)
		}
	}
}

// Dropbox ignores case, and the paths of one account may begin in two places.
func TestTheSameFolderOfOneDropboxIsNotSweptUnderTwoNames(t *testing.T) {
	paths := Paths{State: filepath.Join(t.TempDir(), "state")}
	getenv := func(string) string { return "" }
	for _, name := range []string{"box", "team"} {
		if err := paths.SignIns(getenv).Pin(name, oauth.Account{ID: "mia", Email: "mia@example.com"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		box, team, home string
		space, alone    bool
	}{
		{box: "/AI", team: "/ai"},
		{box: "/", team: "/ai"},
		{box: "/AI/old", team: "/ai"},
		{box: "/AI", team: "/AIR", alone: true},
		{box: "/AI", team: "/", home: "/Mia", space: true},
		{box: "/AI", team: "/mia", home: "/Mia", space: true},
		{box: "/", team: "/Mia/ai", home: "/Mia", space: true},
		{box: "/", team: "/Studio", home: "/Mia", space: true, alone: true},
		{box: "/AI", team: "/AI", home: "/Mia", space: true, alone: true},
		{box: "/AI", team: "/AI", space: true}, // the account is in no team
	} {
		p := &policy.Policy{Storages: map[string]policy.Storage{
			"box":  {Type: policy.Dropbox, Roots: []string{c.box}},
			"team": {Type: policy.Dropbox, Roots: []string{c.team}, TeamSpace: c.space},
		}}
		for name := range p.Storages {
			err := Options{Getenv: getenv}.alone(paths, p, name, "mia", c.home)
			if _, usage := errors.AsType[*UsageError](err); usage == c.alone || (err == nil) != c.alone {
				t.Errorf("%s of %+v: got %v", name, c, err)
			}
		}
	}
}

// A sign-in that the service manager hands over leaves no account beside the record.
func TestACredentialAlsoNamesTheAccountOfAStorage(t *testing.T) {
	dir := t.TempDir()
	signIn := oauth.Store{Dir: filepath.Join(dir, "elsewhere")}
	mia := oauth.Account{ID: "mia", Email: "mia@example.com"}
	err := signIn.Save("family", oauth.Grant{
		Service: "google", ClientID: "a", Refresh: secret.New("r"), Account: mia, Scopes: []string{"drive"},
	})
	if err == nil {
		err = os.Rename(signIn.File("family"), filepath.Join(dir, "sweepd.family"))
	}
	if err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) string { return map[string]string{"CREDENTIALS_DIRECTORY": dir}[name] }
	p := &policy.Policy{Storages: map[string]policy.Storage{
		"all": {Type: policy.GDrive, Roots: []string{"/"}}, "family": {Type: policy.GDrive, Roots: []string{"/Family"}},
	}}
	err = Options{Getenv: getenv}.alone(Paths{State: filepath.Join(dir, "state")}, p, "all", "mia", "")
	if _, usage := errors.AsType[*UsageError](err); !usage {
		t.Errorf("got %v", err)
	}
}
