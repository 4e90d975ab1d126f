package app

import (
	"maps"
	"slices"

	"sweepd/sweeper"
)

// alone is what sweeps refused, or could not do, and why: it would be tried, told
// and counted anew with each change of any file.
type alone map[string]string

// aloneID is an item as long as it is the same file in the same state.
func aloneID(it sweeper.Item) string {
	return string(it.Entry.Ref) + "\x00" + string(it.Entry.Revision) + "\x00" + string(it.Receipt)
}

// leaveOut takes out of the plan what was left alone.
func (a alone) leaveOut(plan *sweeper.Plan) {
	if plan == nil {
		return
	}
	in := func(it sweeper.Item) bool { _, in := a[aloneID(it)]; return in }
	plan.Trash, plan.Purge = slices.DeleteFunc(plan.Trash, in), slices.DeleteFunc(plan.Purge, in)
}

// add takes in what a run left alone, and returns its summary as it is to be
// counted, without what was counted before for the same reason. known: there is
// no trouble in it but that.
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

// forgetBut forgets what is not among those that were left alone by a run that
// tried all.
func (a alone) forgetBut(left []sweeper.Left) {
	keep := map[string]bool{}
	for _, x := range left {
		keep[aloneID(x.Item)] = true
	}
	maps.DeleteFunc(a, func(id, _ string) bool { return !keep[id] })
}
