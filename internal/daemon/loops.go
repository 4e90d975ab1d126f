package daemon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy"
)

// start starts a loop for each storage of the policy, after all loops that had it before: the last of them may
// itself still wait for one that hangs. The old loops are only asked to stop; part waits for them. A storage that
// is no longer in the policy gets no loop.
func (d *daemon) start(ctx context.Context, p *policy.Policy) {
	var roll *app.Roll
	if d.o.Turns == nil {
		roll = d.callRoll(ctx, p)
	}
	d.tellRoll(roll, d.startBy(ctx, p, roll))
}

// startBy is start for the accounts that the fleets of the policy select. It returns what is to be reported of them.
func (d *daemon) startBy(ctx context.Context, p *policy.Policy, roll *app.Roll) (news []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.loops
	d.policy, d.loops = p, map[string]*loop{}
	for name, l := range before {
		l.stop()
		d.stopping = append(d.stopping, before[name])
	}
	d.forget()
	if d.o.Turns != nil {
		return nil
	}
	news = d.takeRoll(roll)
	for name, st := range swept(p, roll) {
		d.launch(ctx, name, st, before[name])
	}
	return news
}

// launch starts the loop of a storage, after all that had it before. The caller holds d.mu.
func (d *daemon) launch(ctx context.Context, name string, st policy.Storage, old *loop) {
	l := &loop{
		d: d, name: name, policy: d.policy, timing: timingOf(d.policy, d.machine+name, d.o.ClockPoll),
		done: make(chan struct{}), wake: make(chan struct{}, 1), pulse: d.now(),
	}
	l.state = status.Storage{Name: name, Type: st.Type}
	var after []*loop
	for _, other := range d.stopping {
		if other.name == name {
			after = append(after, other)
		}
	}
	if old != nil {
		l.state, _ = old.now(d.now())
		l.state.Type = st.Type
	}
	var own context.Context
	own, l.stop = context.WithCancel(ctx)
	d.loops[name] = l
	go l.run(own, after)
}

// ended reports whether a channel is closed, without waiting.
func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// forget drops the stopping loops that have ended. The caller holds d.mu.
func (d *daemon) forget() {
	d.stopping = slices.DeleteFunc(d.stopping, func(l *loop) bool { return ended(l.done) })
}

// all returns the loops, including the stopping ones.
func (d *daemon) all() []*loop {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget()
	return append(slices.Collect(maps.Values(d.loops)), d.stopping...)
}

// hanging returns the names of the storages whose loops have not ended.
func (d *daemon) hanging() (names []string) {
	for _, l := range d.all() {
		if !ended(l.done) {
			names = append(names, l.name)
		}
	}
	slices.Sort(names)
	return names
}

// wait waits for every loop: with Once as long as it takes; else, and after ctx has ended, for
// d.o.ShutdownTimeout. It returns an error that names the storages that hang. With Once it returns what was not
// done, by storage.
func (d *daemon) wait(ctx context.Context) error {
	loops := d.all()
	var timeout <-chan time.Time
	over := ctx.Done()
	for _, l := range loops {
		for !ended(l.done) {
			select {
			case <-l.done:
			case <-over:
				over, timeout = nil, time.After(d.o.ShutdownTimeout)
			case <-timeout:
				return fmt.Errorf("still busy and not stopped: %s; its operations are in the record",
					strings.Join(d.hanging(), ", "))
			}
		}
	}
	var errs []error
	for _, l := range loops {
		if err := l.outcome(); d.o.Once && err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", l.name, err))
		}
	}
	return errors.Join(errs...)
}
