// Package schedule computes when something is due by the wall clock.
//
// Parse parses a text of a policy into a Spec, and Spec.Next is a pure function of a time and a zone: it has no
// clock, no timers and no memory. A due time is a minute that the clock shows, and every minute comes once. A minute
// that the clock skips when it is put forward comes at the first moment after the gap, together with all others in
// it; a minute that the clock shows twice when it is put back comes the first time only.
//
// The package parses the fields of cron itself. github.com/adhocore/gronx, the best maintained of the libraries,
// leaves out the whole day on which a time falls into a gap, takes the second of two equal times, and accepts "0 0 30
// 2 *".
package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"time"
)

// Spec is a recurring time at which something is due. The zero value is never due. Specs with the same meaning are
// equal, however they were written.
type Spec struct {
	clock    clock
	days     uint32 // bit 1 to 31: days of the month
	months   uint16 // bit 1 to 12
	weekdays uint8  // bit 0, Sunday, to 6
	either   bool   // a day in days or in weekdays is enough, not only one in both
}

// clock is the set of the minutes of a day, by hour.
type clock [24]uint64

// The sets with all members, of which each is one bit.
const (
	allMinutes  = 1<<60 - 1
	allHours    = 1<<24 - 1
	allDays     = 1<<32 - 2
	allMonths   = 1<<13 - 2
	allWeekdays = 1<<7 - 1
)

// day is 24 hours: readings of a clock are written as times in UTC, in which every day has so many.
const day = 24 * time.Hour

// from returns the first minute of the clock at or after a time of the day. It returns false if there is none on
// that day.
func (c *clock) from(of time.Duration) (time.Duration, bool) {
	hour, minute := int(of/time.Hour), int(of%time.Hour/time.Minute)
	for ; hour < len(c); hour, minute = hour+1, 0 {
		if rest := c[hour] >> minute; rest != 0 {
			return at(hour, minute+bits.TrailingZeros64(rest)), true
		}
	}
	return 0, false
}

// at returns a time of the day.
func at(hour, minute int) time.Duration {
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
}

// Next returns the first due time strictly after the given one, by the clocks of a zone; nil is the zone of
// after. It returns the zero Time if there is none. The result is in that zone.
func (s Spec) Next(after time.Time, in *time.Location) time.Time {
	if in == nil {
		in = after.Location()
	}
	for shown := wall(after, in).Truncate(time.Minute); ; {
		if shown = s.following(shown); shown.IsZero() {
			return time.Time{}
		}
		if first, _ := moments(shown, in); first.After(after) {
			return first
		}
	}
}

// years is the period after which the calendar repeats, including weekdays.
const years = 400

// following returns the first due minute strictly after what a clock shows; zero if there is none. It works on
// the calendar alone and knows no zone: times are readings of a clock, written in UTC.
func (s Spec) following(shown time.Time) time.Time {
	shown = shown.Add(time.Minute)
	today := shown.Truncate(day)
	if of, found := s.clock.from(shown.Sub(today)); found && s.on(today) {
		return today.Add(of)
	}
	first, found := s.clock.from(0)
	last := today.AddDate(years, 0, 0)
	for d := today.Add(day); found && !d.After(last); {
		switch {
		case s.months>>d.Month()&1 == 0:
			d = time.Date(d.Year(), d.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		case s.on(d):
			return d.Add(first)
		default:
			d = d.Add(day)
		}
	}
	return time.Time{}
}

// on reports whether a time of a day is due on that day.
func (s Spec) on(d time.Time) bool {
	inMonth, inWeek := s.days>>d.Day()&1 != 0, s.weekdays>>d.Weekday()&1 != 0
	if s.either {
		return s.months>>d.Month()&1 != 0 && (inMonth || inWeek)
	}
	return s.months>>d.Month()&1 != 0 && inMonth && inWeek
}

// Jitter returns a wait of at least 0 and less than max. It returns the same for the same seed, so that many machines
// with one schedule do not begin at once.
func Jitter(seed string, max time.Duration) time.Duration {
	if max <= 0 {
		return 0
	}
	sum := sha256.Sum256([]byte(seed))
	return time.Duration(binary.BigEndian.Uint64(sum[:8]) % uint64(max))
}
