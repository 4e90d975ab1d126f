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

// ErrOtherPolicy refuses a plan as a whole that was made under another policy.
var ErrOtherPolicy = errors.New("the plan was made under another policy")

// errKept refuses a file of a plan that is no longer due.
var errKept = errors.New("it is no longer due")

// refusals are the errors with which a file refuses to be moved, and the names under which they are counted. They are
// no failures: only the plan is out of date.
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

// movers is the number of files that are moved at once. A durable move mostly waits for the disk, and moves that wait
// together share its syncs. Each mover holds three or four descriptors.
const movers = 256

// remoteMovers is the same for a remote storage: a service takes many writes at once for an attack, and each mover
// holds a picture in memory.
const remoteMovers = 8

// Execute carries out the plan once. ErrOtherPolicy, ErrPaused, a *LimitError, a *SurgeError or a
// *journal.LeasedError refuse it as a whole, before any change.
//
// The plan is an upper bound. For each file Execute checks again that it is there at the same revision, what its
// verdict is (from the journal or a fresh examination, never from the plan), and that the policy, the user and the
// guards still allow the move. Each refusal and each failure is a Problem of the Summary and stops no other file. If
// ctx ends or the user pauses, the moves under way are completed and no other begins.
func (s *Sweeper) Execute(ctx context.Context, p *Plan, progress func(done int)) (*Summary, error) {
	if p.Policy != s.o.Policy.Hash() {
		return nil, ErrOtherPolicy
	}
	if err := s.o.Paused(); err != nil {
		return nil, err
	}
	c, err := s.o.Budget.claim(ctx, s, p) // else two plans could spend the same limits
	if err != nil {
		return nil, err
	}
	defer c.end()
	doubt, err := s.prepare(ctx)
	if err != nil {
		return nil, err
	}
	return s.run(ctx, "apply", doubt, func(ctx context.Context, sum *Summary) error {
		sum.Plan = p.ID
		sum.saw(p.Scan)
		if err := s.mark(ctx, doubt, p.Mark, sum); err != nil {
			return err
		}
		return s.carryOut(ctx, s.liveDecider(doubt), p, c, sum, progress)
	})
}

// CarriedOut returns the run that has executed the saved plan to its end and with every file, or 0 if there is none.
func (s *Sweeper) CarriedOut(ctx context.Context, p *Plan) (run int64, err error) {
	if p.ID == "" {
		return 0, nil
	}
	runs, err := s.o.Journal.RunsSince(ctx, p.Made)
	for _, r := range runs {
		var sum Summary
		if r.Err != "" || json.Unmarshal(r.Summary, &sum) != nil {
			continue // the run was interrupted or ended early
		}
		if sum.Plan == p.ID && sum.Refused+sum.Failed+sum.Errors == 0 {
			return r.ID, nil
		}
	}
	return 0, err
}

// carryOut trashes, then purges.
func (s *Sweeper) carryOut(
	ctx context.Context, by decider, p *Plan, c *claim, sum *Summary, progress func(done int),
) error {
	done := 0
	report := func(it Item, doing providers.OpKind, err error) {
		c.done(doing, it)
		if done++; progress != nil {
			progress(done)
		}
		sum.did(it, doing, err)
	}
	gone := planned(p.Trash)
	s.each(ctx, p.Trash, s.stopped, func(it *Item, r *reader) error { return by.trash(ctx, r, sum.Run, it, gone) },
		func(it Item, err error) { report(it, providers.OpTrash, err) })
	due := slices.DeleteFunc(slices.Clone(p.Purge), func(it Item) bool { return sum.gone[it.Key] })
	if len(due) > 0 && ctx.Err() == nil && s.stopped() == nil {
		before := s.free(ctx)
		w, err := s.newPurge(ctx, by, due, sum)
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

// stopped returns the reason why no further file may begin: the journal has failed, or the user has paused. It
// returns nil if there is none.
func (s *Sweeper) stopped() error {
	if err := s.o.Journal.Err(); err != nil {
		return err
	}
	return s.o.Paused()
}

// free returns the free bytes of the storages by space, without the storages that do not report them.
func (s *Sweeper) free(ctx context.Context) map[string]int64 {
	all := map[string]int64{}
	for _, st := range s.o.Storages {
		if free, err := st.Free(ctx); err == nil {
			maps.Copy(all, free)
		}
	}
	return all
}

// Recover completes the record of operations that an earlier run began and did not end, and records files that have
// left the trash, in a run of its own. It returns nil and no error if there was nothing to do.
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
	return s.run(ctx, "recover", nil, func(context.Context, *Summary) error { return nil })
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

// run is one recorded run that may change something. It takes the leases, completes the record of interrupted
// operations, calls act and records the summary. doubt is that of noteClock.
func (s *Sweeper) run(
	ctx context.Context, kind string, doubt *ClockError, act func(context.Context, *Summary) error,
) (_ *Summary, err error) {
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
	if cerr := s.noteClock(context.WithoutCancel(ctx), doubt); cerr != nil {
		err = errors.Join(err, fmt.Errorf("record the clock: %w", cerr))
	}
	sum.Duration = s.o.Now().Sub(started)
	err = errors.Join(err, s.end(ctx, kind, sum, err))
	return sum, err
}

// refusal returns the name under which a refusal is counted, one of a fixed set; "" if err is a failure.
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

// each calls do for the items, several at once, and report for one at a time, with the item as do left it. It begins
// no further item if ctx has ended or stop returns an error. Each storage has workers of its own, so that a slow one
// does not delay the others.
func (s *Sweeper) each(
	ctx context.Context, items []Item, stop func() error, do func(*Item, *reader) error, report func(Item, error),
) {
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
	if st, err := s.storage(storage); err == nil && isRemote(st) {
		return remoteMovers
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

// trash moves one file of a plan if it is still as in the plan and the policy still wants it gone. The fresh decision
// replaces that of the plan.
func (by decider) trash(ctx context.Context, r *reader, run int64, it *Item, gone plannedFiles) error {
	s := by.s
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
	d, err := by.due(ctx, st, r, rec)
	if err != nil {
		return err
	}
	if d.Action == policy.Trash && rec.Verdict.Partial {
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

// record returns the journal's record of exactly that revision if the whole file was read for it, or else a fresh one
// from reading the whole file. The result for a partial verdict is remembered with its hashes, so that a refuted file
// is not due again. Bytes that do not match the storage's own hash are an error.
func (s *Sweeper) record(
	ctx context.Context, st *providers.Storage, r *reader, e providers.Entry,
) (journal.Record, error) {
	rec, err := s.o.Journal.Record(ctx, st.Name(), fingerprint.Version, e.Ref)
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
	v, err := s.o.Classifier.Classify(fingerprint.File{Name: e.Name(), Size: e.Size, Bytes: r})
	if err == nil && isRemote(st) {
		err = r.know(&e)
	}
	if err != nil {
		return rec, err
	}
	rec.Entry, rec.Verdict = e, v
	if isRemote(st) && (met || v.Confidence == fingerprint.None) {
		if err := s.o.Journal.Remember(ctx, st.Name(), fingerprint.Version, e, v); err != nil {
			return rec, fmt.Errorf("remember the verdict: %w", err)
		}
	}
	return rec, nil
}

// mark begins the grace of the files. The journal marks a file only if its record is still of that revision. Whether
// the file is due is decided when the grace ends.
func (s *Sweeper) mark(ctx context.Context, doubt *ClockError, items []Item, sum *Summary) error {
	if doubt != nil {
		for _, it := range items {
			sum.refuse(it, "begin the grace of", doubt)
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
			sum.problem(storage, "", "begin the grace of every file of",
				fmt.Errorf("%d were trashed or examined anew since: %w", less, providers.ErrChanged))
		}
	}
	return nil
}

// purge is the purging of one plan, with the present entries of the bins.
type purge struct {
	s   *Sweeper
	by  decider                          // with the user's decisions as of now
	due map[providers.Receipt]TrashEntry // of other programs, examined afresh

	mu sync.Mutex
	// Guarded by mu: the journal's operation by key, until it is purged. No one else changes it while the storages
	// are leased.
	ours map[string]journal.Operation
}

func (s *Sweeper) newPurge(ctx context.Context, by decider, items []Item, sum *Summary) (*purge, error) {
	w := &purge{s: s, by: by, due: map[providers.Receipt]TrashEntry{}, ours: map[string]journal.Operation{}}
	others := map[providers.Receipt]bool{}
	for _, it := range items {
		if it.PurgeReason == PurgeReasonOurs {
			w.ours[it.Key] = journal.Operation{} // filled in below
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
	return w, s.bins(ctx, by.doubt, sum, others, func(b TrashEntry) {
		if b.Due && !b.Verdict.Partial {
			w.due[b.Trashed.Receipt] = b
		}
	})
}

// purge deletes one file of a plan for good if the journal and a fresh look at the bin show that it is due and the
// user has not decided to keep it meanwhile. The plan only names the file.
func (w *purge) purge(ctx context.Context, r *reader, run int64, it Item) error {
	st, err := w.s.storage(it.Storage)
	if err != nil {
		return err
	}
	b := w.due[it.Receipt]
	if it.PurgeReason == PurgeReasonOurs {
		if b, err = w.own(it); err != nil {
			return err
		}
	}
	now := b.item()
	if !b.Due || b.PurgeReason != it.PurgeReason || now.Entry.Path != it.Entry.Path || now.Entry.Size != it.Entry.Size ||
		b.Storage != it.Storage {
		return fmt.Errorf("%w: no such file has been in the trash that long", errKept)
	}
	switch kept, err := keptInBin(ctx, st, r, b.Trashed, w.by.overrides); {
	case err != nil:
		return err
	case kept:
		return fmt.Errorf("%w: you kept it", errKept)
	}
	err = st.Purge(ctx, now.Entry, b.Trashed.Receipt,
		providers.Cause{Run: run, Rule: now.Decision.Rule, Reasons: now.Decision.Reasons})
	switch {
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, providers.ErrChanged):
		return err
	case b.PurgeReason == PurgeReasonOurs:
		if gone := w.s.noteGone(ctx, now, run); errors.Is(gone, fs.ErrNotExist) {
			return gone
		}
	case errors.Is(err, fs.ErrNotExist):
		return &goneError{}
	}
	return err
}

// own returns the entry as the journal has it.
func (w *purge) own(it Item) (b TrashEntry, err error) {
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
	return w.by.oursOf(op), nil
}
