package language

import (
	"strings"
	"time"
)

// Duration is a length of time exact to the second: "1 day 12 hours".
type Duration time.Duration

func (d Duration) String() string { return d.In(Printer{}) }

// In returns the length of time in the language.
func (d Duration) In(p Printer) string {
	const day = Duration(24 * time.Hour)
	var parts []string
	for _, part := range []Counted{
		CountPlainly(int64(d/day), "day"),
		CountPlainly(int64(d%day/Duration(time.Hour)), "hour"),
		CountPlainly(int64(d%Duration(time.Hour)/Duration(time.Minute)), "minute"),
		CountPlainly(int64(d%Duration(time.Minute)/Duration(time.Second)), "second"),
	} {
		if part.n > 0 {
			parts = append(parts, part.In(p))
		}
	}
	if len(parts) == 0 {
		return p.Sprintf("less than a second")
	}
	return strings.Join(parts, " ")
}

// About returns d in its largest unit, rounded down: "94 days".
func About(d time.Duration) Duration {
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if d >= unit {
			return Duration(d.Truncate(unit))
		}
	}
	return 0
}

// AtMost returns d in its largest unit, rounded up, for a remaining wait.
func AtMost(d time.Duration) Duration {
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if d >= unit {
			return Duration((d + unit - 1).Truncate(unit))
		}
	}
	return Duration(time.Second)
}
