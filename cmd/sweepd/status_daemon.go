package main

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"sweepd/internal/language"
	"sweepd/internal/report"
	"sweepd/internal/status"
)

// printDaemon prints the state of a daemon: one paragraph for itself and one for each storage.
func (p *program) printDaemon(d *status.Daemon) {
	t := p.term
	t.printf("daemon     version %s, process %d, since %s\n", safe(d.Version), d.PID, minute(d.Since))
	does := map[string]string{
		"report": "mode report (deletes nothing), policy", "enforce": "mode enforce, policy",
	}[d.Mode]
	if does == "" {
		does = "mode " + safe(d.Mode) + ", policy"
	}
	t.printf("           %s %s\n", does, safe(tilde(d.PolicyFile, p.home())))
	if !d.Digest.IsZero() {
		t.printf("           next digest %s\n", minute(d.Digest))
	}
	if d.RecordErr != "" {
		t.printf("error      %s\n", safe(d.RecordErr))
	}
	if d.Held != "" {
		t.printf("held       %s\n", safe(d.Held))
	}
	for _, n := range d.Notices {
		t.printf("notice     %s\n", safe(n))
	}
	for _, s := range d.Storages {
		p.printStorage(s)
	}
}

// printStorage prints the state of one storage, without empty values.
func (p *program) printStorage(s status.Storage) {
	t := p.term
	state := s.State
	if !s.StateSince.IsZero() {
		state += " since " + minute(s.StateSince)
	}
	t.printf("\n%s  %s, %s\n", t.bold(safe(s.Name)), safe(s.Type),
		t.paint(map[string]string{status.Stuck: "31", status.Unopened: "31"}[s.State], safe(state)))
	line := func(what, text string) {
		if text != "" {
			t.printf("  %-10s %s\n", what, safe(text))
		}
	}
	line("error", s.Err)
	line("last scan", scanned(s))
	line("last sweep", minute(s.LastRun))
	line("next sweep", minute(s.NextRun))
	line("watching", s.Watch)
	line("done", done(s))
	line("left alone", leftAlone(s.Refused).In(t.in))
	line("failed", some(s.Failed, "file").In(t.in))
	if s.Calls > 0 {
		line("used", fmt.Sprintf("%s, %s read", count(s.Calls, "call"), size(s.BytesRead)))
	}
}

// scanned returns the results of the last complete scan.
func scanned(s status.Storage) string {
	if s.LastGood.IsZero() {
		return "no complete scan yet"
	}
	return fmt.Sprintf("%s: %s, %s, %s matched; %s due, %s held, %s to review", minute(s.LastGood),
		count(s.Seen, "file"), count(s.Images, "image"), humanize.Comma(s.Matched), humanize.Comma(s.Due),
		humanize.Comma(s.Held), humanize.Comma(s.Review))
}

// done returns the files moved, purged and restored since the daemon began.
func done(s status.Storage) string {
	if s.Trashed+s.Purged+s.Restored == 0 {
		return ""
	}
	return fmt.Sprintf("%s to the trash, %s purged, %s restored; %s moved, %s freed",
		count(s.Trashed, "file"), humanize.Comma(s.Purged), humanize.Comma(s.Restored), size(s.Bytes), size(s.Freed))
}

// leftAlone returns the numbers of refused files, by reason; "" if there are none.
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
