package googleaccount_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// workspace is a Workspace with a group of more users than one answer of the directory has.
type workspace struct {
	*world
	domain *drivesim.Domain
	key    string // file
	many   int
}

func newWorkspace(t *testing.T) *workspace {
	t.Helper()
	w := &workspace{world: newWorld(t, drivesim.Options{}), many: 523}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	w.domain, err = w.drive.AddDomain("acme.example")
	do(err)
	all, err := w.domain.AddGroup("all@acme.example")
	do(err)
	inner, err := w.domain.AddGroup("inner@acme.example")
	do(err)
	_, err = w.domain.AddGroup("none@acme.example")
	do(err)
	do(all.AddGroup(inner))
	for i := range w.many {
		a, err := w.drive.AddAccount(drivesim.Person{
			Email: fmt.Sprintf("u%03d@acme.example", i), Domain: w.domain, Admin: i == 0, Unit: "/Sales",
		})
		do(err)
		if i == 7 {
			a.Suspend(true)
		}
		if i%2 == 0 {
			do(inner.Add("MEMBER", a))
		} else {
			do(all.Add("MEMBER", a))
		}
	}
	do(all.Add("MEMBER", w.ann)) // of no domain
	w.key = w.delegate(t, "https://oauth2.googleapis.com/token")
	w.domain.Delegate("robot@p.iam.gserviceaccount.com", googleaccount.Selection{}.Scopes()[0],
		googleaccount.Selection{Group: "x"}.Scopes()[0])
	return w
}

// users reads the directory as u000, or as another user.
func (w *workspace) users(t *testing.T, of googleaccount.Selection, as string) ([]googleaccount.User, error) {
	t.Helper()
	return googleaccount.Users(t.Context(), googleaccount.Options{
		Storage: "acme", Store: w.store, ServiceAccount: w.key, Impersonate: as, Net: w.net(), Rate: 1e6,
	}, of, nil)
}

const boss = "u000@acme.example"

func TestTheDirectoryNamesAllUsersAndWhoIsAway(t *testing.T) {
	w := newWorkspace(t)
	for of, want := range map[googleaccount.Selection]int{
		{}:                            w.many,
		{Query: "orgUnitPath=/Sales"}: w.many,
		{Query: "isSuspended=false"}:  w.many - 1,
		{Query: "email:nobody*"}:      0,
		{Group: "all@acme.example"}:   w.many + 1,
		{Group: "inner@acme.example"}: (w.many + 1) / 2,
		{Group: "none@acme.example"}:  0,
	} {
		got, err := w.users(t, of, boss)
		if err != nil || len(got) != want {
			t.Errorf("%+v: %d users, %v; want %d", of, len(got), err, want)
		}
		away := map[string]string{}
		for _, u := range got {
			if u.Away != "" {
				away[u.Address] = u.Away
			}
		}
		if want >= w.many && (len(away) != 1 || away["u007@acme.example"] != "suspended") {
			t.Errorf("%+v: away are %v", of, away)
		}
		slices.SortFunc(got, func(a, b googleaccount.User) int { return strings.Compare(a.Address, b.Address) })
		same := func(a, b googleaccount.User) bool { return a.Address == b.Address }
		if len(slices.CompactFunc(got, same)) != want {
			t.Errorf("%+v: some are named twice", of)
		}
	}
}

// A list that ends early is an error at whichever page it happens.
func TestAPartOfADirectoryIsNoDirectory(t *testing.T) {
	w := newWorkspace(t)
	for _, c := range []struct {
		call string
		of   googleaccount.Selection
	}{
		{"directory.users.list", googleaccount.Selection{}},
		{"directory.members.list", googleaccount.Selection{Group: "all@acme.example"}},
	} {
		for nth := 1; nth <= 2; nth++ {
			for _, f := range []cloudsim.Fault{
				{Kind: cloudsim.Refuse, Status: 403, Reason: "forbidden"},
				{Kind: cloudsim.Refuse, Status: 404},
				{Kind: cloudsim.Refuse, Status: 500},
				{Kind: cloudsim.CloseBefore},
				{Kind: cloudsim.Truncate},
			} {
				f.Call, f.Nth, f.Times = c.call, nth, -1
				if err := w.cloud.SetFaults([]cloudsim.Fault{f}); err != nil {
					t.Fatal(err)
				}
				if got, err := w.users(t, c.of, boss); err == nil || got != nil {
					t.Errorf("%s: got %d users, %v; want an error alone", f, len(got), err)
				}
			}
		}
	}
}

func TestWhoMayNotReadTheDirectoryLearnsWhy(t *testing.T) {
	w := newWorkspace(t)
	_, err := w.users(t, googleaccount.Selection{}, "u001@acme.example")
	if fault, ok := errors.AsType[*cloudhttp.Error](err); !ok || fault.Status != 403 {
		t.Errorf("no administrator: %v", err)
	}
	if _, err = w.users(t, googleaccount.Selection{Group: "nothing@acme.example"}, boss); err == nil {
		t.Error("no such group: no error")
	}
	if _, err = w.users(t, googleaccount.Selection{Query: "nonsense=x"}, boss); err == nil {
		t.Error("no search: no error")
	}
	w.domain.Delegate("robot@p.iam.gserviceaccount.com", "drive")
	_, err = w.users(t, googleaccount.Selection{}, boss)
	if e, ok := errors.AsType[*oauth.Error](err); !ok || !strings.Contains(e.Hint, "act for "+boss) {
		t.Errorf("not delegated: %v", err)
	}
}
