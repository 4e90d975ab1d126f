package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// String returns the spec in plain English: "every day at 03:00". Different specs have different texts.
func (s Spec) String() string {
	if s == (Spec{}) {
		return "never"
	}
	times, steps := s.clock.describe()
	switch on := s.describeDays(); {
	case steps && on == everyDay:
		return times
	case steps:
		return on + ", " + times
	default:
		return on + " " + times
	}
}

// everyDay is the text of the days if all are due.
const everyDay = "every day"

// describeDays returns the days as text.
func (s Spec) describeDays() string {
	months := "each month"
	if s.months != allMonths {
		months = join(uint64(s.months), func(n int) string { return time.Month(n).String() })
	}
	monthdays := fmt.Sprintf("on day %s of %s", join(uint64(s.days), strconv.Itoa), months)
	weekdays := join(uint64(s.weekdays), func(n int) string { return time.Weekday(n).String() })
	switch {
	case s.either && s.months == allMonths:
		return fmt.Sprintf("every %s and %s", weekdays, monthdays)
	case s.either:
		return fmt.Sprintf("in %s every %s and on day %s", months, weekdays, join(uint64(s.days), strconv.Itoa))
	case s.days != allDays && s.weekdays != allWeekdays:
		return fmt.Sprintf("%s if it is a %s", monthdays, weekdays)
	case s.days != allDays:
		return monthdays
	}
	said := everyDay
	if s.weekdays != allWeekdays {
		said = "every " + weekdays
	}
	if s.months != allMonths {
		said += " in " + months
	}
	return said
}

// most is the number of times of a day that are listed individually.
const most = 6

// describe returns the times of a day as text. steps reports whether they are a step from midnight, which needs
// no "at".
func (c *clock) describe() (text string, steps bool) {
	// The result begins with "every", and steps is true, if all times are equally far apart.
	for step := time.Minute; step <= day/2; step += time.Minute {
		if day%step == 0 && *c == stepped(step) {
			return "every " + span(step), true
		}
	}
	var each []string
	var hours, minutes uint64
	for hour, set := range c {
		if set != 0 {
			hours |= 1 << hour
			minutes = set // the same for all hours: see cron
		}
		for ; set != 0; set &= set - 1 {
			each = append(each, hhmm(at(hour, bits.TrailingZeros64(set))))
		}
	}
	if len(each) <= most {
		return "at " + and(each), false
	}
	return fmt.Sprintf("at minute %s of hour %s", join(minutes, strconv.Itoa), join(hours, strconv.Itoa)), false
}

// span returns a part of a day as text: "minute", "6 hours from midnight".
func span(step time.Duration) string {
	n, unit := int(step/time.Minute), "minute"
	if step%time.Hour == 0 {
		n, unit = int(step/time.Hour), "hour"
	}
	switch {
	case n == 1:
		return unit
	case step > time.Hour:
		return fmt.Sprintf("%d %ss from midnight", n, unit)
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// join returns the names of the numbers in a set, with three or more in a row as a range.
func join(set uint64, name func(int) string) string {
	var parts []string
	for set != 0 {
		low := bits.TrailingZeros64(set)
		row := bits.TrailingZeros64(^(set >> low))
		set &^= (1<<row - 1) << low
		switch row {
		case 1:
			parts = append(parts, name(low))
		case 2:
			parts = append(parts, name(low), name(low+1))
		default:
			parts = append(parts, name(low)+" to "+name(low+row-1))
		}
	}
	return and(parts)
}

// and joins the parts as a list in English.
func and(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// hhmm returns a time of the day as text: "03:00".
func hhmm(of time.Duration) string {
	return fmt.Sprintf("%02d:%02d", of/time.Hour, of%time.Hour/time.Minute)
}
