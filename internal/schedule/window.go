package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// Window is a part of every day, such as from 22:00 to 07:00. The zero value contains no time.
type Window struct {
	from, until time.Duration // times of the day in whole minutes; never equal
}

// ParseWindow parses a window as in a policy: "22:00-07:00". The second time is not part of the window. It returns an
// *Error if text is not a window.
func ParseWindow(text string) (Window, error) {
	from, until, found := strings.Cut(text, "-")
	if !found {
		return Window{}, &Error{fmt.Sprintf("%q is not a range of two times", clip(text)), windowHint}
	}
	var w Window
	var err error
	if w.from, err = timeOfDay(strings.TrimSpace(from)); err != nil {
		return Window{}, err
	}
	if w.until, err = timeOfDay(strings.TrimSpace(until)); err != nil {
		return Window{}, err
	}
	if w.from == w.until {
		return Window{}, &Error{fmt.Sprintf("%q begins and ends at the same time", clip(text)), windowHint}
	}
	return w, nil
}

// windowHint is the hint for a text that is no window.
const windowHint = "write two times of the day, as in 22:00-07:00 or 09:00-17:30"

// End returns the end of the window that contains t by the clocks of a zone; nil is the zone of t. It returns the
// zero Time if no window contains t. If the clocks show the end twice, the second counts, so that the window is
// rather too long.
func (w Window) End(t time.Time, in *time.Location) (end time.Time) {
	if w == (Window{}) {
		return end
	}
	if in == nil {
		in = t.Location()
	}
	today := wall(t, in).Truncate(day)
	// Tomorrow's window may have begun before the clocks were put back.
	for _, d := range []time.Time{today.Add(-day), today, today.Add(day)} {
		until := d.Add(w.until)
		if w.until < w.from {
			until = until.Add(day)
		}
		begin, _ := moments(d.Add(w.from), in)
		_, over := moments(until, in)
		if !t.Before(begin) && t.Before(over) {
			end = over
		}
	}
	return end
}

// String returns the window in English.
func (w Window) String() string { return w.In(language.Printer{}) }

// In returns the window in the Printer's language.
func (w Window) In(p language.Printer) string {
	if w == (Window{}) {
		return p.Sprintf("never")
	}
	return p.Sprintf("from %s to %s", hhmm(w.from), hhmm(w.until))
}
