package policy

import (
	"fmt"
	"time"
)

// ages are the clauses on the file's age. atime is no age: reading a picture
// does not make it younger, and scanning must not.
func (c *condition) ages() []clause {
	by := byDefault
	if c.AgeBy != nil {
		by = *c.AgeBy
	}
	var all []clause
	if c.OlderThan != nil {
		all = append(all, older(by, time.Duration(*c.OlderThan)))
	}
	if c.NewerThan != nil {
		all = append(all, newer(by, time.Duration(*c.NewerThan)))
	}
	return all
}

// by is the age's event in a sentence.
func (a ageBy) String() string {
	switch a {
	case byDefault:
		return "when it was made, or else last changed"
	case byFirstSeen:
		return "when sweepd first saw it"
	}
	return "when it was " + string(a)
}

func older(by ageBy, than time.Duration) clause {
	return leaf(fmt.Sprintf("it is older than %s by %s", inTime(than), by), func(s subject) (truth, string) {
		age, event, known := s.age(by)
		switch {
		case !known:
			return unknown, event
		case age > than:
			return yes, fmt.Sprintf("%s, older than %s", event, inTime(than))
		default:
			return no, fmt.Sprintf("%s, older than %s only in %s", event, inTime(than), atMost(than-age))
		}
	})
}

func newer(by ageBy, than time.Duration) clause {
	return leaf(fmt.Sprintf("it is newer than %s by %s", inTime(than), by), func(s subject) (truth, string) {
		age, event, known := s.age(by)
		switch {
		case !known:
			return unknown, event
		case age < than:
			return yes, fmt.Sprintf("%s, newer than %s", event, inTime(than))
		default:
			return no, fmt.Sprintf("%s, not newer than %s", event, inTime(than))
		}
	})
}

// age is how long ago an event was, never less than nothing, and the event in
// words. A time in the future tells no age: some clock was wrong.
func (s subject) age(by ageBy) (age time.Duration, event string, known bool) {
	at, verb := s.event(by)
	if at.IsZero() {
		return 0, fmt.Sprintf("nothing says when it was %s", verb), false
	}
	age = s.now.Sub(at)
	if age < 0 {
		return 0, fmt.Sprintf("%s in the future, so its age is unknown", verb), false
	}
	return age, fmt.Sprintf("%s %s ago", verb, about(age)), true
}

// event is a time, and what happened then; zero where nothing says so.
func (s subject) event(by ageBy) (time.Time, string) {
	switch by {
	case byMade:
		return s.Verdict.Made, "made"
	case byModified:
		return s.Entry.Modified, "modified"
	case byCreated:
		return s.Entry.Created, "created"
	case byFirstSeen:
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

// changed is the later of modified and created.
func (s subject) changed() (time.Time, string) {
	if s.Entry.Created.After(s.Entry.Modified) {
		return s.Entry.Created, "created"
	}
	return s.Entry.Modified, "modified"
}

// latest is the last time at which the file can have been written to. The
// modification time alone is what its writer sets: a file that was unpacked,
// restored or synced just now has an old one. A move within a disk keeps the
// birth time; where there is none, the change time counts.
func (s subject) latest() (time.Time, string) {
	if at, verb := s.changed(); !s.Entry.Changed.After(at) {
		return at, verb
	}
	return s.Entry.Changed, "changed"
}
