package app

import (
	"errors"
	"path/filepath"
	"testing"

	"sweepd/internal/cloud/oauth"
	"sweepd/policy"
	"sweepd/sweeper"
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
		err := o.alone(paths, p, c.name, "mia")
		if _, usage := errors.AsType[*UsageError](err); usage == c.alone || (err == nil) != c.alone {
			t.Errorf("%s of %v: got %v", c.name, c.roots, err)
		}
		o.Scopes = []sweeper.Scope{{Storage: c.name}}
		if err := o.alone(paths, p, c.name, "mia"); err != nil {
			t.Errorf("an undo: got %v", err)
		}
	}
}
