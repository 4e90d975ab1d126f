package sweeper

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// facts returns the input of a decision on a recorded file.
func (s *Sweeper) facts(storage string, rec journal.Record) policy.Facts {
	return policy.Facts{
		Storage: storage, Entry: rec.Entry, Verdict: rec.Verdict, FirstSeen: rec.FirstSeen, Marked: rec.Marked,
		Joined: s.joined[storage],
	}
}

// decider decides on the files of one call. It has the inputs that all its decisions have in common.
type decider struct {
	s         *Sweeper
	doubt     *journal.ClockError // why no age can be computed; nil: it can
	overrides overrides
	// learnt returns what is known of the bytes of files.
	learnt func(context.Context) (knowledge, error)
	// about is what the journal has about the one file that is decided on; nil: each question asks the journal.
	about *journal.About
	// before has a time before which each run cannot have been; see journal.TimeBefore. A decider on files has none.
	before map[int64]time.Time
}

// decider returns a decider with the user's decisions as they are now, for many files.
func (s *Sweeper) decider(ctx context.Context, doubt *journal.ClockError) (decider, error) {
	snapshot, err := s.o.Journal.Overrides(ctx)
	if err != nil {
		return decider{}, fmt.Errorf("read what a person said: %w", err)
	}
	k, err := s.learnt(ctx)
	if err != nil {
		return decider{}, err
	}
	same := func(context.Context) (knowledge, error) { return k, nil }
	return decider{s: s, doubt: doubt, overrides: overrideSnapshot{snapshot}, learnt: same}, nil
}

// binDecider returns a decider that can also judge how long sweepd's own entries have been in the bins.
func (s *Sweeper) binDecider(ctx context.Context, doubt *journal.ClockError) (decider, error) {
	by, err := s.decider(ctx, doubt)
	if err != nil {
		return by, err
	}
	if by.before, err = s.o.Journal.TimeBefore(ctx, s.o.Now()); err != nil {
		return by, fmt.Errorf("read the times of earlier runs: %w", err)
	}
	return by, nil
}

// liveDecider returns a decider that looks up the user's decisions anew for each file.
func (s *Sweeper) liveDecider(doubt *journal.ClockError) decider {
	return decider{s: s, doubt: doubt, overrides: liveOverrides{s.o.Journal}, learnt: s.learnt}
}

// aboutFile returns a decider on one file, by what the journal has about it now. A single query takes the place of one
// for each question.
func (by decider) aboutFile(ctx context.Context, e providers.Entry) (decider, error) {
	a, err := by.s.o.Journal.About(ctx, e)
	if err != nil {
		return by, fmt.Errorf("read what is decided about it: %w", err)
	}
	by.about, by.overrides = &a, overridesOfFile{liveOverrides{by.s.o.Journal}, a}
	by.learnt = func(ctx context.Context) (knowledge, error) { return by.s.learntBy(ctx, a.Known) }
	return by, nil
}

// overrides looks up the user's decisions on files: as of the start of a scan (overrideSnapshot), or as of now
// (liveOverrides, overridesOfFile).
type overrides interface {
	// of returns the decision on the file, or NoOverride if there is none.
	of(ctx context.Context, e providers.Entry) (journal.Override, error)
	sized(ctx context.Context, size int64) ([]journal.Content, error) // the contents of that size with a decision
	// ofContent returns the decision on the content, or NoOverride if there is none.
	ofContent(ctx context.Context, c journal.Content) (journal.Override, error)
}

// overrideSnapshot has the decisions as of the time when it was read, for many files at little cost. A decision that
// the user takes during the scan is seen by the steps before the move, which ask liveOverrides.
type overrideSnapshot struct{ journal.Overrides }

func (w overrideSnapshot) of(_ context.Context, e providers.Entry) (journal.Override, error) {
	return w.Of(e), nil
}

func (w overrideSnapshot) sized(_ context.Context, size int64) ([]journal.Content, error) {
	return w.OverriddenContents(size), nil
}

func (w overrideSnapshot) ofContent(_ context.Context, c journal.Content) (journal.Override, error) {
	return w.OfContent(c), nil
}

// liveOverrides asks the journal for each file, for a decision that is acted upon.
type liveOverrides struct{ *journal.Journal }

func (w liveOverrides) of(ctx context.Context, e providers.Entry) (journal.Override, error) {
	return w.Override(ctx, e)
}

func (w liveOverrides) sized(ctx context.Context, size int64) ([]journal.Content, error) {
	return w.OverriddenContents(ctx, size)
}

func (w liveOverrides) ofContent(ctx context.Context, c journal.Content) (journal.Override, error) {
	return w.ContentOverride(ctx, c)
}

// overridesOfFile has the decision on one file as of one look at the journal, and asks the journal about contents.
type overridesOfFile struct {
	liveOverrides
	about journal.About
}

func (w overridesOfFile) of(context.Context, providers.Entry) (journal.Override, error) {
	return w.about.Override, nil
}

func (w overridesOfFile) sized(ctx context.Context, size int64) ([]journal.Content, error) {
	if !w.about.Sized {
		return nil, nil
	}
	return w.liveOverrides.sized(ctx, size)
}

// decide returns the decision of a scan on a recorded file.
func (by decider) decide(
	ctx context.Context, st *providers.Storage, r *reader, rec journal.Record,
) (policy.Decision, error) {
	return by.question(st, r, rec).decide(ctx)
}

// shown returns the guards that a remote storage's entry itself shows.
func shown(e providers.Entry) (held []providers.Held) {
	if e.Starred {
		held = append(held, providers.Held{Guard: providers.GuardTagged, Why: language.Messagef("it has a star")})
	}
	if e.Shared {
		why := language.Messagef("it is shared with other people")
		held = append(held, providers.Held{Guard: providers.GuardShared, Why: why})
	}
	return held
}

// guarded holds a file that is due if a guard holds it. A guard that fails holds it too. The only errors are
// those of isTransient.
func guarded(
	ctx context.Context, st *providers.Storage, rec journal.Record, d policy.Decision,
) (policy.Decision, error) {
	held, err := st.Guards(ctx, rec.Entry)
	return holdBy(ctx, d, held, err)
}

// holdBy holds a file that is due if there are guards that hold it, or if err shows that they could not find out.
func holdBy(ctx context.Context, d policy.Decision, held []providers.Held, err error) (policy.Decision, error) {
	if isTransient(ctx, err) {
		return d, err
	}
	if err != nil {
		return hold(d, policy.ReasonUnknown, language.Verbatim(err.Error())), nil
	}
	for _, h := range held {
		d = hold(d, cmp.Or(d.ReasonCode, policy.ReasonOf(h.Guard)), h.Why)
	}
	d.Guards = held
	return d, nil
}

// due returns the decision on a recorded file without the guards, which Storage.Trash asks again. An error means that
// the file is gone or in flux, or that ctx has ended; any other failure holds the file.
func (by decider) due(
	ctx context.Context, st *providers.Storage, r *reader, rec journal.Record,
) (policy.Decision, error) {
	return by.question(st, r, rec).due(ctx)
}

// question returns the question whether the file is due, whose facts are looked up when a step needs them.
func (by decider) question(st *providers.Storage, r *reader, rec journal.Record) *question {
	return &question{
		policy: by.s.o.Policy, now: by.s.o.Now(), doubt: by.doubt, Facts: by.s.facts(st.Name(), rec),
		facts: live{by, st, r, rec.Entry},
	}
}

// question is the question whether a recorded file is due, with the decision so far.
type question struct {
	policy.Facts
	policy *policy.Policy
	now    time.Time
	doubt  *journal.ClockError // see decider
	facts  lookup
	d      policy.Decision
}

// lookup looks up what the journal and the storage know of one file.
type lookup interface {
	export(ctx context.Context) (path string, err error)    // the data export that it is part of; "" if none
	override(ctx context.Context) (journal.Override, error) // the user's decision on it
	whyKept(ctx context.Context) language.Message           // why that keeps it
	restored(ctx context.Context) (bool, error)             // an undo may have restored it; see live.restored
	returned(ctx context.Context) (time.Time, error)        // see Sweeper.returned
	// guards returns those of the guards that a scan asks and that hold it. On a remote storage guards cost a request
	// for each file, and they are asked again before the move; so a scan asks only for what the entry itself shows.
	guards(ctx context.Context, protect []providers.Guard) ([]providers.Held, error)
}

// live looks the facts up as they are now. It is used for one file by one goroutine, since the reader r keeps what it
// has read.
type live struct {
	by decider
	st *providers.Storage
	r  *reader
	e  providers.Entry
}

// export returns "" for a file of an account: exports that were learnt are folders of this machine.
func (l live) export(ctx context.Context) (string, error) {
	if isRemote(l.st) {
		return "", nil
	}
	k, err := l.by.learnt(ctx)
	return k.inExport(l.e.Path), err
}

// override also returns Keep for a twin of which the original is kept: both are one picture.
func (l live) override(ctx context.Context) (journal.Override, error) {
	override, err := overrideOf(ctx, l.st, l.r, l.e, l.by.overrides)
	if err != nil || override == journal.Keep {
		return override, err
	}
	originals, err := l.originals(ctx)
	for _, p := range originals {
		of, err := l.by.overrides.ofContent(ctx, journal.Content{Size: p.Size, SHA256: p.SHA256})
		if err != nil || of == journal.Keep {
			return of, err
		}
	}
	return override, err
}

// originals returns the pictures of which the file is a twin.
func (l live) originals(ctx context.Context) ([]journal.KnownPicture, error) {
	k, err := l.by.learnt(ctx)
	if err != nil {
		return nil, err
	}
	twin, ok := k.of(l.e)
	if !ok || !twin.Twin() {
		return nil, nil
	}
	return l.by.s.o.Journal.KnownBy(ctx, twin.SHA256)
}

// restored reports whether an undo has restored a file of the same size, or of the size of an original of this one: the
// record of a kept content does not show whether an undo or a user has kept it.
func (l live) restored(ctx context.Context) (bool, error) {
	originals, err := l.originals(ctx)
	if err != nil {
		return false, err
	}
	sizes := []int64{l.e.Size}
	for _, p := range originals {
		sizes = append(sizes, p.Size)
	}
	return l.by.s.o.Journal.RestoredOfSize(ctx, sizes...)
}

func (l live) whyKept(ctx context.Context) language.Message { return l.by.s.whyKept(ctx, l.e) }

// returned asks the journal, and the storage if the file may have been taken out of the trash by another program.
func (l live) returned(ctx context.Context) (time.Time, error) {
	if l.by.about != nil && !l.by.about.Moved {
		return time.Time{}, nil
	}
	return l.by.s.returned(ctx, l.st, l.r, l.e)
}

// guards asks a disk for all of its guards. It returns what the entry shows for a remote storage, at no cost.
func (l live) guards(ctx context.Context, protect []providers.Guard) ([]providers.Held, error) {
	if isRemote(l.st) {
		return only(shown(l.e), protect), nil
	}
	return l.st.Guards(ctx, l.e)
}

// only returns those of the guards that protect has.
func only(held []providers.Held, protect []providers.Guard) (all []providers.Held) {
	for _, h := range held {
		if slices.Contains(protect, h.Guard) {
			all = append(all, h)
		}
	}
	return all
}

// due answers the question without the guards.
func (q *question) due(ctx context.Context) (policy.Decision, error) {
	err := walk(ctx, q.steps())
	if errors.Is(err, errDecided) {
		err = nil
	}
	return q.d, err
}

// decide answers the question as a scan does: with the guards.
func (q *question) decide(ctx context.Context) (policy.Decision, error) {
	d, err := q.due(ctx)
	if err != nil || d.Action != policy.Trash || d.Approved {
		return d, err
	}
	held, err := q.facts.guards(ctx, q.policy.Protect)
	return holdBy(ctx, d, held, err)
}

// byRules decides by the policy.
func (q *question) byRules(context.Context) error {
	q.d = q.policy.Decide(q.Facts, q.now)
	if q.d.Action == policy.Keep {
		return errDecided
	}
	return nil
}

// byExport holds a file that is part of a data export from which something was learnt.
func (q *question) byExport(ctx context.Context) error {
	var why language.Message
	switch at, err := q.facts.export(ctx); {
	case isTransient(ctx, err):
		return err
	case err != nil:
		why = language.Verbatim(err.Error())
	case at == "":
		return nil
	default:
		why = language.Messagef("it is part of the data export %q", at)
	}
	held := providers.Held{Guard: providers.GuardLibrary, Why: why}
	q.d = hold(q.d, policy.ReasonOf(held.Guard), held.Why)
	q.d.Guards = append(q.d.Guards, held)
	return errDecided
}

// byUser lets the user's decision take precedence.
func (q *question) byUser(ctx context.Context) error {
	override, err := q.facts.override(ctx)
	switch {
	case isTransient(ctx, err):
		return err
	case err != nil:
		q.d = hold(q.d, policy.ReasonUnknown, language.Messagef("your decision on it could not be read: %v", err))
	case override == journal.Keep && q.d.Mandatory:
		return q.byMandate(ctx)
	case override == journal.Keep:
		why := q.facts.whyKept(ctx)
		q.d = policy.Decision{Action: policy.Keep, ReasonCode: policy.ReasonOverride, Reasons: []language.Message{why}}
	// An approval replaces a review or a hold, and with it any waiting time.
	case override == journal.Approve:
		q.d.Action, q.d.Approved, q.d.Grace, q.d.NotBefore, q.d.ReasonCode = policy.Trash, true, false, time.Time{}, ""
		q.d.Reasons = append(q.d.Reasons, language.Messagef("you approved it"))
	default:
		return nil
	}
	return errDecided
}

// byMandate passes over the decision of the user to keep a file that a mandatory rule trashes. A file that an undo
// restored is kept all the same, or the next sweep would trash it again.
func (q *question) byMandate(ctx context.Context) error {
	why := q.facts.whyKept(ctx)
	restored, err := q.facts.restored(ctx)
	switch {
	case isTransient(ctx, err):
		return err
	case err != nil:
		q.d = hold(q.d, policy.ReasonUnknown, language.Messagef("cannot tell whether undo restored it: %v", err))
	case restored:
		why = language.Messagef("%s; what undo restored stays also if a rule is mandatory", why)
		q.d = policy.Decision{Action: policy.Keep, ReasonCode: policy.ReasonOverride, Reasons: []language.Message{why}}
	default:
		q.d.Reasons = append(q.d.Reasons, language.Messagef("%s, but the rule is mandatory", why))
		return nil
	}
	return errDecided
}

// byTag holds a picture that got a rating, a comment or the like since it was made, if the policy has the guard
// "tagged".
func (q *question) byTag(context.Context) error {
	if q.d.Action != policy.Trash || !holdsTag(q.policy, q.Verdict) {
		return nil
	}
	held := providers.Held{Guard: providers.GuardTagged, Why: whyTagged()}
	q.d = hold(q.d, policy.ReasonOf(held.Guard), held.Why)
	q.d.Guards = append(q.d.Guards, held)
	return errDecided
}

// whyTagged returns the reason of the guard tagged for a mark inside of the file.
func whyTagged() language.Message {
	return language.Messagef("a rating, a comment or the like was added to it")
}

// holdsTag reports whether the policy has the guard "tagged" and the picture has a tag in its bytes, which its storage
// does not know of.
func holdsTag(p *policy.Policy, v fingerprint.Verdict) bool {
	return v.Tagged() && slices.Contains(p.Protect, providers.GuardTagged)
}

// byClock holds what an age decides while the clock is in doubt.
func (q *question) byClock(context.Context) error {
	if q.doubt == nil || q.d.Action != policy.Trash && !q.d.Grace {
		return nil
	}
	q.d.Grace, q.d.NotBefore = false, time.Time{} // no grace begins by that clock either
	q.d = hold(q.d, policy.ReasonClock, q.doubt.Text())
	return errDecided
}

// whyKept returns the reason why the user's decision keeps a file.
func (s *Sweeper) whyKept(ctx context.Context, e providers.Entry) language.Message {
	record, err := s.o.Journal.OverrideRecord(ctx, e)
	switch on := record.At.Local().Format(time.DateOnly); {
	case err != nil || record.Override != journal.Keep:
		return language.Messagef("you kept or restored a file with the same content")
	case record.Undo != 0:
		return language.Messagef("you restored it on %s, by run %d", on, record.Undo)
	default:
		return language.Messagef("you kept it on %s", on)
	}
}

// hold changes a trash decision to a hold that has no end in time.
func hold(d policy.Decision, code policy.ReasonCode, why language.Message) policy.Decision {
	d.Action, d.ReasonCode = policy.Hold, code
	d.Reasons = append(d.Reasons, why)
	return d
}

// isTransient reports whether err is about a file that is gone or in flux, which the next scan will see, or whether ctx
// has ended.
func isTransient(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, providers.ErrChanged))
}

// overrideOf returns the user's decision on the file, or on any file with its content. Keep takes precedence, so that
// an approval by mistake does not delete a content that is kept.
func overrideOf(
	ctx context.Context, st *providers.Storage, r *reader, e providers.Entry, w overrides,
) (journal.Override, error) {
	override, err := w.of(ctx, e)
	if err != nil || override == journal.Keep {
		return override, err
	}
	// Almost no file has the size of a content with a decision, and only such a file has to be read.
	among, err := w.sized(ctx, e.Size)
	if err != nil || len(among) == 0 {
		return override, err
	}
	c, known := oneOf(among, e)
	if !known {
		c, err = content(ctx, st, r, e)
	}
	if err != nil {
		return override, err
	}
	if of, err := w.ofContent(ctx, c); err != nil || of != journal.NoOverride {
		return of, err
	}
	return override, nil
}

// oneOf returns the one of the contents that e has, by the hashes that are known without reading e. It returns the
// zero Content and true if e has none of them, and false if the hashes do not decide.
func oneOf(among []journal.Content, e providers.Entry) (_ journal.Content, known bool) {
	for _, c := range among {
		of := providers.Entry{Size: c.Size, Hashes: providers.Hashes{SHA256: c.SHA256}}
		same, known := of.Sums().Like(e.Sums())
		if !known {
			return journal.Content{}, false
		}
		if same {
			return c, true
		}
	}
	return journal.Content{}, true
}

// Content returns the content of the file, by which it is recognised under any name. It reads the whole file, unless
// the storage has the hash or the file was read before.
func (s *Sweeper) Content(ctx context.Context, st *providers.Storage, e providers.Entry) (journal.Content, error) {
	rec, err := s.o.Journal.Record(ctx, st.Name(), s.o.Policy.Detectors(st.Name()), e.Ref)
	if err == nil && rec.Entry.Revision == e.Revision && !e.Weak {
		e.Hashes = e.Hashes.Or(rec.Entry.Hashes)
	}
	return content(ctx, st, new(reader), e)
}

// differ reports whether the known hashes show that the two have different bytes.
func differ(a, b providers.Entry) bool {
	same, known := a.Sums().Like(b.Sums())
	return known && !same
}

// content returns the content of e: by its hash if that is known, or else by reading it whole, with the errors of
// reader.sumsOf.
func content(ctx context.Context, st *providers.Storage, r *reader, e providers.Entry) (journal.Content, error) {
	if e.SHA256 != ([sha256.Size]byte{}) {
		return journal.Content{Size: e.Size, SHA256: e.SHA256}, nil
	}
	r.open(ctx, st, e)
	sums, err := r.sumsOf(e)
	return journal.Content{Size: e.Size, SHA256: sums.SHA256}, err
}
