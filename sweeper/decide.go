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

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
)

// facts are what a decision on a recorded file depends on.
func facts(storage string, rec journal.Record) policy.Facts {
	return policy.Facts{Storage: storage, Entry: rec.Entry, Verdict: rec.Verdict, FirstSeen: rec.FirstSeen, Marked: rec.Marked}
}

// words are what persons said: as it was when a scan began, or as it is at the
// moment of acting.
type words interface {
	of(ctx context.Context, e providers.Entry) (journal.Word, error)
	sized(ctx context.Context, size int64) ([]journal.Content, error) // of which something was said
	ofContent(ctx context.Context, c journal.Content) (journal.Word, error)
}

type wordsThen struct{ journal.Words }

func (w wordsThen) of(_ context.Context, e providers.Entry) (journal.Word, error) {
	return w.Of(e), nil
}

func (w wordsThen) sized(_ context.Context, size int64) ([]journal.Content, error) {
	return w.Sized(size), nil
}

func (w wordsThen) ofContent(_ context.Context, c journal.Content) (journal.Word, error) {
	return w.OfContent(c), nil
}

type wordsNow struct{ *journal.Journal }

func (w wordsNow) of(ctx context.Context, e providers.Entry) (journal.Word, error) {
	return w.Word(ctx, e)
}

func (w wordsNow) sized(ctx context.Context, size int64) ([]journal.Content, error) {
	return w.SaidOfSize(ctx, size)
}

func (w wordsNow) ofContent(ctx context.Context, c journal.Content) (journal.Word, error) {
	return w.WordOf(ctx, c)
}

// decide is due, and then whatever guard holds a file that is. To a far storage
// that is a request a file, and one that is asked again before the file is
// moved; there only what its entry says already holds it before.
func (s *Sweeper) decide(ctx context.Context, st *providers.Storage, r *reader, rec journal.Record, w words) (policy.Decision, error) {
	d, err := s.due(ctx, st, r, rec, w)
	switch {
	case err != nil || d.Action != policy.Trash || d.Approved:
		return d, err
	case !far(st):
		return s.guarded(ctx, st, rec, d)
	}
	for _, h := range shown(rec.Entry) {
		if slices.Contains(s.o.Policy.Protect, h.Guard) {
			d = hold(d, cmp.Or(d.Ground, policy.GroundOf(h.Guard)), h.Why)
			d.Guards = append(d.Guards, h)
		}
	}
	return d, nil
}

// shown are the guards that a far storage's entry speaks for by itself.
func shown(e providers.Entry) (held []providers.Held) {
	if e.Starred {
		held = append(held, providers.Held{Guard: providers.GuardTagged, Why: "it has a star"})
	}
	if e.Shared {
		held = append(held, providers.Held{Guard: providers.GuardShared, Why: "it is shared with other people"})
	}
	return held
}

// guarded holds a file that is due if a guard holds it.
func (s *Sweeper) guarded(ctx context.Context, st *providers.Storage, rec journal.Record, d policy.Decision) (policy.Decision, error) {
	held, err := st.Guards(ctx, rec.Entry)
	if passing(ctx, err) {
		return d, err
	}
	if err != nil {
		return hold(d, policy.GroundUnknown, err.Error()), nil
	}
	for _, h := range held {
		d = hold(d, cmp.Or(d.Ground, policy.GroundOf(h.Guard)), h.Why)
	}
	d.Guards = held
	return d, nil
}

// due is what is to become of a recorded file, but for the guards, which
// Storage.Trash asks again: the policy first, which is never made to delete
// what its rules keep; then a person's word; then the clock. An error says that
// the file is gone or in flux, or that ctx has ended; whatever else cannot be
// found out holds it.
func (s *Sweeper) due(ctx context.Context, st *providers.Storage, r *reader, rec journal.Record, w words) (policy.Decision, error) {
	d := s.o.Policy.Decide(facts(st.Name(), rec), s.o.Now())
	if d.Action == policy.Keep {
		return d, nil
	}
	word, err := said(ctx, st, r, rec.Entry, w)
	switch {
	case passing(ctx, err):
		return d, err
	case err != nil:
		return hold(d, policy.GroundUnknown, fmt.Sprintf("it could not be found out what you said of it: %v", err)), nil
	case word == journal.Keep:
		return policy.Decision{Action: policy.Keep, Ground: policy.GroundWord, Reasons: []string{s.whyKept(ctx, rec.Entry)}}, nil
	case word == journal.Approve:
		d.Action, d.Approved, d.Grace, d.NotBefore, d.Ground = policy.Trash, true, false, time.Time{}, ""
		d.Reasons = append(d.Reasons, "you approved it as it is")
		return d, nil
	case s.doubt != nil && (d.Action == policy.Trash || d.Grace):
		d.Grace, d.NotBefore = false, time.Time{} // nor does a grace begin by that clock
		return hold(d, policy.GroundClock, s.doubt.Error()), nil
	}
	return s.unreturned(ctx, st, r, rec.Entry, d)
}

// whyKept is how a file came to be kept by a person's word.
func (s *Sweeper) whyKept(ctx context.Context, e providers.Entry) string {
	said, err := s.o.Journal.Said(ctx, e)
	switch on := said.At.Local().Format(time.DateOnly); {
	case err != nil || said.Word != journal.Keep:
		return "you said keep to, or brought back, a file with the same content"
	case said.Undo != 0:
		return fmt.Sprintf("you brought it back on %s, by run %d", on, said.Undo)
	default:
		return "you said keep on " + on
	}
}

// hold puts a trash off for a reason that no time ends.
func hold(d policy.Decision, ground policy.Ground, why string) policy.Decision {
	d.Action, d.Ground = policy.Hold, ground
	d.Reasons = append(d.Reasons, why)
	return d
}

// passing reports whether err is of a file that is gone or in flux, of which
// the next scan will know, or of a context that has ended.
func passing(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, providers.ErrChanged))
}

// said is what a person said of the file, or of any file with its content.
// Keep outranks: what is kept by content is not approved by mistake.
func said(ctx context.Context, st *providers.Storage, r *reader, e providers.Entry, w words) (journal.Word, error) {
	word, err := w.of(ctx, e)
	if err != nil || word == journal.Keep {
		return word, err
	}
	among, err := w.sized(ctx, e.Size)
	if err != nil || len(among) == 0 {
		return word, err
	}
	c, known := oneOf(among, e)
	if !known {
		c, err = content(ctx, st, r, e)
	}
	if err != nil {
		return word, err
	}
	if of, err := w.ofContent(ctx, c); err != nil || of != journal.NoWord {
		return of, err
	}
	return word, nil
}

// oneOf is which of the contents e has, by what is known of it unread; the zero
// Content, and known, where it has none of them.
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

// Content is what is in the file, to know it again under any name. The whole
// file is read for it, unless the storage says it or it was read before.
func (s *Sweeper) Content(ctx context.Context, st *providers.Storage, e providers.Entry) (journal.Content, error) {
	rec, err := s.o.Journal.Record(ctx, st.Name(), fingerprint.Version, e.Ref)
	if err == nil && rec.Entry.Revision == e.Revision && !e.Weak {
		e.Hashes = e.Hashes.Or(rec.Entry.Hashes)
	}
	return content(ctx, st, new(reader), e)
}

// differ reports whether what is known of the two says that they have other bytes.
func differ(a, b providers.Entry) bool {
	same, known := a.Sums().Like(b.Sums())
	return known && !same
}

func content(ctx context.Context, st *providers.Storage, r *reader, e providers.Entry) (journal.Content, error) {
	if e.SHA256 != ([sha256.Size]byte{}) {
		return journal.Content{Size: e.Size, SHA256: e.SHA256}, nil
	}
	r.open(ctx, st, e)
	sums, err := r.sumsOf(e)
	return journal.Content{Size: e.Size, SHA256: sums.SHA256}, err
}
