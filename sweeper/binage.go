package sweeper

import (
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
)

// slack is added to the policy's age for an entry that another program trashed: a bin's dates are local times without
// a zone, and people travel.
const slack = 26 * time.Hour

// slack returns the time that is added to the policy's age: 0 if sweepd itself dated the entry.
func (b *TrashEntry) slack() time.Duration {
	if b.undated {
		return 0
	}
	return slack
}

// firstAge returns the shorter of the ages that are on. It returns 0 if both are off.
func firstAge(a, b time.Duration) time.Duration {
	if a > 0 && (b <= 0 || a < b) {
		return a
	}
	return b
}

// since returns the latest time at which the entry can have come into the bin, or the zero time if it is not known; if
// the bin keeps no dates, the time at which it was first seen there.
func (b *TrashEntry) since() time.Time {
	t := b.Trashed
	if !b.undated && (t.Deleted.IsZero() || t.Deleted.After(t.Since)) {
		return t.Deleted
	}
	return t.Since
}

// moved returns the latest time at which a trash operation can have moved its file. A later run may have recorded the
// move, and the clock may have been wrong then. It may also have been wrong at the move itself, as for a file that the
// user had approved: the move was not before the runs before it.
func (by decider) moved(op journal.Operation) time.Time {
	latest := op.Began
	for _, t := range []time.Time{op.Ended, by.before[op.Op.Cause.Run]} {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}

// age fills in whether the entry is due. after is the age by the policy, more is added to it, and at is when the
// entry came into the bin. It is not due by an unknown time, by one in the future, or while the clock is in
// doubt.
func (by decider) age(b *TrashEntry, after, more time.Duration, at time.Time) {
	lies, there := by.s.o.Now().Sub(at), language.Messagef("trashed on %s", language.When(at, by.s.o.Now()))
	if b.undated {
		there = language.Messagef("sweepd first saw it there on %s", language.When(at, by.s.o.Now()))
	}
	switch {
	case after <= 0:
		b.Why = language.Messagef("the policy does not purge such files")
	case by.doubt != nil:
		b.Why = by.doubt.Text()
	case at.IsZero():
		b.Why = language.Messagef("when it was trashed is unknown")
	case lies < 0:
		b.Why = language.Messagef("it was trashed in the future: a clock was wrong")
	case lies < after+more:
		b.Why = there
	default:
		b.Due, b.Why = true, there
	}
}
