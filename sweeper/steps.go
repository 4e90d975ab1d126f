package sweeper

import (
	"context"
	"errors"
)

// step is one of the checks that a file has to pass in a fixed order.
type step struct {
	name  string                      // of what has to be so
	check func(context.Context) error // returns nil if it is so, else why the way ends here
}

// walk takes the steps in their order and returns the error of the first that has one.
func walk(ctx context.Context, steps []step) error {
	for _, step := range steps {
		if err := step.check(ctx); err != nil {
			return err
		}
	}
	return nil
}

// steps returns the way of a planned file to the trash. An error of any step leaves the file where it is: refusal has
// the errors that only show that the plan is out of date; all others are failures.
func (m *move) steps() []step {
	return []step{
		{"its storage is open", m.open},
		{"it exists", m.look},                                // fs.ErrNotExist
		{"it is as planned", m.compare},                      // providers.ErrChanged
		{"its verdict is known", m.examine},                  // the error of reading it
		{"a decision is possible", m.decide},                 // an error if it is gone or in flux: see question.steps
		{"all of it was read", m.whole},                      // errKept
		{"it is still due", m.due},                           // errKept, with the decision and its reasons
		{"a copy stays, and nothing pauses", m.copyAndPause}, // errKept, ErrPaused, or the error of reading it
		// Storage.Trash: inside the roots, at that revision, held by no guard, the intent recorded; the driver then
		// compares the revision once more.
		{"it is moved", m.act},
	}
}

// errDecided ends the steps of a question whose decision is final.
var errDecided = errors.New("it is decided")

// steps returns what decides on a file, in the order of precedence. A check changes the decision and returns
// errDecided if no later one may change it. Any other error means that the file is gone or in flux, or that ctx has
// ended.
func (q *question) steps() []step {
	return []step{
		{"the rules", q.byRules},   // final if they keep it: nothing makes sweepd delete a file that they keep
		{"the export", q.byExport}, // final if it is part of a data export that was learnt, which is never swept
		// Final if the user has decided, or if that cannot be read: then it is held. A mandatory rule passes over a
		// keep.
		{"the user", q.byUser},
		{"its tags", q.byTag},        // final if it has a tag in its bytes and the policy protects such files
		{"the clock", q.byClock},     // final if the decision has an age and the clock is in doubt: it is held
		{"the way back", q.byReturn}, // holds a file that another program has brought back from the trash
	}
}
