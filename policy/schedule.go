package policy

import (
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/schedule"
)

// Mode controls what sweepd run may do by itself. It does not affect sweepd apply.
type Mode uint8

// The modes. A policy that names none has Report, which is the safe one.
const (
	Report  Mode = iota // moves and deletes nothing
	Enforce             // carries out what is due
)

// String returns the mode as written in a policy.
func (m Mode) String() string {
	if m == Enforce {
		return "enforce"
	}
	return "report"
}

// Reload controls when sweepd run loads a changed policy file. It deletes nothing before that.
type Reload uint8

// The values. A policy that names none has Automatic.
const (
	Automatic Reload = iota // as soon as the file is valid
	Manual                  // after sweepd reload
)

// String returns the value as written in a policy.
func (r Reload) String() string {
	if r == Manual {
		return "manual"
	}
	return "automatic"
}

// Schedule controls the times at which sweepd run acts.
type Schedule struct {
	// Sweep has the times of sweeps, without the delay by Jitter.
	Sweep    schedule.Spec
	OnChange bool            // also as soon as a change of files is noticed
	Rescan   time.Duration   // how often all files are listed again, even without noticed changes
	Zone     *time.Location  // of Sweep, Quiet and Digest; nil: the machine's
	Jitter   time.Duration   // the longest delay of a sweep; constant on one machine
	Quiet    schedule.Window // when nothing is moved or deleted; scans continue
	Digest   schedule.Spec   // when a message lists the coming deletions
}

// Notify is a receiver of messages of sweepd run, with the events to report.
type Notify struct {
	// To is the absolute path of a file with an address, the bare name of a systemd credential, or Desktop.
	To    string
	On    []Event
	Names bool // messages include names of files
	// EachUser is set of a mail server that sends each user of a fleet's accounts the messages on their own account. On
	// is EventDigest then.
	EachUser bool
}

// Desktop is the value of Notify.To that shows messages on the machine's desktop.
const Desktop = "desktop"

// Event is a kind of event that messages report.
type Event string

// The events. A receiver gets messages only about those in its On.
const (
	// EventSummary means that a run moved or deleted something, began a grace, or would have moved something in mode
	// report.
	EventSummary Event = "summary"
	EventHeld    Event = "held"   // a run was refused as a whole until the user looks
	EventGrant   Event = "grant"  // a storage is inaccessible until the user signs in
	EventFailed  Event = "failed" // a run failed
	EventDigest  Event = "digest" // the list of coming deletions
)

// AllEvents returns the events in the order of the manual.
func AllEvents() []Event {
	return []Event{EventSummary, EventHeld, EventGrant, EventFailed, EventDigest}
}

// alone returns what sweepd run does by itself, and when, in plain English.
func (p *Policy) alone(pr language.Printer) string {
	said := pr.Sprintf("The service reports what is due and changes nothing:\n")
	if p.Mode == Enforce {
		said = pr.Sprintf("The service trashes and purges what is due:\n")
	}
	said += p.Schedule.In(pr)
	if p.Reload == Manual {
		said += pr.Sprintf("  changes nothing after this file is modified, until told to reload it\n")
	}
	for _, n := range p.Notify {
		said += "  " + n.In(pr) + "\n"
	}
	if p.Page.Remote() {
		said += "  " + p.Page.In(pr) + "\n"
	}
	return said
}

// String returns the schedule in several indented lines.
func (s Schedule) String() string { return s.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (s Schedule) In(p language.Printer) string {
	var b strings.Builder
	say := func(format string, args ...any) { b.WriteString("  " + p.Sprintf(format, args...) + "\n") }
	sweeps := p.Sprintf("sweeps %s", s.Sweep)
	if s.Jitter > 0 {
		sweeps += p.Sprintf(", up to %s later", language.Duration(s.Jitter))
	}
	if s.OnChange {
		sweeps += p.Sprintf(", and as soon as it sees files change")
	}
	say("%s", sweeps)
	say("rescans all files every %s", language.Duration(s.Rescan))
	if s.Quiet != (schedule.Window{}) {
		say("changes nothing %s", s.Quiet)
	}
	if s.Digest != (schedule.Spec{}) {
		say("sends a digest of upcoming deletions %s", s.Digest)
	}
	if s.Zone != nil {
		say("uses the time zone %s", s.Zone)
	} else {
		say("uses the machine's time zone")
	}
	return b.String()
}

// String returns the receiver and its events.
func (n Notify) String() string { return n.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (n Notify) In(p language.Printer) string {
	to := p.Sprintf("the address in the systemd credential %q", n.To)
	switch {
	case n.To == Desktop:
		to = p.Sprintf("the desktop")
	case strings.HasPrefix(n.To, "/"):
		to = p.Sprintf("the address in %q", n.To)
	}
	var events []string
	for _, e := range n.On {
		events = append(events, string(e))
	}
	switch {
	case n.EachUser && n.Names:
		return p.Sprintf("sends each user of an organization's accounts the digest of their own account by mail, with "+
			"file names, through the server of %s", to)
	case n.EachUser:
		return p.Sprintf("sends each user of an organization's accounts the digest of their own account by mail, "+
			"without file names, through the server of %s", to)
	case n.Names:
		return p.Sprintf("notifies %s, with file names, of %s", to, strings.Join(events, ", "))
	}
	return p.Sprintf("notifies %s, without file names, of %s", to, strings.Join(events, ", "))
}
