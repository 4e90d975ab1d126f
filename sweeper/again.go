package sweeper

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// A twin that was listed before the scan had verified its original did not count as one. So if a twin of a new original
// may be among the files, a storage that costs little to list is listed once more when all storages are scanned, and
// the plain images of that size are examined again.

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

// originalsFirst returns the storages in the order in which they are scanned. Only files that cost little to read whole
// are verified in a scan, so that these come first: an account then knows their twins by the hashes that it lists.
func (s *Sweeper) originalsFirst() []*providers.Storage {
	return slices.SortedStableFunc(slices.Values(s.o.Storages), func(a, b *providers.Storage) int {
		switch {
		case isRemote(a) == isRemote(b):
			return 0
		case isRemote(b):
			return -1
		}
		return 1
	})
}

// findTwins finds what the scans have missed: the twins of originals that they verified later. They are in the order in
// which they ran.
func findTwins(ctx context.Context, scans []*scan) {
	for i, sc := range scans {
		var new []known.Picture
		for _, later := range scans[i:] {
			new = append(new, later.originals...)
		}
		if err := sc.again(ctx, new); err != nil && ctx.Err() == nil {
			// The next scan finds them.
			sc.sum.problem(sc.st.Name(), "", "look for pictures without their credentials", err)
		}
	}
}

// again finds the twins of the originals. An account is not listed twice: its next listing finds them. With All the
// plain images have been reported already, so that they wait for the next scan, too.
func (sc *scan) again(ctx context.Context, originals []known.Picture) error {
	if isRemote(sc.st) || sc.options.All || !sc.remembers() {
		return nil
	}
	twins := map[int64]bool{}
	for _, p := range originals {
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
	sc.knowledge, sc.asking, sc.pass = k, asking{}, newPass("")
	// A twin is kept with its original, which has to be known for this.
	sc.decider.learnt = func(context.Context) (knowledge, error) { return k, nil }
	r := new(reader)
	for c, err := range sc.st.Changes(ctx, "") {
		// The first listing has reported the errors.
		if err != nil || c.Checkpoint() || c.Gone || !twins[c.Entry.Size] {
			continue
		}
		if known := sc.seen.Get(c.Entry); known == journal.PlainImage || known == journal.Waiting {
			counted := sc.sum.Images
			sc.judge(ctx, r, listed{Entry: c.Entry, known: known})
			sc.sum.Images = counted
		}
	}
	sc.endGraces(ctx)
	err = sc.seen.Save(ctx, sc.seen.Cursor(), false)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a journal that is open for reading remembers nothing
	}
	return err
}
