package policyfile

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"sweepd/internal/schedule"
	"sweepd/policy"
	"sweepd/policy/internal/english"
)

// yamlScalar is one scalar with its text and its kind in YAML.
type yamlScalar struct {
	text string
	kind kind
}

type kind string

const (
	aText   kind = "a text"
	aNumber kind = "a number"
	aBool   kind = "true or false"
)

// duration is a time span in weeks, days, hours, minutes and seconds. It is more than zero and too short (80 years)
// to overflow. Months and years are refused because their lengths differ.
type duration time.Duration

var (
	durationForm = regexp.MustCompile(`^(?:(\d{1,3})w)?(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?$`)
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
	m := durationForm.FindStringSubmatch(w.text)
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

func (d duration) String() string { return english.Duration(time.Duration(d)) }

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

var zoneForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$`)

func (z *zone) read(w yamlScalar, _ ParseOptions) error {
	e := &Error{
		Message: fmt.Sprintf("unknown time zone %q", clip(w.text)),
		Hint:    "use a name such as Europe/Berlin or UTC; the default is the machine's time zone",
	}
	if !zoneForm.MatchString(w.text) || w.text == time.Local.String() {
		return e
	}
	in, err := time.LoadLocation(w.text)
	if err != nil {
		return e
	}
	z.in = in
	return nil
}

// surge is a factor, or off, which is zero.
type surge int

var surgeForm = regexp.MustCompile(`^[1-9]\d{0,3}$`)

func (s *surge) read(w yamlScalar, _ ParseOptions) error {
	if w.text == "off" {
		return nil
	}
	n, _ := strconv.Atoi(w.text)
	if w.kind != aNumber || !surgeForm.MatchString(w.text) || n < 2 || n > 1000 {
		return &Error{
			Message: fmt.Sprintf("%q is not a whole number from 2 to 1000", clip(w.text)),
			Hint:    "write how many times the usual is too much, as in 10 without quotes; or off",
		}
	}
	*s = surge(n)
	return nil
}

// size is a number of bytes, more than zero. Decimal units (MB) and binary ones (MiB) differ, as in the standard IEC
// 80000-13.
type size int64

var sizeForm = regexp.MustCompile(`^\d{1,15}(\.\d{1,6})? ?([kKMGT]i?)?B$`)

const sizeHint = "write a number and a unit, as in 500 kB, 5GB or 500 MiB"

func (s *size) read(w yamlScalar, _ ParseOptions) error {
	if w.kind == aNumber {
		return &Error{Message: fmt.Sprintf("%q has no unit", clip(w.text)), Hint: sizeHint}
	}
	n, err := humanize.ParseBytes(w.text)
	if err != nil || !sizeForm.MatchString(w.text) || n == 0 || n > math.MaxInt64 {
		return &Error{Message: fmt.Sprintf("%q is not a size", clip(w.text)), Hint: sizeHint}
	}
	*s = size(n)
	return nil
}

func (s size) String() string { return english.Size(int64(s)) }

// percent is a share, more than 0 and at most 1.
type percent float64

var percentForm = regexp.MustCompile(`^\d{1,3}(\.\d{1,6})?%$`)

func (p *percent) read(w yamlScalar, _ ParseOptions) error {
	f, err := strconv.ParseFloat(strings.TrimSuffix(w.text, "%"), 64)
	if err != nil || !percentForm.MatchString(w.text) || f <= 0 || f > 100 {
		return &Error{
			Message: fmt.Sprintf("%q is not a share", clip(w.text)),
			Hint:    "write more than 0% and at most 100%, as in 50%",
		}
	}
	*p = percent(f / 100)
	return nil
}

// number is a whole number, at least 1.
type number int

var numberForm = regexp.MustCompile(`^[1-9]\d{0,8}$`)

func (n *number) read(w yamlScalar, _ ParseOptions) error {
	if w.kind != aNumber || !numberForm.MatchString(w.text) {
		return &Error{
			Message: fmt.Sprintf("%q is not a whole number of at least 1", clip(w.text)),
			Hint:    "use digits only, e.g. 500; limits cannot be disabled",
		}
	}
	v, _ := strconv.Atoi(w.text) // numberForm admits digits only
	*n = number(v)
	return nil
}

// version is the version of the format; only 1 exists.
type version int

func (v *version) read(w yamlScalar, _ ParseOptions) error {
	switch {
	case w.kind != aNumber:
		return &Error{Message: fmt.Sprintf("%q is not a number", clip(w.text)), Hint: "write version: 1"}
	case w.text != "1":
		return &Error{Message: fmt.Sprintf("%s is not supported", clip(w.text)), Hint: "this sweepd reads version: 1"}
	}
	*v = Version
	return nil
}

// boolean is true or false. YAML 1.1's yes and on are refused.
type boolean bool

func (b *boolean) read(w yamlScalar, _ ParseOptions) error {
	switch aWord := w.text == "true" || w.text == "false"; {
	case aWord && w.kind == aText:
		return &Error{Message: fmt.Sprintf("%q is a text", w.text), Hint: "write " + w.text + " without quotes"}
	case !aWord || w.kind != aBool:
		return notOneOf(w.text, "true or false", []string{"true", "false"})
	}
	*b = w.text == "true"
	return nil
}

// comparison is a comparison of pixels: 1024 exactly, or ">=1024", "<=1024", ">1024", "<1024".
type comparison policy.Pixels

var comparisonForm = regexp.MustCompile(`^(>=|<=|>|<)? ?([1-9]\d{0,8})$`)

func (c *comparison) read(w yamlScalar, _ ParseOptions) error {
	m := comparisonForm.FindStringSubmatch(w.text)
	if m == nil || (w.kind == aNumber) != (m[1] == "") {
		return &Error{
			Message: fmt.Sprintf("%q is not a number of pixels", clip(w.text)),
			Hint:    `write 1024, ">=1024", "<=1024", ">1024" or "<1024" (with the quotes)`,
		}
	}
	c.Op = m[1]
	c.N, _ = strconv.Atoi(m[2]) // comparisonForm admits digits only
	return nil
}
