package dropboxaccount_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// The list of a group's members is whole, or an error, at whichever page of whichever list it fails.
func TestAPartOfAGroupIsNoGroup(t *testing.T) {
	w := newWorld(t)
	team, err := w.dropbox.AddTeam("Studio", dropboxsim.Advanced, false)
	w.must(err)
	const many = 1003 // one page has 1000
	var all []*dropboxsim.Account
	for i := range many {
		a, err := w.dropbox.AddAccount(dropboxsim.Person{
			Email: fmt.Sprintf("u%d@example.com", i), Team: team,
			Secondary: []string{fmt.Sprintf("old%d@example.com", i)},
		})
		w.must(err)
		all = append(all, a)
	}
	all[7].Suspend(true)
	for i := range many {
		_, err := team.AddGroup(fmt.Sprintf("g%d", i))
		w.must(err)
	}
	artists, err := team.AddGroup("Artists", all[1:]...) // on the second page
	w.must(err)
	tokens := fixed(team.Token(dropboxaccount.Look.Scopes(dropboxaccount.TeamGroup)...).Access)
	c := dropboxaccount.Over(tokens, dropboxaccount.Options{Rate: 1e6, Net: w.net()})
	got, err := c.MembersIn(t.Context(), "Artists")
	if err != nil || len(got) != many-1 || got[6].Address != "u7@example.com" || got[6].Away != "suspended" ||
		got[6].ID != all[7].MemberID() || len(got[6].Aliases) != 1 || got[6].Aliases[0] != "old7@example.com" {
		t.Fatalf("%d members, %v", len(got), err)
	}
	for _, call := range []string{
		"dropbox.team.groups.list", "dropbox.team.groups.list.continue", "dropbox.team.groups.members.list",
		"dropbox.team.groups.members.list.continue", "dropbox.team.members.list_v2",
		"dropbox.team.members.list.continue_v2",
	} {
		for _, f := range []cloudsim.Fault{
			{Kind: cloudsim.Refuse, Status: 403},
			{Kind: cloudsim.Refuse, Status: 500},
			{Kind: cloudsim.CloseBefore},
			{Kind: cloudsim.Truncate},
		} {
			f.Call, f.Nth, f.Times = call, 1, -1
			w.must(w.cloud.SetFaults([]cloudsim.Fault{f}))
			if got, err := c.MembersIn(t.Context(), "Artists"); err == nil || got != nil {
				t.Errorf("%s: got %d members, %v; want an error alone", f, len(got), err)
			}
		}
	}
	w.must(w.cloud.SetFaults(nil))

	w.must(artists.Set())
	if got, err := c.MembersIn(t.Context(), "Artists"); err != nil || len(got) != 0 {
		t.Errorf("nobody: %d members, %v", len(got), err)
	}
	team.Remove(artists)
	for _, name := range []string{"Artists", "artists", "g", ""} {
		var wrong *dropboxaccount.GroupError
		if got, err := c.MembersIn(t.Context(), name); !errors.As(err, &wrong) || wrong.Found != 0 || got != nil {
			t.Errorf("%q: %d members, %v; want that there is no such group", name, len(got), err)
		}
	}
}
