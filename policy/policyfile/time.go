package policyfile

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/schedule"
)

// duration is a time span in weeks, days, hours, minutes and seconds. It is more than zero and too short (80 years)
// to overflow. Months and years are refused because their lengths differ.
type duration time.Duration

// durationForm has one group for each of units, in the same order.
var (
	durationForm = lazily(`^(?:(\d{1,3})w)?(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?$`)
	units        = []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second}
)

const durationHint = "write weeks, days, hours, minutes and seconds, as in 30d, 2w, 12h, 10m or 1d12h"

func (d *duration) read(w yamlScalar, _ ParseOptions) error {
	if err := d.readAny(w); err != nil {
		return err
	}
	if *d <= 0 {
		return &Error{Message: fmt.Sprintf("%q is not a positive duration", w.text), Hint: "a duration is at least 1s"}
	}
	return nil
}

// readAny reads a duration that may be zero.
func (d *duration) readAny(w yamlScalar) error {
	m := durationForm().FindStringSubmatch(w.text)
	switch {
	case w.kind == aNumber:
		return &Error{Message: fmt.Sprintf("%q has no unit", clip(w.text)), Hint: durationHint}
	case m == nil || w.text == "":
		return &Error{Message: fmt.Sprintf("%q is not a duration", clip(w.text)), Hint: durationHint}
	}
	for i, unit := range units {
		n, _ := strconv.Atoi("0" + m[i+1]) // durationForm admits digits only
		*d += duration(n) * duration(unit)
	}
	return nil
}

func (d duration) String() string { return language.Duration(d).String() }

// ParseDuration returns the duration in the notation of a policy: 30d, 2w, 1d12h.
func ParseDuration(text string) (time.Duration, error) {
	var d duration
	err := d.read(yamlScalar{text: text, kind: aText}, ParseOptions{})
	if e, ok := errors.AsType[*Error](err); ok {
		return 0, errors.New(e.Message)
	}
	return time.Duration(d), err
}

// quiet is a duration, or 0 if a file may be moved right after a change.
type quiet duration

func (q *quiet) read(w yamlScalar, _ ParseOptions) error {
	if w.text == "0" {
		return nil
	}
	return (*duration)(q).readAny(w)
}

// purgeAge is a duration or off, which is zero.
type purgeAge time.Duration

func (a *purgeAge) read(w yamlScalar, o ParseOptions) error {
	if w.text == "off" {
		return nil
	}
	var d duration
	if err := d.read(w, o); err != nil {
		// duration.read returns no other type of error.
		e := err.(*Error)
		e.Hint += "; or off for never"
		return e
	}
	*a = purgeAge(d)
	return nil
}

// binAge is a purgeAge for files of unknown origin. It is at least a day, so that a file deleted by mistake is still
// there the next morning.
type binAge purgeAge

func (a *binAge) read(w yamlScalar, o ParseOptions) error {
	if err := (*purgeAge)(a).read(w, o); err != nil {
		return err
	}
	if *a != 0 && time.Duration(*a) < 24*time.Hour {
		return &Error{
			Message: fmt.Sprintf("%q is too short for trash: everything", w.text),
			Hint:    "use 1d or more, or off for never, because people may want to restore files that they deleted",
		}
	}
	return nil
}

// window is the duration over which the limits count.
type window duration

const (
	// A window must be within these bounds.
	minWindow = time.Hour
	maxWindow = 31 * 24 * time.Hour
)

func (s *window) read(w yamlScalar, _ ParseOptions) error {
	var d duration
	if err := d.readAny(w); err != nil || time.Duration(d) < minWindow || time.Duration(d) > maxWindow {
		return &Error{
			Message: fmt.Sprintf("%q is not a time from 1h to 31d", clip(w.text)),
			Hint:    "limits apply to this period; use e.g. 12h, 1d or 1w",
		}
	}
	*s = window(d)
	return nil
}

// rescan is the duration between two listings.
type rescan duration

const (
	// The time between two listings must be within these bounds.
	minRescan = time.Minute
	maxRescan = 31 * 24 * time.Hour
)

func (r *rescan) read(w yamlScalar, _ ParseOptions) error {
	var d duration
	if err := d.readAny(w); err != nil || time.Duration(d) < minRescan || time.Duration(d) > maxRescan {
		return &Error{
			Message: fmt.Sprintf("%q is not a time from 1m to 31d", clip(w.text)),
			Hint:    "the interval of full rescans; use e.g. 30m, 6h or 1d",
		}
	}
	*r = rescan(d)
	return nil
}

// jitter is a duration of at most an hour, or 0.
type jitter duration

// maxJitter is the longest jitter.
const maxJitter = time.Hour

func (j *jitter) read(w yamlScalar, o ParseOptions) error {
	if err := (*quiet)(j).read(w, o); err != nil {
		return err
	}
	if time.Duration(*j) > maxJitter {
		return &Error{
			Message: fmt.Sprintf("%q is longer than 1h", w.text),
			Hint:    "the maximum random delay of a sweep; use 0 to 1h",
		}
	}
	return nil
}

// spec is a schedule.
type spec schedule.Spec

func (s *spec) read(w yamlScalar, _ ParseOptions) error {
	due, err := schedule.Parse(w.text)
	*s = spec(due)
	return scheduled(err)
}

// sweepTime is the default time of sweeps.
const sweepTime = "daily 03:00"

// digests maps names to times of a digest.
var digests = map[string]string{"daily": "daily 09:00", "weekly": "weekly mon 09:00"}

// digest is the schedule of the digest: a spec, the name of one in digests, or off, which is zero.
type digest schedule.Spec

func (g *digest) read(w yamlScalar, _ ParseOptions) error {
	if w.text == "off" {
		return nil
	}
	text, aWord := digests[w.text]
	if !aWord {
		text = w.text
	}
	due, err := schedule.Parse(text)
	*g = digest(due)
	if err := scheduled(err); err != nil {
		e := err.(*Error)
		e.Hint += "; or daily, weekly, off"
		return e
	}
	return nil
}

// hours is a part of each day.
type hours schedule.Window

func (h *hours) read(w yamlScalar, _ ParseOptions) error {
	part, err := schedule.ParseWindow(w.text)
	*h = hours(part)
	return scheduled(err)
}

// scheduled converts an error of package schedule into one of a policy.
func scheduled(err error) error {
	if e, ok := errors.AsType[*schedule.Error](err); ok {
		return &Error{Message: e.Message, Hint: e.Hint}
	}
	return err
}

// zone is a time zone.
type zone struct{ in *time.Location }

// zoneForm matches the names of the IANA time zone database.
var zoneForm = lazily(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$`)

func (z *zone) read(w yamlScalar, _ ParseOptions) error {
	e := &Error{
		Message: fmt.Sprintf("unknown time zone %q", clip(w.text)),
		Hint:    "use a name such as Europe/Berlin or UTC; the default is the machine's time zone",
	}
	// "Local" is not a zone but Go's name for the machine's.
	if !zoneForm().MatchString(w.text) || w.text == time.Local.String() {
		return e
	}
	in, err := time.LoadLocation(w.text)
	if err != nil {
		return e
	}
	z.in = in
	return nil
}
