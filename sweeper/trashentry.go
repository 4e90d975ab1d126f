package sweeper

import (
	"context"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
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

// TrashEntry is one entry of a trash bin, with all that is known of it.
type TrashEntry struct {
	Storage string
	Trashed providers.Trashed
	Op      journal.Operation // the operation that put it there, if it is ours
	// Verdict is zero if the entry was not examined, as entries of sweepd itself are not.
	Verdict     fingerprint.Verdict
	PurgeReason PurgeReason      // the best right
	Due         bool             // by the policy's ages
	Why         language.Message // why it is due, or is not

	undated bool                 // the bin has no date of it; Trashed.Since is when it was first seen there
	known   *fingerprint.Verdict // the verdict, now or of an earlier run; nil: it was not examined
	learnt  time.Time            // since when what was learnt speaks for ChatGPT; zero: nothing does
}

// judgeTrashEntry fills in by which right the entry may be purged and whether it is due.
func (by decider) judgeTrashEntry(
	ctx context.Context, st *providers.Storage, r *reader, b *TrashEntry, whole bool,
) error {
	t := b.Trashed
	// The storage leaves it alone, regardless of the policy.
	if !t.Left.IsZero() {
		b.Why = t.Left
		return nil
	}
	// Storages may share a bin. The journal has the one that the file is of.
	if b.Op.Key != "" {
		b.Storage, b.PurgeReason = b.Op.Op.Storage, PurgeReasonOurs
	}
	ages := by.s.o.Policy.TrashOf(b.Storage)
	kept, err := by.keptInBin(ctx, st, r, t)
	until := by.s.o.Policy.ReportedUntil(b.Storage, by.s.joined[b.Storage], by.s.o.Now())
	if b.PurgeReason != PurgeReasonOurs && !until.IsZero() {
		b.Why = language.Messagef("its account is only reported on until %s", language.Moment(until))
		return nil
	}
	matches := false
	if err == nil && kept.IsZero() && b.PurgeReason != PurgeReasonOurs {
		matches, err = by.s.matches(ctx, st, r, b, whole)
	}
	switch {
	case err != nil:
		b.Why = language.Messagef("it could not be examined")
	case !kept.IsZero():
		b.Why = kept
	case b.PurgeReason == PurgeReasonOurs:
		by.age(b, firstAge(ages.Ours, ages.Everything), 0, by.moved(b.Op))
	case matches:
		b.PurgeReason = PurgeReasonMatching
		by.age(b, firstAge(ages.Matching, ages.Everything), b.slack(), b.since())
	case ages.Everything > 0:
		b.PurgeReason = PurgeReasonEverything
		by.age(b, ages.Everything, b.slack(), b.since())
	default:
		b.Why = language.Messagef("someone else trashed it")
	}
	return err
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
	by.age(&b, firstAge(ages.Ours, ages.Everything), 0, by.moved(op))
	return b
}

// item returns the entry as an item of a plan.
func (b TrashEntry) item() Item {
	it := Item{
		Storage: b.Storage, PurgeReason: b.PurgeReason, Receipt: b.Trashed.Receipt, Key: b.Op.Key, Entry: b.Op.Op.Entry,
		Decision: policy.Decision{
			Action: policy.Trash, Rule: ruleOf(b.PurgeReason),
			Reasons: []language.Message{b.Why},
		},
	}
	if b.PurgeReason != PurgeReasonOurs {
		// Nothing but the receipt identifies it, so its ref is only the path.
		t := b.Trashed
		it.Entry = providers.Entry{Ref: providers.Ref(t.Path), Path: t.Path, Size: t.Size}
	}
	if b.Verdict.Confidence > fingerprint.None {
		it.Found = b.Verdict.String()
	}
	return it
}
