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
	"github.com/sweepd/sweepd/internal/status"
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
	digests, users, complete := d.digests(now)
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
	accounts := d.accounts(now, p)
	for _, a := range accounts {
		logged, short, full = append(logged, a.String()), append(short, a.In(d.in)+"\n"), append(full, a.In(d.in)+"\n")
	}
	d.log.Info("these deletions are coming", "event", "digest", "result", strings.Join(logged, "; "))
	d.send(notify.Message{
		Event:   string(policy.EventDigest),
		Subject: strings.Join(subjects, "; "),
		Text:    strings.Join(short, "\n"),
		Full:    strings.Join(full, "\n"),
	})
	for _, u := range users {
		d.send(notify.Message{
			Event: string(policy.EventDigest), User: u.Address(), Subject: "sweepd: " + u.Subject(d.in),
			Text: u.Text(d.in, false), Full: u.Text(d.in, true),
		})
	}
}

// digestAt sets the time of the next digest.
func (d *daemon) digestAt(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.nextDigest = at
}

// digests returns the digests of the storages that were scanned, by name, with one for all accounts of a fleet, and
// those for the users of these accounts. complete is true if no storage is missing but those in trouble.
func (d *daemon) digests(now time.Time) (all []*report.Digest, users []report.UserDigest, complete bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	complete = true
	fleets := map[string][]*report.Digest{}
	for _, name := range slices.Sorted(maps.Keys(d.loops)) { // only those of the present policy
		l := d.loops[name]
		s, stuck := l.now(now)
		l.mu.Lock()
		forecast := l.forecast
		l.mu.Unlock()
		complete = complete && (forecast != nil || stuck || s.Err != "")
		st, _ := d.policy.Storage(name)
		switch {
		case forecast == nil:
			continue
		case st.Fleet == "":
			all = append(all, forecast)
			continue
		}
		fleets[st.Fleet] = append(fleets[st.Fleet], forecast)
		// The address may be another person's by now if the account could not be opened since.
		if u, some := forecast.ToUser(name); some && !stuck && s.Err == "" {
			users = append(users, u)
		}
	}
	for _, fleet := range slices.Sorted(maps.Keys(fleets)) {
		all = append(all, report.OfFleet(fleet, fleets[fleet]))
	}
	return all, users, complete && len(all) > 0
}

// accounts returns, for each fleet of the policy, how many of its accounts are swept, held and failed, and the failures
// by the cause, as sweepd status names it.
func (d *daemon) accounts(now time.Time, p *policy.Policy) (all []language.Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	type count struct {
		all, swept, held, failed int
		causes                   map[status.Cause]int
	}
	of := map[string]*count{}
	for name, st := range p.Storages {
		if st.IsFleet() {
			of[name] = &count{causes: map[status.Cause]int{}}
		}
	}
	add := func(name string, problem *status.Problem) {
		st, _ := p.Storage(name)
		c := of[st.Fleet]
		if c == nil {
			return
		}
		c.all++
		switch {
		case problem == nil:
			c.swept++
		case slices.Contains([]status.Cause{status.CauseLimits, status.CausePaused, status.CauseClock}, problem.Cause):
			c.held++
		default:
			c.failed++
			c.causes[problem.Cause]++
		}
	}
	for name, l := range d.loops {
		s, _ := l.now(now)
		add(name, s.Problem)
	}
	for name, err := range d.unread {
		add(name, app.ProblemOf(name, err)) // of a fleet itself it counts nobody
	}
	for _, fleet := range slices.Sorted(maps.Keys(of)) {
		c := of[fleet]
		if err := d.unread[fleet]; err != nil {
			all = append(all, language.Messagef("%s: none of its accounts is swept: %v", fleet, err))
			continue
		}
		said := language.Messagef("%s: %s; %d swept, %d held, %d failed", fleet,
			language.Count(int64(c.all), "account"), c.swept, c.held, c.failed)
		for _, cause := range slices.Sorted(maps.Keys(c.causes)) {
			said = language.Messagef("%s, %s: %d", said, string(cause), c.causes[cause])
		}
		all = append(all, said)
	}
	return all
}
