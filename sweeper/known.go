package sweeper

import (
	"context"
	"crypto/sha256"
	"fmt"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/known"
	"sweepd/providers"
)

// The verdicts in the journal are those of the detectors alone. What is known of a file's bytes is weighed with a
// verdict each time it is used, so that nothing outlives the source from which it was learnt. A plain image whose size
// is known has a Record with its hash, so that it is read only once for this.

// knowledge has the known pictures as of one state of the journal.
type knowledge struct {
	set   *known.Set
	state int64
}

// learnt returns the known pictures as they are now. It reads them only if something was learnt or forgotten since.
func (s *Sweeper) learnt(ctx context.Context) (k knowledge, err error) {
	s.knowing.Lock()
	defer s.knowing.Unlock()
	state, err := s.o.Journal.KnownState(ctx)
	if err == nil && (s.known.set == nil || s.known.state != state) {
		s.known.set, s.known.state, err = s.o.Journal.Known(ctx)
	}
	if err != nil {
		return knowledge{}, fmt.Errorf("read what was learnt: %w", err)
	}
	return s.known, nil
}

// of returns what is known of the bytes of a file, as far as its hashes are known.
func (k knowledge) of(e providers.Entry) (known.Match, bool) { return k.set.Of(e.Size, e.Hashes) }

// weigh returns the verdict of the detectors with what is known of the bytes.
func (k knowledge) weigh(e providers.Entry, v fingerprint.Verdict) fingerprint.Verdict {
	if m, ok := k.of(e); ok && v.MediaType != "" {
		return m.Weigh(v)
	}
	return v
}

// unhashed reports whether the file has to be hashed to be looked up.
func (k knowledge) unhashed(e providers.Entry) bool {
	return e.Hashes == (providers.Hashes{}) && e.Size <= maxHashed && k.set.HasSize(e.Size)
}

// weighKnown adds to the verdict of the detectors what is known of the bytes of the file that r is at. It reads the
// file if a known picture has its size, unless the storage has reported a hash of all its bytes, or reading costs much
// and the verdict is none.
func (s *Sweeper) weighKnown(ctx context.Context, st *providers.Storage, r *reader, rec *journal.Record) error {
	k, err := s.learnt(ctx)
	if err != nil || rec.Verdict.MediaType == "" || !k.set.HasSize(rec.Entry.Size) {
		return err
	}
	e := rec.Entry
	if !isRemote(st) || e.Hashes == (providers.Hashes{}) && rec.Verdict.Confidence > fingerprint.None {
		r.open(ctx, st, e)
		sums, err := r.sumsOf(e)
		if err != nil {
			return err
		}
		e.Hashes = sums
	}
	rec.Verdict = k.weigh(e, rec.Verdict)
	return nil
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
