package googleaccount_test

import (
	"slices"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
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
