package dropbox_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/providers/providertest"
)

// kinds are those of accounts, and what is not written down of the real service, in each way in which it may be.
func kinds() map[string]kind {
	return map[string]kind{
		"personal":              {plan: dropboxsim.Basic, use: dropboxaccount.Trash},
		"personal, read only":   {plan: dropboxsim.Basic, use: dropboxaccount.Look},
		"a team's app":          {plan: dropboxsim.Advanced, team: true, use: dropboxaccount.Purge},
		"a team's app, a space": {plan: dropboxsim.Standard, team: true, space: true, use: dropboxaccount.Purge},
	}
}

func TestDropboxKeepsEveryPromise(t *testing.T) {
	all := kinds()
	maps.Copy(all, map[string]kind{
		"a moved file keeps its rev": {
			plan: dropboxsim.Basic, use: dropboxaccount.Trash, fake: dropboxsim.Options{MoveKeepsRev: true},
		},
		"a restored file has a new id": {
			plan: dropboxsim.Basic, use: dropboxaccount.Trash, fake: dropboxsim.Options{RestoreNewID: true},
		},
		"a folder is gone as one": {
			plan: dropboxsim.Basic, use: dropboxaccount.Trash, fake: dropboxsim.Options{FolderAlone: true},
		},
		"a restored file has its rev": {
			plan: dropboxsim.Basic, use: dropboxaccount.Trash, fake: dropboxsim.Options{RestoreKeepsRev: true},
		},
	})
	for name, k := range all {
		as := "own Dropbox"
		switch {
		case k.team:
			as = "Dropbox of a team"
		case k.use == dropboxaccount.Look:
			as = "only looked at"
		}
		t.Run(name, func(t *testing.T) {
			providertest.RunAs(t, as, func(t *testing.T) providertest.Harness {
				w := newWorld(t, k)
				if k.team {
					w.heed = w.actsForMember
				}
				return harness{w}
			})
		})
	}
}

// actsForMember fails the test for a call on files that is not made for the member: the app's token is the team's. The
// one route at which no token is allowed takes no member either.
func (w *world) actsForMember(route string, h http.Header) {
	if got := h.Get("Dropbox-API-Select-User"); got != w.person.MemberID() && route != "files/list_folder/longpoll" {
		w.Errorf("%s is called for %q", route, got)
	}
}

// A member's own folder is a part of the team's space, if the team has one.
func TestTheHomeOfAMemberIsInTheSpaceOfTheTeam(t *testing.T) {
	for name, k := range kinds() {
		d := newWorld(t, k).open(t)
		if home := d.Home(); (home != "") != k.space {
			t.Errorf("%s: got %q", name, home)
		}
	}
}
