package sweeper

import (
	"errors"
	"io/fs"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// errKept refuses a file of a plan that is no longer due.
var errKept = errors.New("it is no longer due")

// refusals are the errors with which a file refuses to be moved, and the names under which they are counted. They are
// no failures: only the plan is out of date.
var refusals = []struct {
	err  error
	name string
}{
	{errKept, "not_due"},
	{ErrPaused, "paused"},
	{journal.ErrTakenOver, "taken_over"},
	{fs.ErrNotExist, "gone"},
	{fs.ErrExist, "exists"},
	{providers.ErrChanged, "changed"},
	{providers.ErrBusy, "busy"},
	{providers.ErrProtected, "protected"},
	{providers.ErrOutside, "outside"},
	{errors.ErrUnsupported, "unsupported"},
}

// refusal returns the name under which a refusal is counted, one of a fixed set; "" if err is a failure.
func refusal(err error) string {
	// A folder that cannot be used is a fault, even if its error is one of the refusals.
	if _, ok := errors.AsType[*providers.FolderError](err); ok {
		return ""
	}
	if _, ok := errors.AsType[*journal.ClockError](err); ok {
		return "clock"
	}
	for _, kind := range refusals {
		switch {
		case !errors.Is(err, kind.err):
			continue
		// The outcome is unknown, so more than the plan is out of date.
		case errors.Is(err, providers.ErrUncertain):
			return ""
		}
		if guard, ok := errors.AsType[*providers.ProtectedError](err); ok {
			return kind.name + ":" + string(guard.Guard)
		}
		return kind.name
	}
	return ""
}
