package sweeper

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// The verdicts in the journal are those of the detectors alone. Knowledge of a file's bytes is weighed with a verdict
// each time it is used, so that nothing outlives the source from which it was learnt. A plain image whose size is known
// has a Record with its hash, so that it is read only once for this.

// knowledge has the known pictures as of one state of the journal.
type knowledge struct {
	set     *known.Set
	state   journal.KnownState
	exports []string // the paths of the data exports that were learnt
	// answers are OpenAI's, by the bytes that they are about. They are nil for a storage for which the policy does not
	// ask, so that no answer of OpenAI counts there.
	answers answers
}

// answers are by size and SHA-256.
type answers map[int64]map[[sha256.Size]byte]fingerprint.Answer

// learnt returns the known pictures as they are now. It reads them only if something was learnt or forgotten since.
func (s *Sweeper) learnt(ctx context.Context) (knowledge, error) {
	state, err := s.o.Journal.KnownState(ctx)
	if err != nil {
		return knowledge{}, fmt.Errorf("read what was learnt: %w", err)
	}
	return s.learntBy(ctx, state)
}

// learntBy returns the known pictures as of that state of the journal, or of a later one.
func (s *Sweeper) learntBy(ctx context.Context, state journal.KnownState) (knowledge, error) {
	s.knowing.Lock()
	defer s.knowing.Unlock()
	if s.known.set == nil || s.known.state != state {
		if err := s.readKnown(ctx); err != nil {
			return knowledge{}, fmt.Errorf("read what was learnt: %w", err)
		}
	}
	return s.known, nil
}

// readKnown reads the known pictures and the paths of the exports.
func (s *Sweeper) readKnown(ctx context.Context) (err error) {
	k := knowledge{}
	if k.set, k.state, err = s.o.Journal.Known(ctx); err != nil {
		return err
	}
	sources, err := s.o.Journal.Sources(ctx)
	if err != nil {
		return err
	}
	for _, from := range sources {
		if from.Kind == known.Export {
			k.exports = append(k.exports, from.Path)
		}
	}
	s.known = k
	return nil
}

// inExport returns the path of the data export that has the file of this machine at path, or "" if none has.
func (k knowledge) inExport(path string) string {
	for _, at := range k.exports {
		if within(path, at) {
			return at
		}
	}
	return ""
}

// of returns what is known of the bytes of a file, as far as its hashes are known.
func (k knowledge) of(e providers.Entry) (known.Match, bool) { return k.set.Of(e.Size, e.Hashes) }

// has reports whether anything is known of the bytes of a file, as far as its hashes are known.
func (k knowledge) has(e providers.Entry) bool {
	_, known := k.of(e)
	_, answered := k.answer(e)
	return known || answered
}

// answer returns OpenAI's answer about the bytes of a file.
func (k knowledge) answer(e providers.Entry) (a fingerprint.Answer, ok bool) {
	a, ok = k.answers[e.Size][e.SHA256]
	return a, ok
}

// hasSize reports whether anything is known of any bytes of that size.
func (k knowledge) hasSize(size int64) bool { return k.set.HasSize(size) || len(k.answers[size]) > 0 }

// weigh adds what is known of the bytes to the record, whose verdict is that of the detectors. Knowledge from the
// person's own pictures settles what OpenAI is asked about.
func (k knowledge) weigh(rec *journal.Record) {
	if k.set.Len() == 0 && len(k.answers) == 0 {
		return
	}
	if m, ok := k.of(rec.Entry); rec.Verdict.MediaType != "" && k.gave(rec.Verdict.Twin) {
		rec.Verdict = rec.Verdict.With(fingerprint.Given, fingerprint.NoProduct)
	} else if ok && rec.Verdict.MediaType != "" {
		if rec.Verdict = m.Weigh(rec.Verdict); m.Ours() {
			countFrom(rec, m.Learnt)
		}
	}
	if a, ok := k.answer(rec.Entry); ok && askable(rec.Entry, rec.Verdict) {
		if rec.Verdict = rec.Verdict.Answered(a); rec.Verdict.HasAnswer() {
			countFrom(rec, a.At)
		}
	}
}

// verdict returns the verdict of weigh.
func (k knowledge) verdict(e providers.Entry, base fingerprint.Verdict) fingerprint.Verdict {
	rec := journal.Record{Entry: e, Verdict: base}
	k.weigh(&rec)
	return rec.Verdict
}

// countFrom sets the times of a record whose verdict has evidence that was learnt at a time. A grace that began
// earlier was for another verdict, and a file that was only seen earlier had not been found.
func countFrom(rec *journal.Record, learnt time.Time) {
	if rec.Marked.Before(learnt) {
		rec.Marked = time.Time{}
	}
	if !rec.FirstSeen.IsZero() && rec.FirstSeen.Before(learnt) {
		rec.FirstSeen = learnt
	}
}

// gave reports whether the person gave the picture without its credential to ChatGPT. Then the picture with it is
// theirs too, wherever it is.
func (k knowledge) gave(t fingerprint.Twin) bool {
	m, ok := k.set.Of(t.Size, providers.Hashes{SHA256: t.SHA256})
	return ok && m.Uploaded()
}

// unhashed reports whether the file has to be hashed to be looked up.
func (k knowledge) unhashed(e providers.Entry) bool {
	return e.Hashes == (providers.Hashes{}) && e.Size <= maxHashed && k.hasSize(e.Size)
}

// weighKnown adds to the verdict of the detectors what is known of the bytes of the file, before it may be moved, and
// returns it. If that speaks for ChatGPT, the file is hashed anew, unless reading costs much: then the storage has just
// reported a hash of all its bytes. It is hashed anew in any case if OpenAI has answered about a picture of its size.
func (s *Sweeper) weighKnown(
	ctx context.Context, st *providers.Storage, r *reader, rec *journal.Record,
) (m known.Match, err error) {
	k, err := s.learnt(ctx)
	if err == nil {
		k.answers, err = s.answersOfSize(ctx, st, rec.Entry)
	}
	if err != nil || rec.Verdict.MediaType == "" {
		return m, err
	}
	e := rec.Entry
	m, _ = k.of(e)
	unhashed := e.Hashes == (providers.Hashes{}) && (!isRemote(st) || rec.Verdict.Confidence > fingerprint.None)
	if k.hasSize(e.Size) && (unhashed || m.Ours() && !isRemote(st) || k.answers != nil) {
		r.open(ctx, st, e)
		if e.Hashes, err = r.sumsOf(e); err != nil {
			return m, err
		}
		m, _ = k.of(e)
	}
	hashed := *rec
	hashed.Entry = e
	k.weigh(&hashed)
	hashed.Entry, *rec = rec.Entry, hashed
	return m, nil
}

// Known is where a known picture comes from.
type Known struct {
	Conversation string // its id; "" if it is not known
	Title        string
	Link         string // to the conversation

	Original     providers.Hashes // of a twin: the picture with its credential
	OriginalSize int64
}

// locate sets f.Known, as far as something is known of the bytes.
func (s *Sweeper) locate(ctx context.Context, f *Found) error {
	about := &f.Known
	if !f.match.Ours() {
		return nil
	}
	all, err := s.o.Journal.KnownBy(ctx, f.match.SHA256)
	for _, p := range all {
		if p.SHA256 != f.match.SHA256 { // f is its twin
			about.Original, about.OriginalSize = p.Hashes, p.Size
		}
	}
	if about.OriginalSize > 0 && err == nil {
		var more []journal.KnownPicture
		more, err = s.o.Journal.KnownBy(ctx, about.Original.SHA256)
		all = append(all, more...)
	}
	for _, p := range all {
		if p.Origin == known.Generated && p.Conversation != "" && about.Conversation == "" {
			about.Conversation, about.Title, about.Link = p.Conversation, p.Title, p.Link()
		}
	}
	return err
}

// verified records originals, if there are any, so that the next use of what is known has them.
func (s *Sweeper) verified(ctx context.Context, originals []known.Picture) error {
	if len(originals) == 0 {
		return nil
	}
	err := s.o.Journal.Verified(ctx, originals)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a journal that is open for reading remembers nothing
	}
	s.knowing.Lock()
	defer s.knowing.Unlock()
	s.known = knowledge{}
	return err
}

// original returns the verified picture that the record is of. ok is false if it is none, or if it is known already.
func (k knowledge) original(rec journal.Record) (p known.Picture, ok bool) {
	e, v := rec.Entry, rec.Verdict
	if v.Twin.Size == 0 || e.SHA256 == ([sha256.Size]byte{}) || e.Weak {
		return p, false
	}
	if m, met := k.of(e); met && (m.Verified() || m.Uploaded()) {
		return p, false
	}
	return verified(rec), true
}

// verified returns the picture that the record is of, which has a verified credential.
func verified(rec journal.Record) known.Picture {
	e, v := rec.Entry, rec.Verdict
	return known.Picture{
		Origin: known.Verified, Size: e.Size, Hashes: e.Sums(), Twin: v.Twin, MediaType: v.MediaType,
		Width: v.Width, Height: v.Height, Product: v.Product, Made: v.Made,
	}
}
