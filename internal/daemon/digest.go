package daemon

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/notify"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
)

// digestName is the name of the digest among the journal's scheduled tasks: no storage can have that name.
const digestName = "(digest)"

// sendDigest sends the digest of the coming deletions if it is due by the schedule: for each storage the results
// of its last scan.
//
// The time is recorded before the digest is sent, so that it is rather left out than sent twice. It waits until
// each storage of the policy was scanned, or is in trouble. Only keep and reload, which keep calls, call it.
func (d *daemon) sendDigest(ctx context.Context, now time.Time) {
	p := d.rules()
	last, err := d.journal.LastRun(ctx, digestName)
	if err != nil {
		return // check has reported it
	}
	if last.IsZero() || last.After(now) {
		last = now
		err = d.journal.SetLastRun(ctx, digestName, now)
	}
	at := p.Schedule.Digest.Next(last, zone(p))
	d.digestAt(at)
	if err != nil || at.IsZero() || at.After(now) {
		return
	}
	digests, complete := d.digests(now)
	if !complete {
		return // it is sent once every storage was scanned
	}
	if err := d.journal.SetLastRun(ctx, digestName, now); err != nil {
		d.log.Error("the digest was not sent, because sending it could not be recorded",
			"event", "digest_unrecorded", "err", err, "hint", app.ProblemOf("", err).Hint.String())
		return
	}
	d.digestAt(p.Schedule.Digest.Next(now, zone(p)))
	var logged, short, full, subjects []string
	for _, l := range digests {
		logged, short = append(logged, l.Subject(language.Printer{})), append(short, l.Text(d.in, false))
		full, subjects = append(full, l.Text(d.in, true)), append(subjects, l.Subject(d.in))
	}
	d.log.Info("these deletions are coming", "event", "digest", "result", strings.Join(logged, "; "))
	d.send(notify.Message{
		Event:   string(policy.EventDigest),
		Subject: strings.Join(subjects, "; "),
		Text:    strings.Join(short, "\n"),
		Full:    strings.Join(full, "\n"),
	})
}

// digestAt sets the time of the next digest.
func (d *daemon) digestAt(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.nextDigest = at
}

// digests returns the digests of the storages that were scanned, by name. complete is true if no storage is missing
// but those in trouble.
func (d *daemon) digests(now time.Time) (all []*report.Digest, complete bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	complete = true
	for _, name := range slices.Sorted(maps.Keys(d.loops)) { // only those of the present policy
		l := d.loops[name]
		s, stuck := l.now(now)
		l.mu.Lock()
		if l.forecast != nil {
			all = append(all, l.forecast)
		}
		complete = complete && (l.forecast != nil || stuck || s.Err != "")
		l.mu.Unlock()
	}
	return all, complete && len(all) > 0
}
