package googleaccount_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

func TestTheDirectoryNamesTheOtherAddressesOfAUser(t *testing.T) {
	w := newWorkspace(t)
	_, err := w.drive.AddAccount(drivesim.Person{
		Email: "zoe@acme.example", Domain: w.domain, Aliases: []string{"zoe.old@acme.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := w.users(t, googleaccount.Selection{}, boss)
	i := slices.IndexFunc(all, func(u googleaccount.User) bool { return u.Address == "zoe@acme.example" })
	if err != nil || i < 0 || !slices.Equal(all[i].Aliases, []string{"zoe.old@acme.example"}) {
		t.Errorf("got %v at %d, %v", all[max(i, 0):], i, err)
	}
}

// A list of a group has main addresses alone. It is asked of each other address that means somebody.
func TestAnotherAddressOfAMemberOfAGroupIsAnError(t *testing.T) {
	w := newWorkspace(t)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	inner, err := w.domain.AddGroup("team@acme.example")
	do(err)
	outer, err := w.domain.AddGroup("outer@acme.example")
	do(err)
	do(outer.AddGroup(inner))
	for _, p := range []drivesim.Person{
		{Email: "zoe@acme.example", Aliases: []string{"zoe.old@acme.example"}},
		{Email: "yan@acme.example", Aliases: []string{"yan.old@acme.example"}},
	} {
		p.Domain = w.domain
		a, err := w.drive.AddAccount(p)
		do(err)
		if p.Email == "zoe@acme.example" {
			do(inner.Add("MEMBER", a))
		}
	}
	ask := func(address string) ([]googleaccount.User, error) {
		return googleaccount.Users(t.Context(), googleaccount.Options{
			Storage: "acme", Store: w.store, ServiceAccount: w.key, Impersonate: boss, Net: w.net(), Rate: 1e6,
		}, googleaccount.Selection{Group: "outer@acme.example"}, []string{address})
	}
	for address, alias := range map[string]bool{
		"Zoe@acme.example": false, "zoe.old@acme.example": true, "ZOE.OLD@acme.example": true,
		"yan.old@acme.example": false, "yan@acme.example": false, "nobody@acme.example": false,
	} {
		all, err := ask(address)
		_, is := errors.AsType[*googleaccount.AliasError](err)
		if is != alias || !alias && (err != nil || len(all) != 1) || alias && all != nil {
			t.Errorf("%s: got %v, %v", address, all, err)
		}
	}
	for _, f := range []cloudsim.Fault{
		{Call: "directory.members.hasMember", Kind: cloudsim.Refuse, Status: 404, Text: "<p>not here</p>"},
		{Call: "directory.members.hasMember", Kind: cloudsim.Refuse, Status: 403},
	} {
		do(w.cloud.SetFaults([]cloudsim.Fault{f}))
		all, err := ask("zoe.old@acme.example")
		if err == nil || all != nil {
			t.Errorf("%d: got %v, %v", f.Status, all, err)
		}
	}
}
