package sweeper

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
)

// PurgeReason is the right by which an entry of a trash bin may be purged: a key of a policy's trash section.
type PurgeReason string

// The rights.
const (
	PurgeReasonNone       PurgeReason = ""           // it may not be purged
	PurgeReasonOurs       PurgeReason = "ours"       // sweepd put it there, by the journal
	PurgeReasonMatching   PurgeReason = "matching"   // a rule of the policy would trash it, by a fresh examination
	PurgeReasonEverything PurgeReason = "everything" // it may be purged because it is in the bin
)

// slack is added to the policy's age for an entry that another program trashed: a bin's dates are local times without
// a zone, and people travel.
const slack = 26 * time.Hour

// TrashEntry is one entry of a trash bin, with all that is known of it.
type TrashEntry struct {
	Storage     string
	Trashed     providers.Trashed
	Op          journal.Operation // the operation that put it there, if it is ours
	Verdict     fingerprint.Verdict
	PurgeReason PurgeReason // the best right
	Due         bool        // by the policy's ages
	Why         string      // why it is due, or is not

	undated bool                 // the bin has no date of it; Trashed.Since is when it was first seen there
	known   *fingerprint.Verdict // the verdict, now or of an earlier run; nil: it was not examined
}

// Bins lists every entry of every trash bin of the storages and calls each once per entry, also if several storages
// share the bin. It changes nothing.
func (s *Sweeper) Bins(ctx context.Context, each func(TrashEntry)) (*Summary, error) {
	sum := s.summary()
	doubt, err := s.prepare(ctx)
	if err != nil {
		return sum, err
	}
	s.lacking(sum)
	return sum, s.bins(ctx, doubt, sum, nil, each)
}

// bins calls each for every entry of the bins. If only is not nil, for a purge, it calls each for the entries with
// these receipts alone, and reads all of each.
func (s *Sweeper) bins(
	ctx context.Context, doubt *ClockError, sum *Summary, only map[providers.Receipt]bool, each func(TrashEntry),
) error {
	ours := map[providers.Receipt]journal.Operation{}
	for op, err := range s.o.Journal.Operations(ctx, journal.Filter{InTrash: true}) {
		if err != nil {
			return fmt.Errorf("read what is in the trash: %w", err)
		}
		ours[op.Receipt] = op
	}
	by, err := s.decider(ctx, doubt)
	if err != nil {
		return err
	}
	emitted := map[providers.Receipt]bool{}
	for _, st := range s.o.Storages {
		if !st.Can().Has(providers.CanListTrash) {
			continue
		}
		m, err := s.recallBin(ctx, doubt, st)
		if err != nil {
			return err
		}
		whole := only == nil
		var bin []*TrashEntry
		for t, err := range st.Trashed(ctx) {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				whole = false
				sum.unlistedBin(st, err)
			case only != nil && !only[t.Receipt]:
			case t.Receipt == "" || !emitted[t.Receipt]:
				emitted[t.Receipt] = true
				b := &TrashEntry{Storage: st.Name(), Trashed: t, Op: ours[t.Receipt]}
				m.recall(b)
				bin = append(bin, b)
			}
		}
		by.judgeBin(ctx, st, bin, only != nil, sum)
		for _, b := range bin {
			m.note(b)
			each(*b)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := m.save(ctx, whole); err != nil {
			sum.problem(st.Name(), "", "remember", err)
		}
	}
	return ctx.Err()
}

// judgeBin judges the entries: several at once on a remote storage, where most of the time is spent on waiting.
func (by decider) judgeBin(
	ctx context.Context, st *providers.Storage, bin []*TrashEntry, whole bool, sum *Summary,
) {
	n := 1
	if isRemote(st) {
		n = by.s.o.RemoteWorkers
		if whole {
			n = remoteMovers // each holds a picture in memory
		}
	}
	var mu sync.Mutex
	var workers sync.WaitGroup
	queue := make(chan *TrashEntry)
	for range min(n, len(bin)) {
		workers.Go(func() {
			r := new(reader)
			for b := range queue {
				if err := by.judgeTrashEntry(ctx, st, r, b, whole); err != nil {
					mu.Lock()
					sum.problem(st.Name(), b.Trashed.Path, "examine in the trash", err)
					mu.Unlock()
				}
			}
		})
	}
	for _, b := range bin {
		queue <- b
	}
	close(queue)
	workers.Wait()
}

func (s *Summary) unlistedBin(st *providers.Storage, err error) {
	path := ""
	if u, ok := errors.AsType[*providers.UnlistedError](err); ok {
		path, err = u.Path, u.Err
	}
	s.problem(st.Name(), path, "list the trash", err)
}

// judgeTrashEntry fills in by which right the entry may be purged and whether it is due.
func (by decider) judgeTrashEntry(
	ctx context.Context, st *providers.Storage, r *reader, b *TrashEntry, whole bool,
) error {
	t := b.Trashed
	if t.Left != "" {
		b.Why = t.Left
		return nil
	}
	if b.Op.Key != "" {
		b.Storage, b.PurgeReason = b.Op.Op.Storage, PurgeReasonOurs
	}
	ages := by.s.o.Policy.TrashOf(b.Storage)
	kept, err := keptInBin(ctx, st, r, t, by.overrides)
	matches := false
	if err == nil && !kept && b.PurgeReason != PurgeReasonOurs {
		matches, err = by.s.matches(ctx, st, r, b, whole)
	}
	switch {
	case err != nil:
		b.Why = "it could not be examined"
	case kept:
		b.Why = "you kept it"
	case b.PurgeReason == PurgeReasonOurs:
		by.age(b, firstAge(ages.Ours, ages.Everything), 0, moved(b.Op))
	case matches:
		b.PurgeReason = PurgeReasonMatching
		by.age(b, firstAge(ages.Matching, ages.Everything), b.slack(), b.since())
	case ages.Everything > 0:
		b.PurgeReason = PurgeReasonEverything
		by.age(b, ages.Everything, b.slack(), b.since())
	default:
		b.Why = "someone else trashed it"
	}
	return err
}

// slack returns the time that is added to the policy's age: 0 if sweepd itself dated the entry.
func (b *TrashEntry) slack() time.Duration {
	if b.undated {
		return 0
	}
	return slack
}

// firstAge returns the shorter of the ages that are on.
func firstAge(a, b time.Duration) time.Duration {
	if a > 0 && (b <= 0 || a < b) {
		return a
	}
	return b
}

// since returns the latest time at which an entry can have come into the bin, or the zero time if it is not known.
func since(t providers.Trashed) time.Time {
	if t.Deleted.IsZero() || t.Deleted.After(t.Since) {
		return t.Deleted
	}
	return t.Since
}

// since returns the latest time at which the entry can have come into the bin; if the bin keeps no dates, the time at
// which it was first seen there.
func (b *TrashEntry) since() time.Time {
	if b.undated {
		return b.Trashed.Since
	}
	return since(b.Trashed)
}

// moved returns the latest time at which a trash operation can have moved its file. A later run may have recorded the
// move, and the clock may have been wrong then.
func moved(op journal.Operation) time.Time {
	if op.Began.After(op.Ended) {
		return op.Began
	}
	return op.Ended
}

// age fills in whether the entry is due.
func (by decider) age(b *TrashEntry, after, more time.Duration, at time.Time) {
	lies, there := by.s.o.Now().Sub(at), "trashed on "
	if b.undated {
		there = "sweepd first saw it there on "
	}
	switch {
	case after <= 0:
		b.Why = "the policy does not purge such files"
	case by.doubt != nil:
		b.Why = by.doubt.Error()
	case at.IsZero():
		b.Why = "when it was trashed is unknown"
	case lies < 0:
		b.Why = "it was trashed in the future: a clock was wrong"
	case lies < after+more:
		b.Why = there + at.Local().Format(time.DateOnly)
	default:
		b.Due, b.Why = true, there+at.Local().Format(time.DateOnly)
	}
}

// planPurge adds the entries of the bins for which want returns true. The bins are listed only if the policy asks for
// it: sweepd's own entries are known from the journal, and the journal's time of trashing counts, not the bin's.
func (s *Sweeper) planPurge(
	ctx context.Context, doubt *ClockError, p *Plan, sum *Summary, want func(TrashEntry) bool,
) error {
	take := func(b TrashEntry) {
		st, err := s.storage(b.Storage)
		if err != nil || !st.Can().Has(providers.CanPurge) || !want(b) {
			return
		}
		if st.Part() && !inRoots(st, b.Op.Op.Entry.Path) {
			return // it is not in the folders that were named
		}
		p.Purge = append(p.Purge, b.item())
	}
	ages := s.o.Policy.Trash
	if ages.Matching > 0 || ages.Everything > 0 {
		return s.bins(ctx, doubt, sum, nil, func(b TrashEntry) {
			if st, err := s.storage(b.Storage); err == nil && (b.PurgeReason == PurgeReasonOurs || !st.Part()) {
				take(b) // the bins are no part of the folders that were named
			}
		})
	}
	if ages.Ours <= 0 {
		return nil
	}
	by, err := s.decider(ctx, doubt)
	if err != nil {
		return err
	}
	r := new(reader)
	for op, err := range s.o.Journal.Operations(ctx, journal.Filter{InTrash: true}) {
		if err != nil {
			return fmt.Errorf("read what is in the trash: %w", err)
		}
		b := by.oursOf(op)
		st, err := s.storage(b.Storage)
		if err != nil || !b.Due || !isRemote(st) && left(ctx, st, op) {
			continue
		}
		switch kept, err := keptInBin(ctx, st, r, b.Trashed, by.overrides); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			sum.problem(b.Storage, b.Trashed.Path, "examine in the trash", err)
		case !kept:
			take(b)
		}
	}
	return nil
}

// oursOf returns the entry that a trash operation put into a bin, as the journal has it.
func (by decider) oursOf(op journal.Operation) TrashEntry {
	e, ages := op.Op.Entry, by.s.o.Policy.TrashOf(op.Op.Storage)
	b := TrashEntry{
		Storage:     op.Op.Storage,
		Op:          op,
		PurgeReason: PurgeReasonOurs,
		Trashed:     providers.Trashed{Receipt: op.Receipt, Path: e.Path, Size: e.Size},
	}
	by.age(&b, firstAge(ages.Ours, ages.Everything), 0, moved(op))
	return b
}

// item returns the entry as an item of a plan.
func (b TrashEntry) item() Item {
	it := Item{
		Storage: b.Storage, PurgeReason: b.PurgeReason, Receipt: b.Trashed.Receipt, Key: b.Op.Key, Entry: b.Op.Op.Entry,
		Decision: policy.Decision{Action: policy.Trash, Rule: ruleOf(b.PurgeReason), Reasons: []string{b.Why}},
	}
	if b.PurgeReason != PurgeReasonOurs {
		t := b.Trashed
		it.Entry = providers.Entry{Ref: providers.Ref(t.Path), Path: t.Path, Size: t.Size}
	}
	if b.Verdict.Confidence > fingerprint.None {
		it.Found = b.Verdict.String()
	}
	return it
}
