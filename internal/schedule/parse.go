package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Error is the reason why a text is not a schedule.
type Error struct {
	Message string // one sentence, no full stop
	Hint    string // what to write instead
}

// Error returns the message and the hint.
func (e *Error) Error() string { return e.Message + ": " + e.Hint }

// forms is the hint for a text that is of none of the forms.
const forms = `write hourly, daily 03:00, weekly sun 04:00, monthly 1 03:00, every 6h, or the five fields of cron, ` +
	`as in "0 3 * * 1-5"`

// Parse parses a schedule: "hourly"; "daily 03:00"; "weekly sun 04:00", where more days are a list or a range as in
// cron; "monthly 1 03:00", which leaves out months without such a day; "every 6h", a part of a day, counted from
// midnight; or the five fields of cron as in crontab(5): if neither day field begins with *, a day that matches
// either of them is enough. It returns an *Error if text is none of these.
func Parse(text string) (Spec, error) {
	words := strings.Fields(text)
	switch {
	case len(words) == 0:
	case words[0] == "hourly" && len(words) == 1:
		return cron([]string{"0", "*", "*", "*", "*"})
	case words[0] == "daily" && len(words) == 2:
		return timed(words[1], "*", "*")
	case words[0] == "weekly" && len(words) == 3:
		return timed(words[2], "*", words[1])
	case words[0] == "monthly" && len(words) == 3:
		return timed(words[2], words[1], "*")
	case words[0] == "every" && len(words) == 2:
		return every(words[1])
	case len(words) == 5:
		return cron(words)
	}
	return Spec{}, &Error{fmt.Sprintf("%q is not a schedule", clip(text)), forms}
}

// timed returns a spec of one time on each of some days.
func timed(clock, monthdays, weekdays string) (Spec, error) {
	of, err := timeOfDay(clock)
	if err != nil {
		return Spec{}, err
	}
	return cron([]string{
		strconv.Itoa(int(of % time.Hour / time.Minute)), strconv.Itoa(int(of / time.Hour)), monthdays, "*", weekdays,
	})
}

// timeOfDay parses 03:00 or 3:00.
func timeOfDay(text string) (time.Duration, error) {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, &Error{fmt.Sprintf("%q is not a time of the day", clip(text)), "write one from 00:00 to 23:59"}
	}
	return at(t.Hour(), t.Minute()), nil
}

// every returns a spec with an interval of whole minutes, from midnight on.
func every(text string) (Spec, error) {
	step, err := time.ParseDuration(text)
	if err != nil || step < time.Minute || step%time.Minute != 0 || day%step != 0 {
		return Spec{}, &Error{
			fmt.Sprintf("%q is not an interval that divides a day evenly", clip(text)),
			"write 1h, 2h, 3h, 4h, 6h, 8h or 12h, or minutes that divide a day evenly, as in 30m; " +
				"for a longer interval, write daily 03:00 or weekly sun 04:00",
		}
	}
	return Spec{clock: stepped(step), days: allDays, months: allMonths, weekdays: allWeekdays}, nil
}

// stepped returns the minutes of a day at that interval.
func stepped(step time.Duration) (c clock) {
	for of := time.Duration(0); of < day; of += step {
		c[of/time.Hour] |= 1 << (of % time.Hour / time.Minute)
	}
	return c
}

// field is one of cron's fields: the numbers that it accepts, and their names.
type field struct {
	what      string
	low, high int
	names     func(int) string // nil for none
	example   string
}

// fields are the five fields of cron, in order.
var fields = [5]field{
	{"a minute", 0, 59, nil, "0, 15-45, */10 or 0,30"},
	{"an hour", 0, 23, nil, "3, 8-18, */2 or 0,12"},
	{"a day of the month", 1, 31, nil, "1, 1-7, */2 or 1,15"},
	{"a month", 1, 12, func(n int) string { return time.Month(n).String() }, "1, jan, apr-sep, */3 or 1,7"},
	{"a day of the week", 0, 7, func(n int) string { return time.Weekday(n % 7).String() }, "0, sun, mon-fri or 1,4"},
}

// cron returns the spec of the five fields. It returns an *Error for a spec that is never due, such as the 30th
// of February: it is a mistake, and not a way to switch the schedule off.
func cron(words []string) (Spec, error) {
	var sets [5]uint64
	for i, f := range fields {
		set, err := f.read(words[i])
		if err != nil {
			return Spec{}, err
		}
		sets[i] = set
	}
	sets[4] = (sets[4] | sets[4]>>7) & allWeekdays // 7 is Sunday too
	s := Spec{days: uint32(sets[2]), months: uint16(sets[3]), weekdays: uint8(sets[4])}
	for hour := range s.clock {
		if sets[1]>>hour&1 != 0 {
			s.clock[hour] = sets[0]
		}
	}
	s.either = words[2][0] != '*' && words[4][0] != '*'
	if s.either && (s.days == allDays || s.weekdays == allWeekdays) {
		s.days, s.weekdays, s.either = allDays, allWeekdays, false
	}
	if s.following(time.Time{}).IsZero() {
		return Spec{}, &Error{
			fmt.Sprintf("no date matches %q", clip(strings.Join(words, " "))),
			"write a day that exists in one of its months",
		}
	}
	return s, nil
}

// read returns the numbers of a field: a list of numbers, ranges and steps.
func (f field) read(text string) (set uint64, err error) {
	for part := range strings.SplitSeq(text, ",") {
		low, high, step, ok := f.part(part)
		if !ok {
			return 0, &Error{
				fmt.Sprintf("%q is not %s", clip(part), f.what),
				fmt.Sprintf("write %d to %d, as in %s", f.low, f.high, f.example),
			}
		}
		for n := low; n <= high; n += step {
			set |= 1 << n
		}
	}
	return set, nil
}

// part parses one number, or a range, or all; the latter two in steps. low and high are inclusive. ok is false
// for a step after a single number, which other crons read in different ways.
func (f field) part(text string) (low, high, step int, ok bool) {
	span, by, inSteps := strings.Cut(text, "/")
	step = 1
	if inSteps {
		if step, ok = number(by); !ok || step < 1 {
			return 0, 0, 0, false
		}
	}
	if span == "*" {
		return f.low, f.high, step, true
	}
	first, last, ranged := strings.Cut(span, "-")
	if low, ok = f.value(first); !ok || inSteps && !ranged {
		return 0, 0, 0, false
	}
	if high = low; ranged {
		if high, ok = f.value(last); !ok {
			return 0, 0, 0, false
		}
	}
	if f.high == 7 && low > 0 && high == 0 {
		high = 7 // sat-sun
	}
	return low, high, step, low <= high
}

// value parses a number or a name of the field. A name may be shortened to its first three letters, in any case.
func (f field) value(text string) (int, bool) {
	for n := f.low; f.names != nil && n <= f.high; n++ {
		if name := f.names(n); strings.EqualFold(text, name) || strings.EqualFold(text, name[:3]) {
			return n, true
		}
	}
	n, ok := number(text)
	return n, ok && n >= f.low && n <= f.high
}

// number parses one or two digits.
func number(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 8)
	return int(n), err == nil && len(text) <= 2
}

// clip returns s, shortened so that a long text does not fill a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}
