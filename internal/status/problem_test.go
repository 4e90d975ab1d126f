package status_test

import (
	"math/rand/v2"
	"testing"

	"github.com/sweepd/sweepd/internal/status"
)

// The first problem is the one that stops the most, and that the others wait for.
func TestTheFirstProblemIsTheOneToMendFirst(t *testing.T) {
	t.Parallel()
	p := func(cause status.Cause, storage string) *status.Problem {
		return &status.Problem{Cause: cause, Storage: storage}
	}
	for _, c := range []struct {
		name  string
		first *status.Problem
		then  []*status.Problem
	}{
		{"none", nil, []*status.Problem{nil, nil}},
		{"a service that does not answer knows nothing", p(status.CauseSilent, ""), []*status.Problem{
			p(status.CauseFull, ""), p(status.CausePaused, ""),
		}},
		{"a full disk may be why the record cannot be read", p(status.CauseFull, ""), []*status.Problem{
			p(status.CauseRecord, ""), p(status.CausePolicy, ""),
		}},
		{"without the record nothing is deleted by any policy", p(status.CauseRecord, ""), []*status.Problem{
			p(status.CausePolicy, ""), p(status.CauseClock, ""), p(status.CauseSignIn, "drive"),
		}},
		{"a policy may drop the storage that fails", p(status.CausePolicy, ""), []*status.Problem{
			p(status.CauseClock, ""), p(status.CauseFolder, "nas"), p(status.CausePaused, ""),
		}},
		{"the clock stops all storages", p(status.CauseClock, ""), []*status.Problem{
			p(status.CauseSignIn, "drive"), p(status.CauseLimits, "home"),
		}},
		{"a sign-in before folders and the rest", p(status.CauseSignIn, "drive"), []*status.Problem{
			p(status.CauseFolder, "archive"), p(status.CauseStuck, "box"), p(status.CauseStorage, "a"),
		}},
		{"a storage that is not scanned before one that is not swept", p(status.CauseStorage, "z"), []*status.Problem{
			p(status.CausePaused, ""), p(status.CauseLimits, "home"),
		}},
		{"a plan is judged again after the pause", p(status.CausePaused, ""), []*status.Problem{
			p(status.CauseLimits, "home"),
		}},
		{"by name", p(status.CauseFolder, "a"), []*status.Problem{p(status.CauseFolder, "b"), nil}},
		{"of another version", p(status.CauseLimits, "home"), []*status.Problem{p("sunspots", "home")}},
	} {
		all := append([]*status.Problem{c.first}, c.then...)
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if got := status.First(all...); got != c.first {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.first)
		}
	}
}
