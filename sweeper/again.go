package sweeper

import (
	"context"
	"errors"
	"io/fs"

	"github.com/sweepd/sweepd/journal"
)

// A twin that was listed before the scan had verified its original did not count as one. So if a twin of a new original
// may be among the files, the storage is listed once more, and the plain images of that size are examined again.

// sizes is a set of file sizes, of which some share a bit.
type sizes [1 << 14]uint64

// bit returns the place of a size: the element that has its bit, and the bit. Sizes that differ by a multiple of the
// number of bits, 1 Mi, share one.
func (s *sizes) bit(size int64) (word *uint64, mask uint64) {
	n := uint64(size) % (64 * uint64(len(s)))
	return &s[n/64], 1 << (n % 64)
}

// add adds a size.
func (s *sizes) add(size int64) {
	word, mask := s.bit(size)
	*word |= mask
}

// mayHave reports whether that size was added, or one that shares its bit.
func (s *sizes) mayHave(size int64) bool {
	word, mask := s.bit(size)
	return *word&mask != 0
}

// again finds the twins of the originals that this scan has verified. An account is not listed twice: its next listing
// finds them. With All the plain images have been reported already, so that they wait for the next scan, too.
func (sc *scan) again(ctx context.Context) error {
	if isRemote(sc.st) || sc.options.All {
		return nil
	}
	twins := map[int64]bool{}
	for _, p := range sc.originals {
		if sc.sizes.mayHave(p.Twin.Size) {
			twins[p.Twin.Size] = true
		}
	}
	if len(twins) == 0 {
		return nil
	}
	k, err := sc.decider.s.learnt(ctx)
	if err != nil {
		return err
	}
	k.answers = sc.knowledge.answers
	sc.knowledge, sc.originals, sc.asking, sc.pass = k, nil, asking{}, newPass("")
	// A twin is kept with its original, which has to be known for this.
	sc.decider.learnt = func(context.Context) (knowledge, error) { return k, nil }
	r := new(reader)
	for c, err := range sc.st.Changes(ctx, "") {
		// The first listing has reported the errors.
		if err != nil || c.Checkpoint() || c.Gone || !twins[c.Entry.Size] ||
			sc.seen.Get(c.Entry) != journal.PlainImage {
			continue
		}
		counted := sc.sum.Images
		sc.judge(ctx, r, listed{Entry: c.Entry, known: journal.PlainImage})
		sc.sum.Images = counted
	}
	err = sc.seen.Save(ctx, sc.seen.Cursor(), false)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a journal that is open for reading remembers nothing
	}
	return err
}
