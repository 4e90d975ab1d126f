package daemon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy"
)

const (
	rollTimeout = 20 * time.Second // for reading the directories: a service that starts waits for them
	rollAgain   = 5 * time.Minute  // after a directory that could not be read
)

// callRoll returns whose accounts the fleets of the policy sweep; nil if the policy has no fleet.
func (d *daemon) callRoll(ctx context.Context, p *policy.Policy) *app.Roll {
	if !hasFleet(p) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, rollTimeout)
	defer cancel()
	return d.o.CallRoll(ctx, d.paths, p)
}

// hasFleet reports whether the policy has a fleet.
func hasFleet(p *policy.Policy) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(p.Storages)), policy.Storage.IsFleet)
}

// swept returns the storages that have a loop: those of the policy, and for each fleet those of its members. A fleet
// that could not be read has none, so that nobody is swept who may have left it.
func swept(p *policy.Policy, roll *app.Roll) map[string]policy.Storage {
	all := map[string]policy.Storage{}
	for name, st := range p.Storages {
		if !st.IsFleet() {
			all[name] = st
			continue
		}
		for _, member := range roll.Members[name] {
			all[member], _ = p.Storage(member)
		}
	}
	return all
}

// takeRoll notes the roll, and returns what is to be reported of it. The caller holds d.mu.
func (d *daemon) takeRoll(roll *app.Roll) (news []string) {
	if roll == nil {
		d.unread, d.told = nil, nil
		return nil
	}
	before := d.told
	d.unread, d.told = roll.Errs, toTell(roll)
	wait := d.policy.Schedule.Rescan
	if len(roll.Errs) > 0 {
		wait = min(wait, rollAgain)
	}
	d.nextRoll = d.now().Add(wait)
	return newsOf(before, d.told)
}

// toTell returns what is to be reported of a roll, as texts: by fleet or account, why it is not swept, and by address,
// why the policy names it in vain. Other accounts that are absent, such as those that are suspended, are no news.
func toTell(roll *app.Roll) map[string]string {
	all := map[string]string{}
	for _, x := range roll.Absent {
		if x.Written {
			all[x.Storage] = x.Why.String()
		}
	}
	for name, err := range roll.Errs {
		all[name] = err.Error()
	}
	return all
}

// newsOf returns the names, sorted, of what was not reported before, or was for another reason.
func newsOf(before, now map[string]string) (news []string) {
	for name, why := range now {
		if was, told := before[name]; !told || was != why {
			news = append(news, name)
		}
	}
	slices.Sort(news)
	return news
}

// tellRoll reports the fleets and accounts that are not swept, and the addresses that the policy names in vain.
func (d *daemon) tellRoll(roll *app.Roll, news []string) {
	if roll == nil {
		return
	}
	for _, name := range news {
		if err := roll.Errs[name]; err != nil {
			d.unopened(name, err, app.ProblemOf(name, err))
		}
	}
	for _, x := range roll.Absent {
		if x.Written && roll.Errs[x.Storage] == nil && slices.Contains(news, x.Storage) {
			d.log.Warn("the policy names an address that no selected account has",
				"event", "account_unmatched", "storage", x.Storage, "why", x.Why.String())
		}
	}
}

// tellLeft reports the accounts that were swept and are no longer selected.
func (d *daemon) tellLeft(left []string) {
	slices.Sort(left)
	for _, name := range left {
		d.log.Info("an account is no longer selected, and no longer swept", "event", "account_left", "storage", name)
	}
}

// lookAtRoll reads the directories again if it is time, on a goroutine of its own: a directory may take long to
// answer. keep takes the answer.
func (d *daemon) lookAtRoll(ctx context.Context, now time.Time) {
	d.mu.Lock()
	p := d.policy
	due := hasFleet(p) && !d.nextRoll.IsZero() && !now.Before(d.nextRoll)
	if due {
		d.nextRoll = time.Time{} // until the answer is here
	}
	d.mu.Unlock()
	if !due {
		return
	}
	d.others.Go(func() {
		select {
		case d.rolls <- calledRoll{p, d.callRoll(ctx, p)}:
		case <-d.over:
		}
	})
}

// calledRoll is the roll of the fleets of a policy.
type calledRoll struct {
	of   *policy.Policy
	roll *app.Roll
}

// follow starts loops for the accounts that the fleets of the policy select now, and ends those of the others. A roll
// of an earlier policy is dropped. Only keep calls it.
func (d *daemon) follow(ctx context.Context, c calledRoll) {
	d.mu.Lock()
	if c.of != d.policy {
		d.mu.Unlock()
		return
	}
	news := d.takeRoll(c.roll)
	now := swept(c.of, c.roll)
	var left []string
	for name, l := range d.loops {
		if _, still := now[name]; !still {
			l.stop()
			d.stopping = append(d.stopping, l)
			delete(d.loops, name)
			if st, _ := c.of.Storage(name); c.roll.Errs[st.Fleet] == nil && c.roll.Errs[name] == nil {
				left = append(left, name)
			}
		}
	}
	for name, st := range now {
		if d.loops[name] == nil {
			d.launch(ctx, name, st, nil)
		}
	}
	d.mu.Unlock()
	d.tellRoll(c.roll, news)
	d.tellLeft(left)
}

// unreadErr returns why fleets, or some of their accounts, are not swept, for a single sweep.
func (d *daemon) unreadErr() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(d.unread)) {
		errs = append(errs, fmt.Errorf("%s: %w", name, d.unread[name]))
	}
	return errors.Join(errs...)
}
