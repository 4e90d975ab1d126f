package dropboxaccount_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/internal/secret"
)

// fixed is a token that is never renewed.
type fixed string

func (f fixed) Token(context.Context, secret.Text) (secret.Text, error) {
	return secret.New(string(f)), nil
}

// The list of a team's members is whole, or an error, at whichever page it fails.
func TestAPartOfATeamIsNoTeam(t *testing.T) {
	w := newWorld(t)
	team, err := w.dropbox.AddTeam("Studio", dropboxsim.Advanced, false)
	w.must(err)
	const many = 1003 // one page has 1000
	for i := range many {
		a, err := w.dropbox.AddAccount(dropboxsim.Person{Email: fmt.Sprintf("u%d@example.com", i), Team: team})
		w.must(err)
		a.Suspend(i == 7)
	}
	tokens := fixed(team.Token(dropboxaccount.Look.Scopes(dropboxaccount.Team)...).Access)
	c := dropboxaccount.Over(tokens, dropboxaccount.Options{Rate: 1e6, Net: w.net()})
	all, err := c.Members(t.Context())
	away := slices.DeleteFunc(slices.Clone(all), func(m dropboxaccount.Member) bool { return m.Away == "" })
	if err != nil || len(all) != many || len(away) != 1 || away[0].Address != "u7@example.com" {
		t.Fatalf("%d members, away are %v, %v", len(all), away, err)
	}
	for _, call := range []string{"dropbox.team.members.list_v2", "dropbox.team.members.list.continue_v2"} {
		for _, f := range []cloudsim.Fault{
			{Kind: cloudsim.Refuse, Status: 403},
			{Kind: cloudsim.Refuse, Status: 500},
			{Kind: cloudsim.CloseBefore},
			{Kind: cloudsim.Truncate},
		} {
			f.Call, f.Nth, f.Times = call, 1, -1
			w.must(w.cloud.SetFaults([]cloudsim.Fault{f}))
			if got, err := c.Members(t.Context()); err == nil || got != nil {
				t.Errorf("%s: got %d members, %v; want an error alone", f, len(got), err)
			}
		}
	}
}

func TestATeamNamesTheOtherAddressesOfAMember(t *testing.T) {
	w := newWorld(t)
	team, err := w.dropbox.AddTeam("Studio", dropboxsim.Advanced, false)
	w.must(err)
	_, err = w.dropbox.AddAccount(dropboxsim.Person{
		Email: "zoe@example.com", Team: team, Secondary: []string{"zoe.old@example.com", "z@example.com"},
	})
	w.must(err)
	tokens := fixed(team.Token(dropboxaccount.Look.Scopes(dropboxaccount.Team)...).Access)
	all, err := dropboxaccount.Over(tokens, dropboxaccount.Options{Rate: 1e6, Net: w.net()}).Members(t.Context())
	if want := []string{"zoe.old@example.com", "z@example.com"}; err != nil || len(all) != 1 ||
		!slices.Equal(all[0].Aliases, want) {
		t.Errorf("got %+v, %v; want %q", all, err, want)
	}
}
