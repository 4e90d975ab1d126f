package main

import (
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/status"
)

// printDaemon prints the state of a daemon: one paragraph for itself and one for each storage. The texts come from
// another process, possibly of another version: names are made safe for the terminal, and unknown values are printed as
// they are.
func (p *program) printDaemon(d *status.Daemon) {
	t := p.term
	t.printf("daemon     version %s, process %d, since %s\n", safe(d.Version), d.PID, minute(d.Since))
	file := safe(tilde(d.PolicyFile, p.home()))
	if d.Mode == "report" {
		t.printf("           mode report (deletes nothing), policy %s\n", file)
	} else {
		t.printf("           mode %s, policy %s\n", safe(d.Mode), file)
	}
	if !d.Digest.IsZero() {
		t.printf("           next digest %s\n", minute(d.Digest))
	}
	if d.RecordErr != "" {
		t.printf("error      %s\n", safe(d.RecordErr))
	}
	if !d.Held.IsZero() {
		t.printf("held       %s\n", t.text(d.Held))
	}
	for _, n := range d.Notices {
		t.printf("notice     %s\n", t.text(n))
	}
	for _, s := range d.Storages {
		p.printStorage(s)
	}
}

// printStorage prints the state of one storage, without empty values. The counts are since the start of the daemon;
// history has those of all time.
func (p *program) printStorage(s status.Storage) {
	t := p.term
	state := stateOf(s.State)
	if !s.StateSince.IsZero() {
		state = language.Messagef("%s since %s", state, minute(s.StateSince))
	}
	t.printf("\n%s  %s, %s\n", t.bold(safe(s.Name)), safe(s.Type),
		t.paint(map[string]string{status.Stuck: "31", status.Unopened: "31"}[s.State], t.text(state)))
	line := func(text language.Text, what string) {
		if said := t.text(text); said != "" {
			t.item(13, "  %s %s\n", pad(what, 10), said)
		}
	}
	line(language.Verbatim(s.Err), t.in.Sprintf("error"))
	line(scanned(s), t.in.Sprintf("last scan"))
	line(language.Verbatim(minute(s.LastRun)), t.in.Sprintf("last sweep"))
	line(language.Verbatim(minute(s.NextRun)), t.in.Sprintf("next sweep"))
	line(s.Watch, t.in.Sprintf("watching"))
	line(done(s), t.in.Sprintf("done"))
	line(leftAlone(s.Refused), t.in.Sprintf("left alone"))
	line(some(s.Failed, "file"), t.in.Sprintf("failed"))
	if s.Calls > 0 {
		line(language.Messagef("%s, %s read", count(s.Calls, "call"), size(s.BytesRead)), t.in.Sprintf("used"))
	}
}

// stateOf returns the state of a storage as text; that of another version as it is.
func stateOf(state string) language.Message {
	switch state {
	case status.Idle:
		return language.Messagef("idle")
	case status.Scanning:
		return language.Messagef("scanning")
	case status.Sweeping:
		return language.Messagef("sweeping")
	case status.Waiting:
		return language.Messagef("waiting")
	case status.Stuck:
		return language.Messagef("stuck")
	case status.Unopened:
		return language.Messagef("unopened")
	}
	return language.Verbatim(state)
}

// scanned returns the results of the last complete scan.
func scanned(s status.Storage) language.Message {
	if s.LastGood.IsZero() {
		return language.Messagef("no complete scan yet")
	}
	return language.Messagef("%s: %s, %s, %s matched; %s due, %s held, %s to review", minute(s.LastGood),
		count(s.Seen, "file"), count(s.Images, "image"), language.Number(s.Matched), language.Number(s.Due),
		language.Number(s.Held), language.Number(s.Review))
}

// done returns the files moved, purged and restored since the daemon began.
func done(s status.Storage) language.Message {
	if s.Trashed+s.Purged+s.Restored == 0 {
		return language.Message{}
	}
	return language.Messagef("%s to the trash, %s purged, %s restored; %s moved, %s freed",
		count(s.Trashed, "file"), language.Number(s.Purged), language.Number(s.Restored), size(s.Bytes), size(s.Freed))
}

// leftAlone returns the numbers of refused files, by reason; "" if there are none. The keys are codes of reasons, which
// report.Reasons translates.
func leftAlone(refused map[string]int64) language.Message {
	var all int64
	for _, n := range refused {
		all += n
	}
	if all == 0 {
		return language.Message{}
	}
	return language.Messagef("%s: %s", count(all, "file"), report.Reasons(refused))
}

// some returns count, or "" for 0.
func some(n int64, noun string) language.Text {
	if n == 0 {
		return language.Message{}
	}
	return count(n, noun)
}

// minute returns a time in the local zone; "" if it is not known.
func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}
