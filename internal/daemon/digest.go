package daemon

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
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
// of its last scan. Where storages have turns, their results are in another process, and Service.SendDigest sends it.
//
// The time is recorded before the digest is sent, so that it is rather left out than sent twice. It waits until
// each storage of the policy was scanned, or is in trouble. Only keep and reload, which keep calls, call it.
func (d *daemon) sendDigest(ctx context.Context, now time.Time) {
	if d.o.Turns != nil {
		return
	}
	p := d.rules()
	last, err := d.journal.LastRun(ctx, digestName)
	if err != nil {
		return // check has reported it
	}
	if last.IsZero() || last.After(now) {
		last = now
		err = d.journal.SetLastRun(ctx, digestName, now)
	}
	at := DigestAfter(p, last)
	d.digestAt(at)
	if err != nil || at.IsZero() || at.After(now) {
		return
	}
	g, complete := d.digest(now)
	if !complete {
		return // it is sent once every storage was scanned
	}
	if err := d.journal.SetLastRun(ctx, digestName, now); err != nil {
		d.log.Error("the digest was not sent, because sending it could not be recorded",
			"event", "digest_unrecorded", "err", err, "hint", app.ProblemOf("", err).Hint.String())
		return
	}
	d.digestAt(DigestAfter(p, now))
	d.announce(g, nil)
}

// digestAt sets the time of the next digest.
func (d *daemon) digestAt(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.nextDigest = at
}

// announce sends a digest to its receivers. open is that of notify.Message.
func (d *daemon) announce(g Digest, open *sync.WaitGroup) {
	var logged, short, full, subjects []string
	for _, l := range g.all {
		logged, short = append(logged, l.Subject(language.Printer{})), append(short, l.Text(d.in, false))
		full, subjects = append(full, l.Text(d.in, true)), append(subjects, l.Subject(d.in))
	}
	for _, a := range g.accounts {
		logged, short, full = append(logged, a.String()), append(short, a.In(d.in)+"\n"), append(full, a.In(d.in)+"\n")
	}
	d.log.Info("these deletions are coming", "event", "digest", "result", strings.Join(logged, "; "))
	d.send(notify.Message{
		Event:   string(policy.EventDigest),
		Subject: strings.Join(subjects, "; "),
		Text:    strings.Join(short, "\n"),
		Full:    strings.Join(full, "\n"),
		Open:    open,
	})
	for _, u := range g.users {
		d.send(notify.Message{
			Event: string(policy.EventDigest), User: u.Address(), Subject: "sweepd: " + u.Subject(d.in),
			Text: u.Text(d.in, false), Full: u.Text(d.in, true), Open: open,
		})
	}
}

// Forecast is what is known of one storage when a digest is made.
type Forecast struct {
	Storage string
	Digest  *report.Digest // of its last whole scan; nil: there was none
	Failing bool           // it cannot be swept at present
	Cause   status.Cause   // why it is not swept, or held; "": it is swept
}

// Digest is the digests of a policy's storages.
type Digest struct {
	all      []*report.Digest    // by name, with one for all accounts of a fleet
	users    []report.UserDigest // for the users of these accounts
	accounts []language.Message  // how many of them are swept, held and failed
}

// digest returns the digest of the storages of the policy in force; see NewDigest.
func (d *daemon) digest(now time.Time) (g Digest, complete bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var known []Forecast
	for name, l := range d.loops { // only those of the present policy
		s, stuck := l.now(now)
		l.mu.Lock()
		f := Forecast{Storage: name, Digest: l.forecast, Failing: stuck || s.Err != ""}
		l.mu.Unlock()
		if s.Problem != nil {
			f.Cause = s.Problem.Cause
		}
		known = append(known, f)
	}
	for name, err := range d.unread {
		known = append(known, Forecast{Storage: name, Failing: true, Cause: app.ProblemOf(name, err).Cause})
	}
	return NewDigest(d.policy, known, d.unread)
}

// NewDigest returns the digest of what is known of the storages of a policy. unread is why fleets could not be read, by
// name. complete is true if no storage is missing but those that are failing, and one is there.
func NewDigest(p *policy.Policy, known []Forecast, unread map[string]error) (g Digest, complete bool) {
	complete = true
	fleets := map[string][]*report.Digest{}
	known = slices.SortedFunc(slices.Values(known), func(a, b Forecast) int {
		return strings.Compare(a.Storage, b.Storage)
	})
	for _, f := range known {
		complete = complete && (f.Digest != nil || f.Failing)
		st, _ := p.Storage(f.Storage)
		switch {
		case f.Digest == nil:
			continue
		case st.Fleet == "":
			g.all = append(g.all, f.Digest)
			continue
		}
		fleets[st.Fleet] = append(fleets[st.Fleet], f.Digest)
		// The address may be another person's by now if the account could not be opened since.
		if u, some := f.Digest.ToUser(f.Storage); some && !f.Failing {
			g.users = append(g.users, u)
		}
	}
	for _, fleet := range slices.Sorted(maps.Keys(fleets)) {
		g.all = append(g.all, report.OfFleet(fleet, fleets[fleet]))
	}
	g.accounts = countAccounts(p, known, unread)
	return g, complete && len(g.all) > 0
}

// countAccounts returns, for each fleet of the policy, how many of its accounts are swept, held and failed, and the
// failures by the cause, as sweepd status names it.
func countAccounts(p *policy.Policy, known []Forecast, unread map[string]error) (all []language.Message) {
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
	for _, f := range known {
		st, _ := p.Storage(f.Storage)
		c := of[st.Fleet]
		if c == nil { // of a fleet itself it counts nobody
			continue
		}
		c.all++
		switch {
		case f.Cause == "":
			c.swept++
		case slices.Contains([]status.Cause{status.CauseLimits, status.CausePaused, status.CauseClock}, f.Cause):
			c.held++
		default:
			c.failed++
			c.causes[f.Cause]++
		}
	}
	for _, fleet := range slices.Sorted(maps.Keys(of)) {
		c := of[fleet]
		if err := unread[fleet]; err != nil {
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

// DigestAfter returns when the digest of a policy is due that follows one at that time; zero: it has none.
func DigestAfter(p *policy.Policy, last time.Time) time.Time {
	return p.Schedule.Digest.Next(last, zone(p))
}

// SendDigest sends a digest, and waits until each receiver has taken it or was given up, which can be a day. It returns
// the error of ctx if that ends before: then what follows is not known.
func (s *Service) SendDigest(ctx context.Context, g Digest) error {
	var open sync.WaitGroup
	s.d.announce(g, &open)
	over := make(chan struct{})
	go func() { defer close(over); open.Wait() }() // the end of the notifier ends it
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// DigestLost reports that the process that sent the digest of that time ended before all receivers had it.
func (s *Service) DigestLost(at time.Time, worker string) language.Message {
	text := language.Messagef("not everybody may have got the digest of %s: the worker %s ended before it was sent to "+
		"all; it is not sent again", at.UTC().Format("2006-01-02 15:04 UTC"), worker)
	s.d.log.Error("a digest may not have been sent to all; it is not sent again",
		"event", "digest_lost", "at", at, "worker", worker)
	s.d.send(notify.Message{
		Event:   string(policy.EventFailed),
		Subject: s.d.in.Sprintf("a digest may not have been sent"), Text: text.In(s.d.in),
	})
	return text
}

// Held reports whether the plan of a storage waits for the user, by the memory of its last turn.
func Held(memory string) bool {
	var r remembered
	return json.Unmarshal([]byte(memory), &r) == nil && r.Held
}
