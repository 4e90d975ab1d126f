package daemon

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/schedule"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// Service is a running service whose storages are swept in turns: see Options.Turns.
type Service struct{ d *daemon }

// turns calls Options.Turns, and then quit.
func (d *daemon) turns(ctx context.Context, quit func()) error {
	if d.o.Turns == nil {
		return nil
	}
	defer quit()
	return d.o.Turns(ctx, &Service{d})
}

// Policy returns the policy in force.
func (s *Service) Policy() *policy.Policy { return s.d.rules() }

// CallRoll reads whose accounts the fleets of a policy sweep now: each member has turns of its own.
func (s *Service) CallRoll(ctx context.Context, p *policy.Policy) *app.Roll {
	return s.d.o.CallRoll(ctx, s.d.paths, p)
}

// TellRoll reports what is new in a roll, and the accounts that were swept before and are no longer selected. told is
// what it returned for the roll before, wherever that was read.
func (s *Service) TellRoll(roll *app.Roll, told map[string]string, left []string) map[string]string {
	now := toTell(roll)
	s.d.tellRoll(roll, newsOf(told, now))
	s.d.tellLeft(left)
	return now
}

// BindHost is app.Options.BindHost, with the record of the service.
func (s *Service) BindHost(ctx context.Context) error {
	return s.d.o.BindHost(ctx, s.d.paths, s.d.journal)
}

// Progress returns when the storage last made progress in its turn: a step, a file, or what loop.progress sees, so that
// one whose listing takes long is not taken for stuck. It is zero for a storage that had no turn here.
func (s *Service) Progress(storage string) time.Time {
	s.d.mu.Lock()
	l := s.d.loops[storage]
	s.d.mu.Unlock()
	if l == nil {
		return time.Time{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.progress(s.d.now())
}

// Slice is what one turn may take of a storage: so many files are examined, so many moved, and none begins so long
// after the first one. The rest is due at once. A listing has no limit: a part of it is of no use to the next turn.
type Slice struct {
	Files int
	Time  time.Duration
}

// Turn is the result of one turn of a storage.
type Turn struct {
	Memory  string        // to be given to the next turn, wherever it is made
	Policy  string        // the Signature of the policy under which it was made
	Wait    time.Duration // until the next turn
	Left    bool          // files are due, and could not be deleted now
	Problem *status.Problem
	Err     error // of Problem
	// Digest is that of a whole scan, for Forecast, as report.Digest.Stored; nil: there was none, or the policy sends
	// none.
	Digest []byte
}

// ErrUnknown is returned for a storage that the policy does not have.
var ErrUnknown = errors.New("the policy has no such storage")

// ErrBusy is returned for a storage that has another turn in this process.
var ErrBusy = errors.New("the storage has another turn in this process")

// Turn makes the next step of a storage: by its schedule, as the policy's mode allows, or because a sweep was asked
// for. It opens the storage, and closes it. memory is that of the last turn, "" for the first one: JSON, whose asked
// is true if a sweep was asked for, and whose retry is when one that failed is tried again.
func (s *Service) Turn(ctx context.Context, storage, memory string, slice Slice) (Turn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l, err := s.d.beginTurn(storage, cancel)
	if err != nil {
		return Turn{}, err
	}
	defer close(l.done)
	by := Signature(l.policy)
	if memory != "" {
		if err := l.agenda.remember(memory, by); err != nil {
			return Turn{}, fmt.Errorf("what the last turn of %s left: %w", storage, err)
		}
	}
	l.agenda.polling = true // no process waits for its changes
	l.slice = &sliced{Slice: slice}
	t := Turn{Policy: by, Err: l.turn(ctx)}
	if errors.Is(t.Err, sweeper.ErrStopped) {
		t.Err = nil // the slice has ended it
	}
	if t.Err == nil {
		l.agenda.failures, l.ill = 0, nil
		t.Wait = max(l.decide(moment{}).at.Sub(s.d.now()), 0)
	} else {
		l.fail(ctx, t.Err)
		t.Problem = app.ProblemOf(storage, t.Err)
		l.agenda, t.Wait = l.agenda.failed()
	}
	if l.slice.over.Load() {
		t.Wait = 0
	}
	if l.forecast != nil && l.policy.Schedule.Digest != (schedule.Spec{}) {
		t.Digest = l.forecast.Stored()
	}
	l.forecast, l.gathering = nil, nil // they may be long, and the next turn may be elsewhere
	t.Left, t.Memory = l.agenda.left || !l.agenda.retry.IsZero(), l.agenda.text(by)
	return t, nil
}

// beginTurn returns the loop of one turn, which has what this process remembers of the storage. A new policy ends it by
// cancel.
func (d *daemon) beginTurn(storage string, cancel context.CancelFunc) (*loop, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	st, known := d.policy.Storage(storage)
	if !known || st.IsFleet() {
		return nil, ErrUnknown
	}
	l := &loop{
		d: d, name: storage, policy: d.policy, timing: timingOf(d.policy, storage, d.o.ClockPoll), stop: cancel,
		done: make(chan struct{}), wake: make(chan struct{}, 1), pulse: d.now(),
		state: status.Storage{Name: storage, Type: st.Type},
	}
	d.forget()
	for _, other := range d.stopping {
		if other.name == storage {
			return nil, ErrBusy
		}
	}
	if last := d.loops[storage]; last != nil {
		if !ended(last.done) {
			return nil, ErrBusy
		}
		l.state, l.ill, l.unread, l.unseen, l.refusal = last.state, last.ill, last.unread, last.unseen, last.refusal
		l.used = last.used
		if last.policy.Hash() == l.policy.Hash() {
			l.alone = last.alone
		}
	}
	d.loops[storage] = l
	return l, nil
}

// turn opens the storage and makes one pass, if one is due.
func (l *loop) turn(ctx context.Context) (err error) {
	defer l.enter(status.Idle)
	if err := cmp.Or(l.since(ctx), l.unasked()); err != nil {
		return err
	}
	// After a failure the storage is opened anew, and looked at as by the loop of one machine.
	next := l.decide(moment{opened: l.agenda.failures > 0})
	if next.wait > 0 {
		return nil
	}
	l.enter(status.Scanning)
	a, err := l.open(ctx, l.policy.Mode == policy.Enforce)
	if err != nil {
		return err
	}
	l.watch(a.Storages[0])
	defer func() {
		l.watch(nil)
		l.used = l.cost(a)
		err = errors.Join(err, a.Close())
	}()
	if err := l.recover(ctx, a); err != nil {
		return err
	}
	return l.pass(ctx, a, next)
}

// unasked returns the error by which it is not known whether files may be deleted now; nil if it is known. Such an
// error may be over in a moment, and a pause is not.
func (l *loop) unasked() error {
	now := l.d.now()
	if err := cmp.Or(l.d.paused(now), l.d.outdated(now)); unrecordable(err) {
		return err
	}
	return nil
}

// watch sets the storage that shows the progress of a listing.
func (l *loop) watch(account *providers.Storage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.account, l.passed = account, 0
}

// sliced is the slice of a turn under way. Several goroutines ask whether it is over.
type sliced struct {
	Slice
	began atomic.Pointer[time.Time] // the first file; nil before
	moved atomic.Int64              // files
	over  atomic.Bool               // it has ended before the work
}

// ended reports whether a slice is used up, after so many files of one kind: never before the first. It is false for
// nil, which is no turn's. The time begins with the first call, which is before the first file.
func (s *sliced) ended(files int, now time.Time) bool {
	if s == nil {
		return false
	}
	s.began.CompareAndSwap(nil, &now)
	if files == 0 || files < s.Files && now.Sub(*s.began.Load()) < s.Time {
		return false
	}
	s.over.Store(true)
	return true
}

// errSlice is why no further file of a plan begins in this turn.
var errSlice = language.Explain(sweeper.ErrPaused, language.Messagef("the rest follows in the next turn"))

// Signature identifies what a policy lets delete, and when: by policies of one signature, a storage has the same turns.
// Words for the user do not change it.
func Signature(p *policy.Policy) string {
	sum := sha256.Sum256([]byte(p.Hash() + "\n" + p.Mode.String() + "\n" + p.Schedule.String()))
	return hex.EncodeToString(sum[:])
}

// remembered is an agenda as text.
type remembered struct {
	Policy   string    `json:"policy"` // its Signature
	Scanned  time.Time `json:"scanned,omitzero"`
	Soonest  time.Time `json:"soonest,omitzero"`
	Retry    time.Time `json:"retry,omitzero"`
	Left     bool      `json:"left,omitzero"`
	Held     bool      `json:"held,omitzero"`
	Asked    bool      `json:"asked,omitzero"`
	Failures int       `json:"failures,omitzero"`
}

// text returns what remember reads. The journal has the last sweep.
func (a agenda) text(by string) string {
	text, _ := json.Marshal(remembered{ // it has nothing that cannot be written
		by, a.scanned, a.soonest, a.retry, a.left, a.held, a.asked, a.failures,
	})
	return string(text)
}

// remember reads what text returned. It takes over nothing from another policy, as a loop takes nothing
// over from that of an earlier policy, but for a request of the user, and another try that is due.
func (a *agenda) remember(text, by string) error {
	var r remembered
	err := json.Unmarshal([]byte(text), &r)
	if r.Policy != by {
		r = remembered{Retry: r.Retry, Asked: r.Asked}
	}
	a.scanned, a.soonest, a.retry, a.left, a.held, a.asked, a.failures =
		r.Scanned, r.Soonest, r.Retry, r.Left, r.Held, r.Asked, r.Failures
	return err
}
