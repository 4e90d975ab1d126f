package policy

import (
	"time"

	"github.com/sweepd/sweepd/internal/language"
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

// text returns the event for use in a sentence.
func (a AgeBy) text() language.Message {
	switch a {
	case "":
		return language.Messagef("when it was made, or else last changed")
	case ByMade:
		return language.Messagef("when it was made")
	case ByModified:
		return language.Messagef("when it was modified")
	case ByCreated:
		return language.Messagef("when it was created")
	case ByFirstSeen:
		return language.Messagef("when sweepd first saw it")
	}
	return language.Verbatim("when it was " + string(a))
}

// older returns a clause that holds if more time than that has passed since the event. It is unknown if the time of
// the event is.
func older(by AgeBy, than time.Duration) clause {
	return leaf(
		language.Messagef("it is older than %s by %s", language.Duration(than), by.text()),
		func(s subject) (truth, language.Message) {
			age, event, known := s.age(by)
			switch {
			case !known:
				return unknown, event
			case age > than:
				return yes, language.Messagef("%s, older than %s", event, language.Duration(than))
			default:
				return no, language.Messagef(
					"%s, older than %s only in %s",
					event,
					language.Duration(than),
					language.AtMost(than-age),
				)
			}
		},
	)
}

// newer returns a clause that holds if less time than that has passed since the event. It is unknown if the time of
// the event is.
func newer(by AgeBy, than time.Duration) clause {
	return leaf(
		language.Messagef("it is newer than %s by %s", language.Duration(than), by.text()),
		func(s subject) (truth, language.Message) {
			age, event, known := s.age(by)
			switch {
			case !known:
				return unknown, event
			case age < than:
				return yes, language.Messagef("%s, newer than %s", event, language.Duration(than))
			default:
				return no, language.Messagef("%s, not newer than %s", event, language.Duration(than))
			}
		},
	)
}

// age returns the time since an event, never negative, and the event as a clause. known is false for a time in the
// future, because a clock was wrong.
func (s subject) age(by AgeBy) (age time.Duration, event language.Message, known bool) {
	at, verb := s.event(by)
	if at.IsZero() {
		return 0, language.Messagef("when it was %s is unknown", verb), false
	}
	age = s.now.Sub(at)
	if age < 0 {
		return 0, language.Messagef("%s in the future, so its age is unknown", verb), false
	}
	return age, language.Messagef("%s %s ago", verb, language.About(age)), true
}

// event returns the time of an event and its verb. The time is zero if it is unknown.
func (s subject) event(by AgeBy) (time.Time, language.Message) {
	switch by {
	case ByMade:
		return s.Verdict.Made, language.Messagef("made")
	case ByModified:
		return s.Entry.Modified, language.Messagef("modified")
	case ByCreated:
		return s.Entry.Created, language.Messagef("created")
	case ByFirstSeen:
		// A file without a record is seen for the first time now.
		if s.FirstSeen.IsZero() {
			return s.now, language.Messagef("first seen")
		}
		return s.FirstSeen, language.Messagef("first seen")
	}
	if !s.Verdict.Made.IsZero() {
		return s.Verdict.Made, language.Messagef("made")
	}
	return s.changed()
}

// changed returns the later of modified and created.
func (s subject) changed() (time.Time, language.Message) {
	if s.Entry.Created.After(s.Entry.Modified) {
		return s.Entry.Created, language.Messagef("created")
	}
	return s.Entry.Modified, language.Messagef("modified")
}

// latest returns the last time at which the file may have been written to. The modification time alone is not enough,
// because the program that writes a file sets it: a file that was just unpacked, restored or synced has an old one. A
// move within a disk keeps the birth time; if there is none, the change time counts.
func (s subject) latest() (time.Time, language.Message) {
	if at, verb := s.changed(); !s.Entry.Changed.After(at) {
		return at, verb
	}
	return s.Entry.Changed, language.Messagef("changed")
}
