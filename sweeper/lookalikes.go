package sweeper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"strconv"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// A picture without other evidence is compared by what it looks like if the policy has copies: on. Decoding costs a
// hundred times more than all else, so it comes last: only if a known picture has the shape, and once for each state of
// a file. As what is known by bytes, the result is weighed with the verdict each time it is used.

// lookalikes has the known pictures by what they look like, as of one state of the journal. nil: the policy does not
// ask for them. Several goroutines may read it at once.
type lookalikes struct {
	originals perceptual.Index
	uploads   perceptual.Index           // what looks like one is no copy of an original
	unlooked  bool                       // of an upload it is not known what it looks like
	about     []original                 // by their numbers in originals
	seen      map[[sha256.Size]byte]bool // known pictures that were decoded
	state     int64                      // changes whenever the indexes do; never 0
	learnt    journal.KnownState
	decoder   *thumbnail.Maker
}

// original describes the picture that another one looks like.
type original struct {
	name    string
	product fingerprint.Product
	learnt  time.Time
}

// lookalikes returns the known pictures as they are now; nil if the policy does not ask for them. It reads them only if
// something was learnt or forgotten since.
func (s *Sweeper) lookalikes(ctx context.Context) (*lookalikes, error) {
	if !s.o.Policy.Copies {
		return nil, nil
	}
	k, err := s.learnt(ctx)
	if err != nil {
		return nil, err
	}
	s.comparing.Lock()
	defer s.comparing.Unlock()
	if s.alike == nil || s.alike.learnt != k.state {
		x, err := s.readLookalikes(ctx, k)
		if err != nil {
			return nil, err
		}
		s.alike = x
	}
	return s.alike, nil
}

// readLookalikes reads the known pictures.
func (s *Sweeper) readLookalikes(ctx context.Context, k knowledge) (*lookalikes, error) {
	x := &lookalikes{seen: map[[sha256.Size]byte]bool{}, learnt: k.state, decoder: s.decoder}
	unlooked := map[[sha256.Size]byte]bool{} // uploads, by one of their sources
	all := sha256.New()
	err := s.o.Journal.KnownPictures(ctx, func(p known.Picture) {
		// An original may be an upload by another source, which need not have its look.
		m, _ := k.set.Of(p.Size, p.Hashes)
		uploaded := p.Origin == known.Uploaded || m.Uploaded()
		if p.Perceptual == ([perceptual.Size]byte{}) {
			if p.Origin == known.Uploaded {
				unlooked[p.SHA256] = true
			}
			return
		}
		x.seen[p.SHA256] = true
		l := perceptual.Look{Quality: p.Quality, Ratio: float64(p.Width) / float64(max(p.Height, 1))}
		_ = l.Hash.UnmarshalBinary(p.Perceptual[:]) // never fails for this length
		if !l.Usable() && !uploaded {
			return
		}
		origin := p.Origin
		if uploaded {
			origin = known.Uploaded
		}
		all.Write(append(p.Perceptual[:], byte(origin)))
		if uploaded {
			x.uploads.Add(l)
		} else {
			x.originals.Add(l)
			x.about = append(x.about, original{name(p), p.Product, p.Learnt})
		}
	})
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(unlooked, func(sum [sha256.Size]byte, _ bool) bool { return x.seen[sum] })
	x.unlooked = len(unlooked) > 0
	x.state = int64(binary.BigEndian.Uint64(all.Sum(nil))>>1) | 1
	return x, nil
}

// name returns the name of an original.
func name(p known.Picture) string {
	if p.Title != "" {
		return strconv.Quote(p.Title)
	}
	return fmt.Sprintf("the picture %x", p.SHA256[:4])
}

// weigh adds to the record the known picture that most looks like this one, if there is one. This one may be a copy of
// an upload of which the look is not known; so while there are such uploads, it is possible at most, and unchecked.
func (x *lookalikes) weigh(rec *journal.Record, looks []perceptual.Look) {
	v := rec.Verdict
	if x == nil || !v.Unsettled() {
		return
	}
	best, least := 0, perceptual.Near+1
	for _, l := range looks {
		if _, _, ok := x.uploads.Nearest(l, perceptual.Near); ok {
			return
		}
		if n, d, ok := x.originals.Nearest(l, least-1); ok {
			best, least = n, d
		}
	}
	if least > perceptual.Near {
		return
	}
	p := x.about[best]
	w := v.As(p.name, least, p.product)
	if x.unlooked && w.LooksLike() {
		w = w.Uncheck()
	}
	rec.Verdict = w
	countFrom(rec, p.learnt)
}

// mayHave reports whether a picture with that verdict may look like a known one.
func (x *lookalikes) mayHave(v fingerprint.Verdict) bool {
	return x != nil && v.Unsettled() && x.originals.MayHave(v.Width, v.Height)
}

// look returns what a picture looks like, for a scan; nothing if it cannot be decoded. The look of a remote storage's
// file is that of the thumbnail that the storage makes, which may be of older bytes.
func (x *lookalikes) look(
	ctx context.Context, st *providers.Storage, e providers.Entry, width, height int,
) ([]perceptual.Look, error) {
	if !isRemote(st) {
		return x.lookWhole(ctx, st, e, width, height)
	}
	if !st.Can().Has(providers.CanThumbnail) {
		return nil, nil
	}
	small, err := fetchThumbnail(ctx, st, e)
	if errors.Is(err, fs.ErrNotExist) { // the storage makes none of this file
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return x.decode(ctx, thumbnail.Picture{Size: int64(len(small)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(small)), nil
	}}, width, height)
}

// lookWhole returns what the bytes of the file itself look like; nothing if they cannot be decoded, are more than
// thumbnail.MaxBytes, or are not on this machine's disk.
func (x *lookalikes) lookWhole(
	ctx context.Context, st *providers.Storage, e providers.Entry, width, height int,
) ([]perceptual.Look, error) {
	if !isRemote(st) {
		if online, err := st.Online(ctx, e); online || err != nil {
			return nil, err
		}
	}
	return x.decode(ctx, thumbnail.Picture{Size: e.Size, Open: func() (io.ReadCloser, error) {
		return st.ReadRange(ctx, e, 0, e.Size)
	}}, width, height)
}

// decode returns the looks of a picture of a file with that size in pixels; none if it cannot be decoded.
func (x *lookalikes) decode(
	ctx context.Context, p thumbnail.Picture, width, height int,
) ([]perceptual.Look, error) {
	gray, _, err := x.decoder.Gray(ctx, p)
	if thumbnail.IsFinal(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	looks := perceptual.Looks(perceptual.Gray(gray))
	looks[0].Ratio = float64(width) / float64(max(height, 1)) // a thumbnail's is rounded
	return looks, nil
}

// maxThumbnail is the size of the largest thumbnail that a storage makes, in bytes.
const maxThumbnail = 4 << 20

// fetchThumbnail returns the thumbnail that a storage makes of a file, with about thumbnail.Side pixels on its longer
// side. A longer answer than maxThumbnail is cut off, and fails to decode.
func fetchThumbnail(ctx context.Context, st *providers.Storage, e providers.Entry) ([]byte, error) {
	rc, err := st.Thumbnail(ctx, e, thumbnail.Side)
	if err != nil {
		return nil, err
	}
	small, err := io.ReadAll(io.LimitReader(rc, maxThumbnail))
	return small, errors.Join(err, rc.Close())
}

// weighLook adds to the verdict the known picture that this one looks like. It decodes the file itself now, whatever is
// stored of it and whatever a storage shows of it. A file that cannot be decoded looks like none.
func (s *Sweeper) weighLook(ctx context.Context, st *providers.Storage, rec *journal.Record) error {
	v := rec.Verdict
	if !s.o.Policy.Copies || !v.Unsettled() {
		return nil
	}
	x, err := s.lookalikes(ctx)
	if err != nil || !x.mayHave(v) {
		return err
	}
	looks, err := x.lookWhole(ctx, st, rec.Entry, v.Width, v.Height)
	if err != nil {
		return fmt.Errorf("compare it with the known pictures: %w", err)
	}
	x.weigh(rec, looks)
	return nil
}

// recallLook adds to the verdict the known picture that this one looks like, by what a scan has stored of it.
func (s *Sweeper) recallLook(ctx context.Context, st *providers.Storage, rec *journal.Record) error {
	if !s.o.Policy.Copies || !rec.Verdict.Unsettled() {
		return nil
	}
	l, ok, err := s.o.Journal.LookOf(ctx, st.Name(), rec.Entry)
	if err != nil || !ok {
		return err
	}
	x, err := s.lookalikes(ctx)
	if err == nil {
		x.weigh(rec, l.Looks)
	}
	return err
}

// The part of a scan that compares pictures.

// mayLookAlike reports whether a plain image has to be looked at again, because a known picture may look like it.
func (sc *scan) mayLookAlike(e providers.Entry) bool {
	x := sc.lookalikes
	if x == nil || x.originals.Len() == 0 {
		return false
	}
	l, ok := sc.looks.Of(e)
	switch {
	case !ok:
		return true
	case l.Clear == x.state:
		return false
	case !l.Decoded && x.originals.MayHave(l.Width, l.Height):
		return true
	}
	plain := journal.Record{Verdict: fingerprint.Verdict{MediaType: "image/png"}}
	if x.weigh(&plain, l.Looks); plain.Verdict.LooksLike() {
		return true
	}
	l.Clear = x.state
	sc.looks.Put(e, l)
	return false
}

// look stores what a picture looks like, if it has to be compared and this is not known yet. An error leaves it to the
// next scan.
func (sc *scan) look(ctx context.Context, e providers.Entry, base fingerprint.Verdict) {
	x := sc.lookalikes
	if x == nil || base.MediaType == "" {
		return
	}
	v := sc.knowledge.verdict(e, base)
	l, ok := sc.looks.Of(e)
	wanted := x.mayHave(v) || sc.isUnseenOriginal(e, base)
	if ok && (l.Decoded || !wanted) || sc.failedToLook(e.Ref) {
		return
	}
	l = journal.Look{Width: base.Width, Height: base.Height, Decoded: wanted || !v.Unsettled()}
	if wanted {
		var err error
		if l.Looks, err = x.look(ctx, sc.st, e, base.Width, base.Height); err != nil {
			sc.count(func(sum *Summary) {
				sc.unlooked[e.Ref] = true
				if !isTransient(ctx, err) {
					sum.problem(sc.st.Name(), e.Path, "compare", err)
				}
			})
			return
		}
	}
	sc.looks.Put(e, l)
}

// failedToLook reports whether this scan has tried to compare the file.
func (sc *scan) failedToLook(ref providers.Ref) bool {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	return sc.unlooked[ref]
}

// isUnseenOriginal reports whether a file is a verified original of which it is not known what it looks like.
func (sc *scan) isUnseenOriginal(e providers.Entry, base fingerprint.Verdict) bool {
	return base.Twin.Size > 0 && e.SHA256 != ([sha256.Size]byte{}) && !sc.lookalikes.seen[e.SHA256]
}

// weigh returns the verdict of the detectors with all that is known of the picture.
func (sc *scan) weigh(e providers.Entry, base fingerprint.Verdict) fingerprint.Verdict {
	rec := journal.Record{Entry: e, Verdict: base}
	sc.weighRecord(&rec)
	return rec.Verdict
}

// weighRecord adds all that is known of the picture to its record.
func (sc *scan) weighRecord(rec *journal.Record) {
	sc.knowledge.weigh(rec)
	if sc.lookalikes == nil || !rec.Verdict.Unsettled() {
		return
	}
	l, _ := sc.looks.Of(rec.Entry)
	sc.lookalikes.weigh(rec, l.Looks)
}

// original returns the verified picture that the record is of, with what it looks like; ok is false if it is none, or
// if all of that is known already.
func (sc *scan) original(rec journal.Record) (p known.Picture, ok bool) {
	p, ok = sc.knowledge.original(rec)
	if sc.lookalikes == nil || !sc.isUnseenOriginal(rec.Entry, rec.Verdict) {
		return p, ok
	}
	l, _ := sc.looks.Of(rec.Entry)
	if len(l.Looks) == 0 {
		return p, ok
	}
	if !ok {
		if m, met := sc.knowledge.of(rec.Entry); !met || m.Uploaded() || rec.Entry.Weak {
			return p, false
		}
		p, ok = verified(rec), true // once more, with its look
	}
	copy(p.Perceptual[:], binaryOf(l.Looks[0].Hash))
	p.Quality, p.Title = l.Looks[0].Quality, rec.Entry.Name()
	return p, ok
}

// binaryOf returns a hash in the form in which the journal has it.
func binaryOf(h perceptual.Hash) []byte {
	b, _ := h.AppendBinary(nil) // never fails
	return b
}

// anew reports whether the storage has to be listed from the beginning, because its plain images were not compared with
// these known pictures yet.
func (sc *scan) anew() bool {
	x := sc.lookalikes
	return x != nil && x.originals.Len() > 0 && sc.looks.Compared() != x.state
}

// lookAgain makes the next scan compare what this one could not, even if the storage's feed does not name it again.
func (sc *scan) lookAgain() {
	if !sc.follows() {
		return
	}
	for ref := range sc.unlooked {
		sc.seen.Retry(ref)
	}
}

// saveLooks stores what the pictures look like.
func (sc *scan) saveLooks(ctx context.Context, p *pass) error {
	if sc.lookalikes == nil {
		return nil
	}
	whole := p.complete() && p.since == ""
	if whole {
		sc.looks.SetCompared(sc.lookalikes.state)
	}
	return sc.looks.Save(ctx, whole && !sc.st.Part())
}
