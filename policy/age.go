package policy

import (
	"fmt"
	"time"

	"sweepd/policy/internal/english"
)

// ages returns the clauses on the file's age. atime is not used: reading a picture does not make it younger, and a
// scan must not either.
func (c *Condition) ages() []clause {
	var all []clause
	if c.OlderThan > 0 {
		all = append(all, older(c.AgeBy, c.OlderThan))
	}
	if c.NewerThan > 0 {
		all = append(all, newer(c.AgeBy, c.NewerThan))
	}
	return all
}

// english returns the event for use in a sentence.
func (a AgeBy) english() string {
	switch a {
	case "":
		return "when it was made, or else last changed"
	case ByFirstSeen:
		return "when sweepd first saw it"
	}
	return "when it was " + string(a)
}

// older returns a clause that holds if more time than that has passed since the event. It is unknown if the time of
// the event is.
func older(by AgeBy, than time.Duration) clause {
	return leaf(
		saying("it is older than %s by %s", english.Duration(than), by.english()),
		func(s subject) (truth, string) {
			age, event, known := s.age(by)
			switch {
			case !known:
				return unknown, event
			case age > than:
				return yes, fmt.Sprintf("%s, older than %s", event, english.Duration(than))
			default:
				return no, fmt.Sprintf(
					"%s, older than %s only in %s",
					event,
					english.Duration(than),
					english.AtMost(than-age),
				)
			}
		},
	)
}

// newer returns a clause that holds if less time than that has passed since the event. It is unknown if the time of
// the event is.
func newer(by AgeBy, than time.Duration) clause {
	return leaf(
		saying("it is newer than %s by %s", english.Duration(than), by.english()),
		func(s subject) (truth, string) {
			age, event, known := s.age(by)
			switch {
			case !known:
				return unknown, event
			case age < than:
				return yes, fmt.Sprintf("%s, newer than %s", event, english.Duration(than))
			default:
				return no, fmt.Sprintf("%s, not newer than %s", event, english.Duration(than))
			}
		},
	)
}

// age returns the time since an event, never negative, and the event as a clause. known is false for a time in the
// future, because a clock was wrong.
func (s subject) age(by AgeBy) (age time.Duration, event string, known bool) {
	at, verb := s.event(by)
	if at.IsZero() {
		return 0, fmt.Sprintf("when it was %s is unknown", verb), false
	}
	age = s.now.Sub(at)
	if age < 0 {
		return 0, fmt.Sprintf("%s in the future, so its age is unknown", verb), false
	}
	return age, fmt.Sprintf("%s %s ago", verb, english.About(age)), true
}

// event returns the time of an event and its verb. The time is zero if it is unknown.
func (s subject) event(by AgeBy) (time.Time, string) {
	switch by {
	case ByMade:
		return s.Verdict.Made, "made"
	case ByModified:
		return s.Entry.Modified, "modified"
	case ByCreated:
		return s.Entry.Created, "created"
	case ByFirstSeen:
		// A file without a record is seen for the first time now.
		if s.FirstSeen.IsZero() {
			return s.now, "first seen"
		}
		return s.FirstSeen, "first seen"
	}
	if !s.Verdict.Made.IsZero() {
		return s.Verdict.Made, "made"
	}
	return s.changed()
}

// changed returns the later of modified and created.
func (s subject) changed() (time.Time, string) {
	if s.Entry.Created.After(s.Entry.Modified) {
		return s.Entry.Created, "created"
	}
	return s.Entry.Modified, "modified"
}

// latest returns the last time at which the file may have been written to. The modification time alone is not enough,
// because the program that writes a file sets it: a file that was just unpacked, restored or synced has an old one. A
// move within a disk keeps the birth time; if there is none, the change time counts.
func (s subject) latest() (time.Time, string) {
	if at, verb := s.changed(); !s.Entry.Changed.After(at) {
		return at, verb
	}
	return s.Entry.Changed, "changed"
}
