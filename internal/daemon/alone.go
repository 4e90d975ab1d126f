package daemon

import (
	"maps"
	"slices"

	"github.com/sweepd/sweepd/sweeper"
)

// alone is the set of items that sweeps refused or failed, with the reason ("": it failed). Without it each
// change of any file would try, report and count them anew. It belongs to the loop's goroutine and is lost when
// the service ends.
type alone map[string]string

// aloneID identifies an item as long as it is the same file in the same state: a changed file has another
// revision and is tried again. The receipt is that of a file in the trash, to be purged.
func aloneID(it sweeper.Item) string {
	return string(it.Entry.Ref) + "\x00" + string(it.Entry.Revision) + "\x00" + string(it.Receipt)
}

// leaveOut removes the items in a from the plan. A plan may become empty by it.
func (a alone) leaveOut(plan *sweeper.Plan) {
	if plan == nil {
		return
	}
	in := func(it sweeper.Item) bool { _, in := a[aloneID(it)]; return in }
	plan.Trash, plan.Purge = slices.DeleteFunc(plan.Trash, in), slices.DeleteFunc(plan.Purge, in)
}

// paused is the reason of an item whose turn came after deletion was paused.
const paused = "paused"

// add adds the items that a run left alone and returns the summary for counting: without the items that were counted
// before for the same reason. known is true if it left any, all of them were counted before, and the run had no other
// trouble.
func (a *alone) add(sum *sweeper.Summary) (fresh *sweeper.Summary, known bool) {
	if *a == nil {
		*a = alone{}
	}
	counted := *sum
	counted.Refusals = maps.Clone(sum.Refusals)
	trouble := sum.Errors
	known = len(sum.Left) > 0
	for _, left := range sum.Left {
		trouble -= left.Errors
		if left.Why == paused { // it is tried again as soon as the pause, or the pause between two turns, ends
			continue
		}
		why, before := (*a)[aloneID(left.Item)]
		(*a)[aloneID(left.Item)] = left.Why
		switch {
		case !before || why != left.Why:
			known = false
		case left.Why == "":
			counted.Failed--
		default:
			counted.Refusals[left.Why]--
		}
	}
	return &counted, known && trouble == 0
}

// forgetBut removes all items but those in left, which a run that tried all left alone.
func (a alone) forgetBut(left []sweeper.Left) {
	keep := map[string]bool{}
	for _, x := range left {
		keep[aloneID(x.Item)] = true
	}
	maps.DeleteFunc(a, func(id, _ string) bool { return !keep[id] })
}
