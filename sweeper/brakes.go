package sweeper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
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

// usage is what was trashed and purged within the window of the limits, by storage.
type usage struct{ Trash, Purge map[string]journal.Amount }

// usage reads the amounts from the journal, where a restart cannot lose them, and adds those of others: what other
// plans were allowed.
func (s *Sweeper) usage(ctx context.Context, others usage) (sp usage, err error) {
	at, err := s.earliest(ctx)
	if err != nil {
		return sp, err
	}
	since, now := at.Add(-s.o.Policy.Limits.Window), s.o.Now()
	if sp.Trash, err = s.o.Journal.Usage(ctx, providers.OpTrash, since, now); err == nil {
		sp.Purge, err = s.o.Journal.Usage(ctx, providers.OpPurge, since, now)
	}
	if err != nil {
		return sp, fmt.Errorf("read what was done already: %w", err)
	}
	addTo(sp.Trash, others.Trash)
	addTo(sp.Purge, others.Purge)
	return sp, nil
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
// asks again, under its lease.
func (s *Sweeper) Allow(ctx context.Context, p *Plan) error { return s.allow(ctx, p, usage{}) }

// allow is Allow under limits of which others have also taken a part.
func (s *Sweeper) allow(ctx context.Context, p *Plan, others usage) error {
	sp, err := s.usage(ctx, others)
	if err != nil {
		return err
	}
	if err := p.over(s.o.Policy.Limits, sp); err != nil {
		return err
	}
	// A surge is one of files to be trashed; marks and purges do not make one.
	if p.Reviewed || len(p.Trash) == 0 {
		return nil
	}
	usual, known, err := s.usual(ctx)
	if due := len(p.Trash) + total(sp.Trash).Files; err == nil && known && s.o.Policy.Limits.Surging(due, usual) {
		err = &SurgeError{due, usual}
	}
	return err
}

// A usual day is known if at least daysFrom days of the last month had a run.
const (
	month    = 30 * 24 * time.Hour
	daysFrom = 3
)

// usual returns the median of the files trashed on those days of the last month that had a run, without the window of
// the limits. If the clock may have jumped ahead, it is the month before the last trusted time. known is false if there
// were too few such days.
func (s *Sweeper) usual(ctx context.Context) (files int, known bool, err error) {
	at, err := s.earliest(ctx)
	if err != nil {
		return 0, false, err
	}
	until := at.Add(-s.o.Policy.Limits.Window)
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

// Over checks p and the amounts sp against the limits and returns a *LimitError or nil. The limits for files and
// bytes apply to the sum of everything trashed, and again to the sum of everything purged. The share applies to each
// storage: files trashed, of the files that are or were there.
func (p *Plan) over(l policy.Limits, sp usage) error {
	var reasons []string
	for _, part := range []struct {
		doing string
		items []Item
		done  journal.Amount
	}{{"trash", p.Trash, total(sp.Trash)}, {"purge", p.Purge, total(sp.Purge)}} {
		if len(part.items) == 0 {
			continue // the limits apply to what is still to be done
		}
		for _, r := range l.Check(len(part.items)+part.done.Files, sizeOf(part.items)+part.done.Bytes, 0) {
			reasons = append(reasons, fmt.Sprintf("%s %s%s", part.doing, r, already(part.done.Files)))
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
