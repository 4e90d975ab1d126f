package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// String returns the spec in plain English: "every day at 03:00". Different specs have different texts.
func (s Spec) String() string { return s.In(language.Printer{}) }

// In returns the spec in the Printer's language.
func (s Spec) In(p language.Printer) string {
	if s == (Spec{}) {
		return p.Sprintf("never")
	}
	times, steps := s.clock.describe()
	switch {
	case steps && s.everyDay():
		return times.In(p)
	case steps:
		return p.Sprintf("%s, %s", s.describeDays(), times)
	default:
		return p.Sprintf("%s %s", s.describeDays(), times)
	}
}

// everyDay reports whether the spec is due on each day of each month.
func (s Spec) everyDay() bool {
	return !s.either && s.days == allDays && s.weekdays == allWeekdays && s.months == allMonths
}

// describeDays returns the days as text.
func (s Spec) describeDays() language.Message {
	months := language.Text(language.Messagef("each month"))
	if s.months != allMonths {
		months = join(uint64(s.months), month)
	}
	monthdays, weekdays := join(uint64(s.days), ordinal), join(uint64(s.weekdays), weekday)
	onDays := language.Messagef("on day %s of %s", monthdays, months)
	switch {
	case s.either && s.months == allMonths:
		return language.Messagef("every %s and %s", weekdays, onDays)
	case s.either:
		return language.Messagef("in %s every %s and on day %s", months, weekdays, monthdays)
	case s.days != allDays && s.weekdays != allWeekdays:
		return language.Messagef("%s if it is a %s", onDays, weekdays)
	case s.days != allDays:
		return onDays
	}
	said := language.Messagef("every day")
	if s.weekdays != allWeekdays {
		said = language.Messagef("every %s", weekdays)
	}
	if s.months != allMonths {
		said = language.Messagef("%[1]s in %[2]s", said, months)
	}
	return said
}

// most is the number of times of a day that are listed individually.
const most = 6

// describe returns the times of a day as text. steps reports whether they are a step from midnight.
func (c *clock) describe() (text language.Message, steps bool) {
	for step := time.Minute; step <= day/2; step += time.Minute {
		if day%step == 0 && *c == stepped(step) {
			return span(step), true
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
		return language.Messagef("at %s", language.AndNames(each)), false
	}
	return language.Messagef("at minute %s of hour %s", join(minutes, ordinal), join(hours, ordinal)), false
}

// span returns a part of a day as text: "every minute", "every 6 hours from midnight".
func span(step time.Duration) language.Message {
	switch n := int64(step / time.Minute); {
	case step == time.Minute:
		return language.Messagef("every minute")
	case step == time.Hour:
		return language.Messagef("every hour")
	case step%time.Hour == 0:
		return language.Messagef("every %d hours from midnight", n/60)
	case step > time.Hour:
		return language.Messagef("every %d minutes from midnight", n)
	default:
		return language.Messagef("every %d minutes", n)
	}
}

// join returns the names of the numbers in a set, with three or more in a row as a range.
func join(set uint64, name func(int) language.Message) language.Text {
	var parts []language.Message
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
			parts = append(parts, language.Messagef("%s to %s", name(low), name(low+row-1)))
		}
	}
	return language.And(parts)
}

func ordinal(n int) language.Message { return language.Verbatim(strconv.Itoa(n)) }

func month(n int) language.Message {
	return [...]language.Message{
		language.Messagef("January"), language.Messagef("February"), language.Messagef("March"),
		language.Messagef("April"), language.Messagef("May"), language.Messagef("June"), language.Messagef("July"),
		language.Messagef("August"), language.Messagef("September"), language.Messagef("October"),
		language.Messagef("November"), language.Messagef("December"),
	}[n-1]
}

func weekday(n int) language.Message {
	return [...]language.Message{
		language.Messagef("Sunday"), language.Messagef("Monday"), language.Messagef("Tuesday"),
		language.Messagef("Wednesday"), language.Messagef("Thursday"), language.Messagef("Friday"),
		language.Messagef("Saturday"),
	}[n]
}

// hhmm returns a time of the day as text: "03:00".
func hhmm(of time.Duration) string {
	return fmt.Sprintf("%02d:%02d", of/time.Hour, of%time.Hour/time.Minute)
}
