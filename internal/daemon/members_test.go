package daemon

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers/providertest"
)

// organizationPolicy has a fleet, whose users the policy lists so that no directory is read.
const organizationPolicy = `
version: 1
mode: enforce
storages:
  drive: {type: gdrive, client: ~/client.json}
  acme: {type: workspace, service_account: ~/key.json, users: [bea@acme.example, carl@acme.example]}
rules:
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
settle: 0
limits: {share: 100%}
schedule: {sweep: hourly}
`

func newOrganization(t testing.TB) *house {
	h := newHouse(t, "enforce", "")
	h.write(organizationPolicy)
	for _, name := range []string{"acme/bea@acme.example", "acme/carl@acme.example", "acme/eve@acme.example"} {
		h.accounts[name] = providertest.NewAccount()
	}
	return h
}

// looping returns the names of the storages that have a loop.
func looping(d *daemon) (names []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name := range d.loops {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Each account that a fleet selects has a loop of its own. One that is no longer selected has none, and nothing of it
// is forgotten; of a directory that fails nothing follows but that nobody in it is swept meanwhile.
func TestTheAccountsOfAFleetComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newOrganization(t)
		d, ctx, end := h.startBare()
		defer end()
		if got := looping(d); !slices.Equal(got, []string{"acme/bea@acme.example", "acme/carl@acme.example", "drive"}) {
			t.Fatalf("swept are %q", got)
		}
		roll := func(members ...string) calledRoll {
			return calledRoll{d.policy, &app.Roll{Members: map[string][]string{"acme": members}}}
		}
		d.follow(ctx, roll("acme/bea@acme.example", "acme/eve@acme.example"))
		synctest.Wait()
		if got := looping(d); !slices.Equal(got, []string{"acme/bea@acme.example", "acme/eve@acme.example", "drive"}) {
			t.Errorf("swept are %q", got)
		}
		if log := h.log.String(); !strings.Contains(log, "event=account_left storage=acme/carl@acme.example") {
			t.Errorf("nothing says that carl has left:\n%s", log)
		}
		failed := roll()
		failed.roll.Errs = map[string]error{"acme": errors.New("the directory does not answer")}
		d.follow(ctx, failed)
		synctest.Wait()
		if got := looping(d); !slices.Equal(got, []string{"drive"}) || d.unreadErr() == nil {
			t.Errorf("swept are %q, %v", got, d.unreadErr())
		}
		if log := h.log.String(); strings.Contains(log, "event=account_left storage=acme/bea@acme.example") ||
			!strings.Contains(log, "the directory does not answer") {
			t.Errorf("the log says:\n%s", log)
		}
		d.follow(ctx, roll("acme/bea@acme.example"))
		synctest.Wait()
		if got := looping(d); !slices.Equal(got, []string{"acme/bea@acme.example", "drive"}) || d.unreadErr() != nil {
			t.Errorf("swept are %q, %v", got, d.unreadErr())
		}
		// The roll of an earlier policy says nothing.
		old := roll("acme/eve@acme.example")
		old.of = nil
		d.follow(ctx, old)
		if got := looping(d); !slices.Equal(got, []string{"acme/bea@acme.example", "drive"}) {
			t.Errorf("swept are %q", got)
		}
	})
}

// An address that the policy names in vain may be misspelt: then a rule protects nobody. It is reported once, and
// again if it was mended meanwhile.
func TestAnAddressThatThePolicyNamesInVainIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newOrganization(t)
		d, ctx, end := h.startBare()
		defer end()
		said := func(times int) {
			t.Helper()
			synctest.Wait()
			const event = "event=account_unmatched storage=acme/bae@acme.example why=\"a rule names it"
			if got := strings.Count(h.log.String(), event); got != times {
				t.Errorf("it is said %d times, want %d:\n%s", got, times, h.log.String())
			}
		}
		members := map[string][]string{"acme": {"acme/bea@acme.example"}}
		well := calledRoll{d.policy, &app.Roll{Members: members}}
		vain := calledRoll{d.policy, &app.Roll{Members: members, Absent: []app.Absent{
			{Storage: "acme/bae@acme.example", Why: language.Messagef("a rule names it"), Written: true},
			{Storage: "acme/dan@acme.example", Why: language.Messagef("it is suspended")},
		}}}
		d.follow(ctx, vain)
		d.follow(ctx, vain)
		said(1)
		d.follow(ctx, well)
		d.follow(ctx, vain)
		said(2)
		if log := h.log.String(); strings.Contains(log, "dan@") {
			t.Errorf("an account that is suspended is reported:\n%s", log)
		}
	})
}
