package sweeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// move is the way of one file of a plan to the trash, with what its steps have found out so far.
type move struct {
	by   decider
	run  int64
	item *Item
	gone plannedFiles
	r    *reader

	st  *providers.Storage
	now providers.Entry // the file as it is now
	rec journal.Record  // of now, by the journal or a fresh reading
	d   policy.Decision // the fresh one
}

// trash moves one file of a plan if it is still as in the plan and the policy still wants it gone. The fresh decision
// replaces that of the plan.
func (by decider) trash(ctx context.Context, r *reader, run int64, it *Item, gone plannedFiles) error {
	m := &move{by: by, run: run, item: it, gone: gone, r: r}
	return walk(ctx, m.steps())
}

// open finds the storage.
func (m *move) open(context.Context) (err error) {
	m.st, err = m.by.s.storage(m.item.Storage)
	return err
}

// look finds the file.
func (m *move) look(ctx context.Context) (err error) {
	m.now, err = m.st.Stat(ctx, m.item.Entry.Ref)
	return err
}

// compare compares the file with that of the plan.
func (m *move) compare(context.Context) error {
	// The path is compared as well, because a rule may depend on it.
	if e := m.item.Entry; m.now.Revision != e.Revision || m.now.Size != e.Size || m.now.Path != e.Path {
		return providers.ErrChanged
	}
	return nil
}

// examine takes the verdict from the journal or from a fresh reading.
func (m *move) examine(ctx context.Context) (err error) {
	m.rec, err = m.by.s.record(ctx, m.st, m.r, m.now)
	return err
}

// decide decides anew.
func (m *move) decide(ctx context.Context) (err error) {
	by, err := m.by.aboutFile(ctx, m.rec.Entry)
	if err == nil {
		m.d, err = by.due(ctx, m.st, m.r, m.rec)
	}
	return err
}

// whole takes no partial verdict.
func (m *move) whole(context.Context) error {
	if m.d.Action == policy.Trash && m.rec.Verdict.Partial {
		return fmt.Errorf("%w: it was not read whole", errKept)
	}
	return nil
}

// due takes no decision but trash, which then is the item's.
func (m *move) due(context.Context) error {
	if m.d.Action != policy.Trash {
		return fmt.Errorf("%w: %s, because %s", errKept, m.d.Action, language.Join(m.d.Reasons, "; "))
	}
	m.item.Decision = m.d
	return nil
}

// copyAndPause asks for the other copy, and again for a pause: reading files may have taken long.
func (m *move) copyAndPause(ctx context.Context) error {
	return errors.Join(m.by.s.copyStays(ctx, m.r, *m.item, m.now, m.d, m.gone), m.by.s.o.Paused())
}

// act moves the file.
func (m *move) act(ctx context.Context) error {
	m.now.Hashes = m.now.Hashes.Or(m.rec.Entry.Hashes)
	_, err := m.st.Trash(ctx, m.now,
		providers.Cause{Run: m.run, Rule: m.d.Rule, Reasons: language.English(m.d.Reasons), Approved: m.d.Approved})
	return err
}

// record returns the record of exactly that revision, with what is known of its bytes as of now.
func (s *Sweeper) record(
	ctx context.Context, st *providers.Storage, r *reader, e providers.Entry,
) (journal.Record, error) {
	rec, err := s.examined(ctx, st, r, e)
	if err == nil {
		_, err = s.weighKnown(ctx, st, r, &rec)
	}
	if err == nil {
		err = s.weighLook(ctx, st, &rec)
	}
	return rec, err
}

// examined returns the journal's record of exactly that revision if the whole file was read for it, or else a fresh one
// from reading the whole file. Its verdict is that of the detectors alone. The result for a partial verdict is
// remembered with its hashes, so that a refuted file is not due again. Bytes that do not match the storage's own hash
// are an error.
func (s *Sweeper) examined(
	ctx context.Context, st *providers.Storage, r *reader, e providers.Entry,
) (journal.Record, error) {
	version := s.o.Policy.Detectors(st.Name())
	rec, err := s.o.Journal.Record(ctx, st.Name(), version, e.Ref)
	met := err == nil && rec.Entry.Revision == e.Revision && rec.Entry.Path == e.Path && !differ(rec.Entry, e)
	switch {
	case met && !e.Weak && !rec.Verdict.Partial:
		e.Hashes = e.Hashes.Or(rec.Entry.Hashes)
		rec.Entry = e
		return rec, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return rec, fmt.Errorf("read the verdict: %w", err)
	case !met:
		rec = journal.Record{} // the times of first sight and of the mark were another file's
	}
	r.open(ctx, st, e)
	v, err := r.classify(s.o.Classifier, e)
	if err == nil && isRemote(st) {
		err = r.know(&e)
	}
	if err != nil {
		return rec, err
	}
	rec.Entry, rec.Verdict = e, v
	if isRemote(st) && (met || v.Confidence == fingerprint.None) {
		k, err := s.learnt(ctx)
		if err != nil {
			return rec, err
		}
		_, keep := k.of(e)
		if err := s.o.Journal.Remember(ctx, st.Name(), version, e, v, keep); err != nil {
			return rec, fmt.Errorf("remember the verdict: %w", err)
		}
	}
	return rec, nil
}
