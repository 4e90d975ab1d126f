package sweeper_test

import (
	"slices"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// A file that the plan leaves out is not shown as due.
func TestWhatThePlanLeavesOutIsHeld(t *testing.T) {
	t.Parallel()
	at := func(path string, action policy.Action) sweeper.Found {
		return sweeper.Found{
			Storage: "home", Entry: providers.Entry{Ref: providers.Ref(path), Path: path},
			Decision: policy.Decision{Action: action, Reasons: []language.Message{language.Verbatim("old")}},
		}
	}
	found := []sweeper.Found{
		at("/d/due.png", policy.Trash), at("/d/last.png", policy.Trash), at("/d/unlisted.png", policy.Trash),
		at("/d/review.png", policy.Review),
	}
	last := policy.Decision{
		Action: policy.Hold, Reasons: []language.Message{language.Verbatim("it is the last known copy")},
	}
	due := &sweeper.Plan{
		Trash:  []sweeper.Item{{Storage: "home", Entry: found[0].Entry}, {Storage: "other", Entry: found[2].Entry}},
		Spared: []sweeper.Item{{Storage: "home", Entry: found[1].Entry, Decision: last}},
	}
	due.Hold(found)
	for i, want := range []policy.Action{policy.Trash, policy.Hold, policy.Hold, policy.Review} {
		if got := found[i].Decision.Action; got != want {
			t.Errorf("%s: got %s, want %s", found[i].Entry.Path, got, want)
		}
	}
	if got := found[1].Decision.Reasons; !slices.Equal(language.English(got), language.English(last.Reasons)) {
		t.Errorf("the last copy is held because %q", got)
	}
}
