package sweeper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/sweepd/sweepd/journal"
)

// run is one recorded run that may change something. It takes the leases, asks allow, completes the record of
// interrupted operations, calls act and records the summary. An error of allow, which may be nil, refuses the run, so
// that it is not recorded. doubt is that of noteClock. Before act, inTrash, which may be nil, is called for each file
// that is in the trash by the journal; see missing.
func (s *Sweeper) run(
	ctx context.Context, kind string, doubt *journal.ClockError, allow func() error,
	inTrash func(journal.Operation), act func(context.Context, *Summary) error,
) (_ *Summary, err error) {
	release, err := s.lease(ctx, kind)
	if err != nil {
		return nil, err
	}
	defer release()
	if allow != nil {
		if err := allow(); err != nil {
			return nil, err
		}
	}
	started := s.o.Now()
	sum := s.summary()
	if sum.Run, err = s.o.Journal.BeginRun(ctx, kind, s.o.Policy.Hash()); err != nil {
		return nil, fmt.Errorf("record the run: %w", err)
	}
	if err = s.Reconcile(ctx, sum); err == nil {
		err = s.compare(ctx, sum, inTrash)
	}
	if err == nil {
		err = act(ctx, sum)
	}
	// The clock is recorded even if ctx has ended.
	if cerr := s.noteClock(context.WithoutCancel(ctx), doubt); cerr != nil {
		err = errors.Join(err, fmt.Errorf("record the clock: %w", cerr))
	}
	sum.Duration = s.o.Now().Sub(started)
	err = errors.Join(err, s.end(ctx, kind, sum, err))
	return sum, err
}

// end records how a run ended. If that fails, the journal has the run as interrupted.
func (s *Sweeper) end(ctx context.Context, kind string, sum *Summary, why error) error {
	text, err := json.Marshal(sum)
	if err == nil {
		err = s.o.Journal.EndRun(ctx, sum.Run, text, why)
	}
	s.o.Log.Info("a run has ended", "event", "run_ended", "kind", kind, "", sum)
	if err != nil {
		return fmt.Errorf("record the summary: %w", err)
	}
	return nil
}

// Recover completes the record of operations that an earlier run began and did not end, and records files that have
// left the trash, in a run of its own. It returns nil and no error if there was nothing to do.
func (s *Sweeper) Recover(ctx context.Context) (*Summary, error) {
	if sum, err := s.RecoverOpen(ctx); sum != nil || err != nil {
		return sum, err
	}
	gone, err := s.missing(ctx, nil)
	if err != nil || len(gone) == 0 {
		return nil, err
	}
	return s.recover(ctx)
}

// RecoverOpen is Recover if an operation was interrupted. Otherwise it does nothing and does not look into the trash.
func (s *Sweeper) RecoverOpen(ctx context.Context) (*Summary, error) {
	for _, err := range s.operations(ctx, journal.Filter{Open: true}) {
		if err != nil {
			return nil, fmt.Errorf("read what was interrupted: %w", err)
		}
		return s.recover(ctx)
	}
	return nil, nil
}

// operations returns the selected operations of the record. In a record that other processes share, it returns only
// those on the storages that are open here: there may be millions of others, and some are under way at any time.
func (s *Sweeper) operations(ctx context.Context, f journal.Filter) iter.Seq2[journal.Operation, error] {
	if !s.o.Journal.Shared() {
		return s.o.Journal.Operations(ctx, f)
	}
	return func(yield func(journal.Operation, error) bool) {
		for _, st := range s.o.Storages {
			f.Storage = st.Name()
			for op, err := range s.o.Journal.Operations(ctx, f) {
				if !yield(op, err) {
					return
				}
			}
		}
	}
}

// recover is a run that does only what every run does at first.
func (s *Sweeper) recover(ctx context.Context) (*Summary, error) {
	return s.run(ctx, "recover", nil, nil, nil, func(context.Context, *Summary) error { return nil })
}

// Report records a run that only scanned, with the scan's Summary and why, the reason for which the due operations
// were not done; nil if there is none. It changes no storage.
func (s *Sweeper) Report(ctx context.Context, scan *Summary, why error) (*Summary, error) {
	sum := s.summary()
	if scan != nil {
		*sum = *scan
	}
	var err error
	if sum.Run, err = s.o.Journal.BeginRun(ctx, "report", s.o.Policy.Hash()); err != nil {
		return nil, fmt.Errorf("record the run: %w", err)
	}
	return sum, s.end(ctx, "report", sum, why)
}
