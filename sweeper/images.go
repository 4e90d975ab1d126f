package sweeper

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// Image is one picture with all the places where it was found.
type Image struct {
	Hashes providers.Hashes // all known hashes of its bytes
	Places []Found          // the surest verdict first, then by storage and path
}

// Images groups the files that have the same bytes: the same length and the same hash of a kind that two of them
// have. A picture and its known twin are one image, too. A file without a hash is read if reading costs little and
// another file has its length, and the hash is remembered; files of a remote storage are not read. Files that share no
// kind of hash stay two images. Images are in the order of their first places. Images sorts found, adds hashes
// to it, and returns parts of it.
func (s *Sweeper) Images(ctx context.Context, found []Found) ([]Image, error) {
	doubt, err := s.checkClock(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.knowThose(ctx, doubt, found); err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(x, y Found) int {
		return cmp.Or(cmp.Compare(y.Verdict.Confidence, x.Verdict.Confidence),
			strings.Compare(x.Storage, y.Storage), strings.Compare(x.Entry.Path, y.Entry.Path))
	})
	originals, err := s.originals(ctx, found)
	if err != nil {
		return nil, err
	}
	return grouped(found, sameBytes(found, originals)), nil
}

// grouped returns the images of the files, of which first has the index of the first one with the same bytes. It moves
// the files in found, so that the places of an image are a part of it: a list of thousands is kept for long.
func grouped(found []Found, first []int) []Image {
	starts := make([]int, len(found)+1) // of the sets, by their first files
	for _, i := range first {
		starts[i+1]++
	}
	var all []Image
	for i, f := range first {
		if n := starts[i+1]; f == i {
			all = append(all, Image{Places: found[starts[i]:][:n:n]})
		}
		starts[i+1] += starts[i]
	}
	to := make([]int, len(found))
	for i, f := range first {
		to[i] = starts[f]
		starts[f]++
	}
	for i := range to {
		for to[i] != i {
			found[i], found[to[i]] = found[to[i]], found[i]
			to[i], to[to[i]] = to[to[i]], to[i]
		}
	}
	for i := range all {
		for _, f := range all[i].Places {
			all[i].Hashes = all[i].Hashes.Or(f.Entry.Sums())
		}
	}
	return all
}

// knowThose adds the hashes of local files that have none and may equal another file.
func (s *Sweeper) knowThose(ctx context.Context, doubt *journal.ClockError, found []Found) error {
	sizes := map[int64]int{}
	for _, f := range found {
		sizes[f.Entry.Size]++
	}
	r := new(reader)
	for i := range found {
		f := &found[i]
		st, err := s.storage(f.Storage)
		if err != nil {
			return err
		}
		if sizes[f.Entry.Size] < 2 || f.Entry.Sums() != (providers.Hashes{}) || isRemote(st) ||
			f.Entry.Size > maxHashed {
			continue
		}
		if err := s.knowOne(ctx, doubt, st, r, f); err != nil {
			return err
		}
	}
	return nil
}

// knowOne adds the hashes of one file. An unreadable file gets none.
func (s *Sweeper) knowOne(
	ctx context.Context, doubt *journal.ClockError, st *providers.Storage, r *reader, f *Found,
) error {
	r.open(ctx, st, f.Entry)
	sums, err := r.sums()
	if err != nil {
		return ctx.Err()
	}
	f.Entry.Hashes, f.BytesRead = sums, f.BytesRead+r.fetched
	if f.Entry.Weak || f.Verdict.Confidence < fingerprint.Possible || doubt != nil {
		return nil // it would be trusted too long, or belongs to no remembered verdict
	}
	err = s.o.Journal.Remember(ctx, f.Storage, s.o.Policy.Detectors(f.Storage), f.Entry, f.base, true)
	if err != nil && !errors.Is(err, fs.ErrPermission) { // a journal that is open for reading remembers nothing
		return fmt.Errorf("remember the hashes of %s: %w", f.Entry.Path, err)
	}
	return nil
}

// originals returns the originals of those files that are known as twins, by their indexes.
func (s *Sweeper) originals(ctx context.Context, found []Found) (map[int]providers.Entry, error) {
	all := map[int]providers.Entry{}
	for i, f := range found {
		if !f.match.Twin() {
			continue
		}
		if err := s.locate(ctx, &f); err != nil {
			return nil, err
		}
		if about := f.Known; about.OriginalSize > 0 {
			all[i] = providers.Entry{Size: about.OriginalSize, Hashes: about.Original}
		}
	}
	return all, nil
}

// sameBytes returns for each file the index of the first one with its bytes, as far as the hashes show. Files that
// have different kinds of hash are linked through others that have both. A twin has the bytes of its original, too.
func sameBytes(found []Found, originals map[int]providers.Entry) []int {
	type known struct {
		kind byte
		size int64
		sum  [sha256.Size]byte
	}
	keys := func(e providers.Entry) []known {
		h := e.Sums()
		return []known{{'s', e.Size, h.SHA256}, {'c', e.Size, h.ContentHash}}
	}
	first := make([]int, len(found)) // by file: an earlier one with its bytes, or itself
	root := func(i int) int {
		for first[i] != i {
			i = first[i]
		}
		return i
	}
	by := map[known]int{}
	for i, f := range found {
		first[i] = i
		for _, k := range append(keys(f.Entry), keys(originals[i])...) {
			if k.sum == ([sha256.Size]byte{}) {
				continue
			}
			if other, ok := by[k]; ok {
				// The lower index stays the first, so that the order of found is kept.
				a, b := root(i), root(other)
				first[max(a, b)] = min(a, b)
			} else {
				by[k] = i
			}
		}
	}
	for i := range first {
		first[i] = root(i)
	}
	return first
}
