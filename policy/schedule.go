package policy

import (
	"fmt"
	"strings"
	"time"

	"sweepd/internal/schedule"
)

// Mode is what sweepd run may do by itself. What a person does by apply is not
// its matter.
type Mode uint8

const (
	Report  Mode = iota // moves and deletes nothing
	Enforce             // carries out what is due
)

// String is the mode as a policy writes it.
func (m Mode) String() string {
	if m == Enforce {
		return "enforce"
	}
	return "report"
}

// Reload is when sweepd run goes by a policy file that was changed. Until it does,
// it deletes nothing.
type Reload uint8

const (
	Automatic Reload = iota // as soon as the file is good
	Manual                  // when a person says so
)

// String is the word that a policy writes.
func (r Reload) String() string {
	if r == Manual {
		return "manual"
	}
	return "automatic"
}

// Schedule is when sweepd run does what.
type Schedule struct {
	Sweep    schedule.Spec
	OnChange bool            // also as soon as files were seen to change
	Rescan   time.Duration   // how often all files are listed anew, whatever was seen to change
	Zone     *time.Location  // of Sweep, Quiet and Digest; nil for the machine's
	Jitter   time.Duration   // how much later a sweep may begin, at most
	Quiet    schedule.Window // when nothing is moved or deleted; scans go on
	Digest   schedule.Spec   // when it is told what is going to be deleted
}

// sweepTime is when there are sweeps where a policy does not say.
const sweepTime = "daily 03:00"

// digests are the words for the times of a digest.
var digests = map[string]string{"daily": "daily 09:00", "weekly": "weekly mon 09:00"}

// Notify is whom sweepd run tells of what.
type Notify struct {
	To    string // absolute path of a file with an address; or the bare name of a systemd credential; or Desktop
	On    []Event
	Names bool // messages name files
}

// Desktop is the Notify.To that shows messages to whoever is at the machine.
const Desktop = "desktop"

// Event is something that is told.
type Event string

const (
	EventSummary Event = "summary" // a run moved or deleted something, began a grace, or would have moved something in mode report
	EventHeld    Event = "held"    // a run was refused as a whole until a person looks
	EventGrant   Event = "grant"   // a storage cannot be entered any more until somebody signs in
	EventFailed  Event = "failed"  // a run failed
	EventDigest  Event = "digest"  // what is going to be deleted
)

// AllEvents are the events, in the order of the manual.
func AllEvents() []Event {
	return []Event{EventSummary, EventHeld, EventGrant, EventFailed, EventDigest}
}

// alone is what sweepd run does by itself, and when, in plain English.
func (p *Policy) alone() string {
	may := "reports what is due, and moves and deletes nothing"
	if p.Mode == Enforce {
		may = "moves and deletes what is due"
	}
	said := fmt.Sprintf("left to run, %s:\n%s", may, p.Schedule)
	if p.Reload == Manual {
		said += "  moves and deletes nothing once this file was changed, until it is told to reload it\n"
	}
	for _, n := range p.Notify {
		said += fmt.Sprintf("  %s\n", n)
	}
	return said
}

// String is the schedule in several lines, set in.
func (s Schedule) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "  "+format+"\n", args...) }
	sweeps := fmt.Sprint("sweeps ", s.Sweep)
	if s.Jitter > 0 {
		sweeps += fmt.Sprintf(", up to %s later", inTime(s.Jitter))
	}
	if s.OnChange {
		sweeps += ", and as soon as files were seen to change"
	}
	line("%s", sweeps)
	line("lists all files anew every %s", inTime(s.Rescan))
	if s.Quiet != (schedule.Window{}) {
		line("moves and deletes nothing %s", s.Quiet)
	}
	if s.Digest != (schedule.Spec{}) {
		line("tells what is going to be deleted %s", s.Digest)
	}
	if s.Zone != nil {
		line("goes by the time of %s", s.Zone)
	} else {
		line("goes by the machine's time")
	}
	return b.String()
}

// String is a receiver and what is told.
func (n Notify) String() string {
	to := fmt.Sprintf("the address in the systemd credential %q", n.To)
	switch {
	case n.To == Desktop:
		to = "the desktop"
	case strings.HasPrefix(n.To, "/"):
		to = fmt.Sprintf("the address in %q", n.To)
	}
	names := "without names of files"
	if n.Names {
		names = "with names of files"
	}
	return fmt.Sprintf("tells %s, %s, of %s", to, names, strings.Join(texts(n.On), ", "))
}
