package sweeper

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
)

// ErrPaused is returned while the user has paused all deletion.
var ErrPaused = errors.New("deletion is paused")

// LimitError refuses a plan as a whole, before its first deletion. Reasons has a clause for each limit that is
// exceeded.
type LimitError struct{ Reasons []string }

// Error returns all limits that the plan is over, with the figures; it has no name of a file.
func (e *LimitError) Error() string {
	return "the plan is over the policy's limits: " + strings.Join(e.Reasons, "; ")
}

// SurgeError refuses a plan as a whole that is far larger than usual, until the user has reviewed it.
type SurgeError struct {
	Files int // due, and trashed in the window already
	Usual int // on a day, as the median of the last month
}

// Error returns the size of the plan and the usual one, without names.
func (e *SurgeError) Error() string {
	return fmt.Sprintf("%d files are due, but on a usual day it is %d", e.Files, e.Usual)
}

// total returns the sum over all storages.
func total(in map[string]journal.Amount) (sum journal.Amount) {
	for _, a := range in {
		sum.Files, sum.Bytes = sum.Files+a.Files, sum.Bytes+a.Bytes
	}
	return sum
}

// Allow returns nil if p may be executed. It returns a *LimitError if p is over the policy's limits, and a *SurgeError
// if p is far larger than usual and the user has not reviewed it. It reads the journal and changes nothing; Execute
// asks again, and claims what it takes.
func (s *Sweeper) Allow(ctx context.Context, p *Plan) error {
	b, err := s.brakes(ctx, p)
	if err != nil {
		return err
	}
	used, err := s.o.Journal.Usage(ctx, b.since, b.now)
	if err != nil {
		return err
	}
	return b.allow(used)
}

// claim is Allow, and lets nobody else use what p may take.
func (s *Sweeper) claim(ctx context.Context, p *Plan) error {
	b, err := s.brakes(ctx, p)
	if err != nil {
		return err
	}
	want := journal.Usage{Trash: amounts(p.Trash), Purge: amounts(p.Purge)}
	return s.o.Journal.Claim(ctx, want, b.since, b.now, b.allow)
}

// brakes are what may refuse a plan as a whole.
type brakes struct {
	plan       *Plan
	policy     *policy.Policy
	since, now time.Time // the window of the limits
	usual      int       // files on a day
	known      bool      // usual is
}

// brakes reads from the journal what is usual.
func (s *Sweeper) brakes(ctx context.Context, p *Plan) (b brakes, err error) {
	at, err := s.earliest(ctx)
	if err != nil {
		return b, err
	}
	b = brakes{plan: p, policy: s.o.Policy, since: at.Add(-s.o.Policy.Limits.Window), now: s.o.Now()}
	// A surge is one of files to be trashed; marks and purges do not make one.
	if !p.Reviewed && len(p.Trash) > 0 {
		b.usual, b.known, err = s.usual(ctx, b.since)
	}
	return b, err
}

// allow refuses the plan if it is over the limits, of which that much is used, or far larger than usual.
func (b brakes) allow(used journal.Usage) error {
	if err := b.plan.over(b.policy, used); err != nil {
		return err
	}
	if due := len(b.plan.Trash) + total(used.Trash).Files; b.known && b.policy.Limits.Surging(due, b.usual) {
		return &SurgeError{due, b.usual}
	}
	return nil
}

// amounts returns the amounts of the items by storage.
func amounts(items []Item) map[string]journal.Amount {
	all := map[string]journal.Amount{}
	for storage, its := range byStorage(items) {
		all[storage] = journal.Amount{Files: len(its), Bytes: sizeOf(its)}
	}
	return all
}

// A usual day is known if at least daysFrom days of the last month had a run.
const (
	month    = 30 * 24 * time.Hour
	daysFrom = 3
)

// usual returns the median of the files trashed on those days of the last month that had a run, without the window of
// the limits. If the clock may have jumped ahead, it is the month before the last trusted time. known is false if there
// were too few such days.
func (s *Sweeper) usual(ctx context.Context, until time.Time) (files int, known bool, err error) {
	days, err := s.o.Journal.TrashedByDay(ctx, until.Add(-month), until)
	if err != nil {
		return 0, false, fmt.Errorf("read what is usual: %w", err)
	}
	if len(days) < daysFrom {
		return 0, false, nil
	}
	slices.Sort(days)
	return days[len(days)/2], true, nil
}

// over checks p and the amounts sp against the limits and returns a *LimitError or nil. The limits for files and
// bytes apply to the sum of everything trashed, and again to the sum of everything purged; the one for the files of an
// account to each account of a fleet in the same way. The share applies to each storage: files trashed, of the files
// that are or were there.
func (p *Plan) over(of *policy.Policy, sp journal.Usage) error {
	var reasons []string
	l := of.Limits
	for _, part := range []struct {
		doing string
		items []Item
		used  map[string]journal.Amount
	}{{"trash", p.Trash, sp.Trash}, {"purge", p.Purge, sp.Purge}} {
		if len(part.items) == 0 {
			continue // the limits apply to what is still to be done
		}
		done := total(part.used)
		for _, r := range l.Check(len(part.items)+done.Files, sizeOf(part.items)+done.Bytes, 0) {
			reasons = append(reasons, fmt.Sprintf("%s %s%s", part.doing, r, already(done.Files)))
		}
		due := amounts(part.items)
		for _, name := range slices.Sorted(maps.Keys(due)) {
			done := part.used[name].Files
			if files := due[name].Files + done; of.OverAccount(name, files) {
				reasons = append(reasons, fmt.Sprintf("%s %d files of %s, over the limit of %d of one account%s",
					part.doing, files, name, l.AccountFiles, already(done)))
			}
		}
	}
	in := map[string]int{}
	for _, it := range p.Trash {
		in[it.Storage]++
	}
	for _, sc := range p.Scope {
		n, done := in[sc.Storage], sp.Trash[sc.Storage].Files
		switch all := sc.Seen + int64(done); {
		case n == 0:
		// A plan may have been edited, or be of a storage that has lost files since.
		case int64(n) > sc.Seen:
			reasons = append(reasons, fmt.Sprintf("trash %d files of %s, of which only %d were seen", n, sc.Storage,
				sc.Seen))
		case l.OverShare(n+done, all):
			reasons = append(reasons, fmt.Sprintf("trash %d of the %d files of %s%s", n+done, all, sc.Storage,
				already(done)))
		}
		// If any are left in the end, the plan does not name their storage.
		delete(in, sc.Storage)
	}
	if len(in) > 0 {
		reasons = append(reasons, "trash files of a storage that was not scanned")
	}
	if len(reasons) > 0 {
		return &LimitError{reasons}
	}
	return nil
}

// already returns an addition to a reason: how many of the files were done before.
func already(done int) string {
	if done == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of them done already)", done)
}
