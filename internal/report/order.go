package report

import (
	"slices"
	"time"

	"github.com/sweepd/sweepd/policy"
)

// Rank returns the place of an action in every list that is sorted by what goes next: trash, hold, review, keep. An
// unknown action is the first, so that it is not overlooked.
func Rank(a policy.Action) int {
	return slices.Index([]policy.Action{policy.Trash, policy.Hold, policy.Review, policy.Keep}, a)
}

// Sooner compares two times in the manner of cmp.Compare; one that is not known is the last.
func Sooner(x, y time.Time) int {
	switch {
	case x.IsZero() == y.IsZero():
		return x.Compare(y)
	case x.IsZero():
		return 1
	}
	return -1
}
