package sweeper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
)

// ErrOtherPolicy refuses a plan that another policy made, as a whole.
var ErrOtherPolicy = errors.New("the plan was made under another policy")

// errKept refuses a file that a plan names and that is not due any more.
var errKept = errors.New("it is no longer due")

// refusals are the errors by which a file refuses to be moved, with the names
// by which they are counted; nothing is wrong then but the plan.
var refusals = []struct {
	err  error
	name string
}{
	{errKept, "not_due"},
	{ErrPaused, "paused"},
	{fs.ErrNotExist, "gone"},
	{fs.ErrExist, "exists"},
	{providers.ErrChanged, "changed"},
	{providers.ErrBusy, "busy"},
	{providers.ErrProtected, "protected"},
	{providers.ErrOutside, "outside"},
	{errors.ErrUnsupported, "unsupported"},
}

// movers is how many files are moved at once. Most of a durable move is waiting
// for the disk, and those that wait together share its syncs. Each holds three
// or four descriptors.
const movers = 256

// farMovers is the same of a storage that is far away: a service takes many
// writes at once for an attack, and each mover holds a picture in memory.
const farMovers = 8

// Execute carries the plan out, once: ErrOtherPolicy, ErrPaused, a *LimitError,
// a *SurgeError or a *journal.LeasedError refuse it whole, before anything was
// changed.
//
// The plan is an upper bound. Of each file in it Execute asks again whether it
// is there at the same revision, what its verdict is - of the journal, or by a
// fresh examination, never of the plan - and whether the policy, the person and
// the guards still let it go. Whatever refuses or fails is a Problem of the
// Summary and stops no other file. When ctx ends, or a person pauses, the moves
// under way are finished and no other is begun.
func (s *Sweeper) Execute(ctx context.Context, p *Plan, progress func(done int)) (*Summary, error) {
	if p.Policy != s.o.Policy.Hash() {
		return nil, ErrOtherPolicy
	}
	if err := s.o.Paused(); err != nil {
		return nil, err
	}
	c, err := s.o.Budget.claim(ctx, s, p) // or two could spend the same limits
	if err != nil {
		return nil, err
	}
	defer c.end()
	return s.run(ctx, "apply", func(ctx context.Context, sum *Summary) error {
		sum.Plan = p.ID
		sum.saw(p.Scan)
		if err := s.mark(ctx, p.Mark, sum); err != nil {
			return err
		}
		return s.carryOut(ctx, p, c, sum, progress)
	})
}

// CarriedOut is the run that has carried the saved plan out, to its end and with
// every file; 0 where there is none.
func (s *Sweeper) CarriedOut(ctx context.Context, p *Plan) (run int64, err error) {
	if p.ID == "" {
		return 0, nil
	}
	runs, err := s.o.Journal.RunsSince(ctx, p.Made)
	for _, r := range runs {
		var sum Summary
		if r.Err != "" || json.Unmarshal(r.Summary, &sum) != nil {
			continue // interrupted, or ended early
		}
		if sum.Plan == p.ID && sum.Refused+sum.Failed+sum.Errors == 0 {
			return r.ID, nil
		}
	}
	return 0, err
}

// carryOut trashes, then purges.
func (s *Sweeper) carryOut(ctx context.Context, p *Plan, c *claim, sum *Summary, progress func(done int)) error {
	done := 0
	report := func(it Item, doing providers.OpKind, err error) {
		c.done(doing, it)
		if done++; progress != nil {
			progress(done)
		}
		sum.did(it, doing, err)
	}
	gone := going(p.Trash)
	s.each(ctx, p.Trash, s.stopped, func(it *Item, r *reader) error { return s.trash(ctx, r, sum.Run, it, gone) },
		func(it Item, err error) { report(it, providers.OpTrash, err) })
	due := slices.DeleteFunc(slices.Clone(p.Purge), func(it Item) bool { return sum.gone[it.Key] })
	if len(due) > 0 && ctx.Err() == nil && s.stopped() == nil {
		before := s.free(ctx)
		w, err := s.newPurge(ctx, due, sum)
		if err != nil {
			return err
		}
		s.each(ctx, due, s.stopped, func(it *Item, r *reader) error { return w.purge(ctx, r, sum.Run, *it) },
			func(it Item, err error) { report(it, providers.OpPurge, err) })
		for space, free := range s.free(ctx) {
			if was, ok := before[space]; ok && sum.Purged > 0 {
				sum.Freed += max(free-was, 0)
			}
		}
	}
	return errors.Join(ctx.Err(), s.stopped())
}

// stopped is why no other file may be begun: the record is lost, or it is paused.
func (s *Sweeper) stopped() error {
	if err := s.o.Journal.Err(); err != nil {
		return err
	}
	return s.o.Paused()
}

// free is what the storages say can still be stored, by space; those that do
// not say are left out.
func (s *Sweeper) free(ctx context.Context) map[string]int64 {
	all := map[string]int64{}
	for _, st := range s.o.Storages {
		if free, err := st.Free(ctx); err == nil {
			maps.Copy(all, free)
		}
	}
	return all
}

// Recover completes, in a run of its own, the record of what an earlier run
// began and did not end, and of what has left the trash. nil without an error:
// there was nothing.
func (s *Sweeper) Recover(ctx context.Context) (*Summary, error) {
	open := false
	for _, err := range s.o.Journal.Operations(ctx, journal.Filter{Open: true}) {
		if err != nil {
			return nil, fmt.Errorf("read what was interrupted: %w", err)
		}
		open = true
		break
	}
	if !open {
		gone, err := s.missing(ctx)
		if err != nil || len(gone) == 0 {
			return nil, err
		}
	}
	return s.run(ctx, "recover", func(context.Context, *Summary) error { return nil })
}

// Report records a run that only looked, with the scan's Summary, and with what
// kept it from doing what was due, if anything did. It changes no storage.
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

// end records how a run ended.
func (s *Sweeper) end(ctx context.Context, kind string, sum *Summary, why error) error {
	text, err := json.Marshal(sum)
	if err == nil {
		err = s.o.Journal.EndRun(ctx, sum.Run, text, why)
	}
	s.o.Log.Info(kind, "summary", sum)
	if err != nil {
		return fmt.Errorf("record the summary: %w", err)
	}
	return nil
}

// run is one recorded run that may change something: leases, the record of
// what was interrupted, the act, the summary.
func (s *Sweeper) run(ctx context.Context, kind string, act func(context.Context, *Summary) error) (_ *Summary, err error) {
	release, err := s.lease(ctx, kind)
	if err != nil {
		return nil, err
	}
	defer release()
	started := s.o.Now()
	sum := s.summary()
	if sum.Run, err = s.o.Journal.BeginRun(ctx, kind, s.o.Policy.Hash()); err != nil {
		return nil, fmt.Errorf("record the run: %w", err)
	}
	if err = s.Reconcile(ctx, sum); err == nil {
		err = s.compare(ctx, sum)
	}
	if err == nil {
		err = act(ctx, sum)
	}
	if cerr := s.noteClock(context.WithoutCancel(ctx)); cerr != nil {
		err = errors.Join(err, fmt.Errorf("record the clock: %w", cerr))
	}
	sum.Duration = s.o.Now().Sub(started)
	err = errors.Join(err, s.end(ctx, kind, sum, err))
	return sum, err
}

// refusal is the name by which a refusal is counted, of a bounded number of
// names; "" when err is of something that failed.
func refusal(err error) string {
	if _, ok := errors.AsType[*providers.FolderError](err); ok {
		return ""
	}
	if _, ok := errors.AsType[*ClockError](err); ok {
		return "clock"
	}
	for _, kind := range refusals {
		switch {
		case !errors.Is(err, kind.err):
			continue
		case errors.Is(err, providers.ErrUncertain):
			return ""
		}
		if guard, ok := errors.AsType[*providers.ProtectedError](err); ok {
			return kind.name + ":" + string(guard.Guard)
		}
		return kind.name
	}
	return ""
}

// each does the items, several at once, and reports one at a time, as do left
// it. It begins none once ctx has ended or stop says so. One storage's slowness
// is not another's.
func (s *Sweeper) each(ctx context.Context, items []Item, stop func() error, do func(*Item, *reader) error, report func(Item, error)) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for storage, its := range byStorage(items) {
		queue := make(chan Item, len(its))
		for _, it := range its {
			queue <- it
		}
		close(queue)
		for range min(s.movers(storage), len(its)) {
			wg.Go(func() {
				r := new(reader)
				for it := range queue {
					if ctx.Err() != nil || stop() != nil {
						return
					}
					err := do(&it, r)
					mu.Lock()
					report(it, err)
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
}

func (s *Sweeper) movers(storage string) int {
	if st, err := s.storage(storage); err == nil && far(st) {
		return farMovers
	}
	return movers
}

func byStorage(items []Item) map[string][]Item {
	in := map[string][]Item{}
	for _, it := range items {
		in[it.Storage] = append(in[it.Storage], it)
	}
	return in
}

// trash moves one file of a plan, if it is still what the plan says and the
// policy still wants it; what the policy says then replaces what
// the plan said.
func (s *Sweeper) trash(ctx context.Context, r *reader, run int64, it *Item, gone leaving) error {
	st, err := s.storage(it.Storage)
	if err != nil {
		return err
	}
	e, err := st.Stat(ctx, it.Entry.Ref)
	if err != nil {
		return err
	}
	if e.Revision != it.Entry.Revision || e.Size != it.Entry.Size || e.Path != it.Entry.Path {
		return providers.ErrChanged
	}
	rec, err := s.record(ctx, st, r, e)
	if err != nil {
		return err
	}
	d, err := s.due(ctx, st, r, rec, wordsNow{s.o.Journal})
	if err != nil {
		return err
	}
	if d.Action == policy.Trash && rec.Verdict.Skimmed {
		return fmt.Errorf("%w: it was not read whole", errKept)
	}
	if d.Action != policy.Trash {
		return fmt.Errorf("%w: %s, because %s", errKept, d.Action, strings.Join(d.Reasons, "; "))
	}
	it.Decision = d
	if err := errors.Join(s.copyStays(ctx, r, *it, e, d, gone), s.o.Paused()); err != nil {
		return err
	}
	_, err = st.Trash(ctx, e, providers.Cause{Run: run, Rule: d.Rule, Reasons: d.Reasons, Approved: d.Approved})
	return err
}

// record is the journal's record of exactly that revision if all of the file
// was read for it, or a fresh one for which all of it is. What reading it all
// says of a skimmed file is remembered with its hashes, so that what it refutes
// is not due again; what is not as the storage's own hash says is believed
// nothing.
func (s *Sweeper) record(ctx context.Context, st *providers.Storage, r *reader, e providers.Entry) (journal.Record, error) {
	rec, err := s.o.Journal.Record(ctx, st.Name(), fingerprint.Version, e.Ref)
	met := err == nil && rec.Entry.Revision == e.Revision && rec.Entry.Path == e.Path && !differ(rec.Entry, e)
	switch {
	case met && !e.Weak && !rec.Verdict.Skimmed:
		e.Hashes = e.Hashes.Or(rec.Entry.Hashes)
		rec.Entry = e
		return rec, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return rec, fmt.Errorf("read the verdict: %w", err)
	case !met:
		rec = journal.Record{} // what was first seen, or marked, was another file
	}
	r.open(ctx, st, e)
	v, err := s.o.Classifier.Classify(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r})
	if err == nil && far(st) {
		err = r.know(&e)
	}
	if err != nil {
		return rec, err
	}
	rec.Entry, rec.Verdict = e, v
	if far(st) && (met || v.Confidence == fingerprint.None) {
		if err := s.o.Journal.Remember(ctx, st.Name(), fingerprint.Version, e, v); err != nil {
			return rec, fmt.Errorf("remember the verdict: %w", err)
		}
	}
	return rec, nil
}

// mark begins the grace of the files. The journal marks each only if its record
// is still of that revision; whether it is due is decided when its time comes.
func (s *Sweeper) mark(ctx context.Context, items []Item, sum *Summary) error {
	if s.doubt != nil {
		for _, it := range items {
			sum.refuse(it, "begin the grace of", s.doubt)
		}
		return nil
	}
	of := map[[2]string][]providers.Entry{} // by storage and rule
	for _, it := range items {
		key := [2]string{it.Storage, it.Decision.Rule}
		of[key] = append(of[key], it.Entry)
	}
	for key, entries := range of {
		storage, rule, now := key[0], key[1], s.o.Now()
		n, err := s.o.Journal.Mark(ctx, storage, entries, now)
		if err != nil {
			return fmt.Errorf("record the graces: %w", err)
		}
		sum.Marked += n
		sum.rule(rule).began(n, now.Add(s.o.Policy.Grace(rule)))
		if less := int64(len(entries)) - n; less > 0 {
			sum.refused("changed", less)
			sum.problem(storage, "", "begin the grace of every file of", fmt.Errorf("%d were trashed or examined anew since: %w", less, providers.ErrChanged))
		}
	}
	return nil
}

// purge is the purging of one plan: it knows what lies in the bins now.
type purge struct {
	s   *Sweeper
	due map[providers.Receipt]Binned // of others, examined afresh

	mu   sync.Mutex
	ours map[string]journal.Operation // by key, until it is purged: what the record says; nobody else changes it while the storages are leased
}

func (s *Sweeper) newPurge(ctx context.Context, items []Item, sum *Summary) (*purge, error) {
	w := &purge{s: s, due: map[providers.Receipt]Binned{}, ours: map[string]journal.Operation{}}
	others := map[providers.Receipt]bool{}
	for _, it := range items {
		if it.Whose == Ours {
			w.ours[it.Key] = journal.Operation{} // to be filled in
		} else {
			others[it.Receipt] = true
		}
	}
	for op, err := range s.o.Journal.Operations(ctx, journal.Filter{InTrash: true}) {
		if err != nil {
			return nil, fmt.Errorf("read what is in the trash: %w", err)
		}
		if _, planned := w.ours[op.Key]; planned {
			w.ours[op.Key] = op
		}
	}
	if len(w.ours) == len(items) {
		return w, nil
	}
	return w, s.bins(ctx, sum, others, func(b Binned) {
		if b.Due && !b.Verdict.Skimmed {
			w.due[b.Trashed.Receipt] = b
		}
	})
}

// purge deletes for good one file of a plan, if it is due by what the journal
// and a fresh look at the bin say, and nobody said keep meanwhile; the plan only
// names it.
func (w *purge) purge(ctx context.Context, r *reader, run int64, it Item) error {
	st, err := w.s.storage(it.Storage)
	if err != nil {
		return err
	}
	b := w.due[it.Receipt]
	if it.Whose == Ours {
		if b, err = w.own(it); err != nil {
			return err
		}
	}
	now := b.item()
	if !b.Due || b.Whose != it.Whose || now.Entry.Path != it.Entry.Path || now.Entry.Size != it.Entry.Size || b.Storage != it.Storage {
		return fmt.Errorf("%w: no such file is in the trash for so long", errKept)
	}
	switch kept, err := keptInBin(ctx, st, r, b.Trashed, wordsNow{w.s.o.Journal}); {
	case err != nil:
		return err
	case kept:
		return fmt.Errorf("%w: you said keep", errKept)
	}
	err = st.Purge(ctx, now.Entry, b.Trashed.Receipt, providers.Cause{Run: run, Rule: now.Decision.Rule, Reasons: now.Decision.Reasons})
	switch {
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, providers.ErrChanged):
		return err
	case b.Whose == Ours:
		if gone := w.s.noteGone(ctx, now, run); errors.Is(gone, fs.ErrNotExist) {
			return gone
		}
	case errors.Is(err, fs.ErrNotExist):
		return &goneError{}
	}
	return err
}

// own is the entry by what the journal says of it.
func (w *purge) own(it Item) (b Binned, err error) {
	w.mu.Lock()
	op := w.ours[it.Key]
	delete(w.ours, it.Key) // a plan may name it twice
	w.mu.Unlock()
	if op.Key == "" {
		return b, fmt.Errorf("%w: the journal knows no such file in the trash", errKept)
	}
	if op.Op.Entry.Ref != it.Entry.Ref || op.Op.Entry.Revision != it.Entry.Revision {
		return b, fmt.Errorf("%w: the journal knows another file by that key", errKept)
	}
	return w.s.oursOf(op), nil
}
