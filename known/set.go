package known

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// kinds are the reasons why the bytes of one file are known.
type kinds uint8

const (
	isGenerated kinds = 1 << iota
	isUploaded
	isNamed
	isVerified
	isTwin // of a verified picture

	productShift = iota
)

// Set looks up files among the known pictures and their twins by their bytes. It is immutable and safe for concurrent
// use. It takes about 50 bytes for each file, 6 more once content hashes and 4 more once CRC-32s are looked up.
type Set struct {
	files  []record // sorted by their SHA-256
	places buckets  // of files

	sizes   []uint32 // of all files, sorted
	uploads []uint32 // the sizes of uploads, sorted
	open    []uint32 // of those without a CRC-32, sorted

	// large has the indexes of the files by those content hashes that do not follow from a SHA-256.
	large map[[sha256.Size]byte]uint32

	content  func() contentIndex
	checksum func() []uint32 // the indexes of the files with a CRC-32, sorted by it
}

// record is one file of a Set, in one piece and without padding, so that a look-up reads one place in memory: the
// SHA-256; then, in four bytes each, the size, the CRC-32 and when it was learnt, in seconds since 1970, 0 for unknown;
// then the kinds and, above them, the number of the product.
type record [sha256.Size + 3*4 + 1]byte

// newRecord returns the record of a file.
func newRecord(f one) (r record) {
	b := append(r[:0], f.sum[:]...)
	for _, n := range []uint32{f.size, f.crc, f.learnt} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	r[len(r)-1] = byte(f.reasons) | f.product<<productShift
	return r
}

func (r *record) sum() *[sha256.Size]byte { return (*[sha256.Size]byte)(r[:]) }
func (r *record) number(i int) uint32     { return binary.LittleEndian.Uint32(r[sha256.Size+4*i:]) }
func (r *record) size() uint32            { return r.number(0) }
func (r *record) crc() uint32             { return r.number(1) }
func (r *record) learnt() uint32          { return r.number(2) }
func (r *record) reasons() kinds          { return kinds(r[len(r)-1]) & (1<<productShift - 1) }

func (r *record) product() fingerprint.Product { return products[r[len(r)-1]>>productShift] }

// contentHash returns the content hash of the file, or zero if it does not follow from the SHA-256.
func (r *record) contentHash() [sha256.Size]byte {
	e := providers.Entry{Size: int64(r.size()), Hashes: providers.Hashes{SHA256: *r.sum()}}
	return e.Sums().ContentHash
}

// contentIndex finds files by those content hashes that follow from a SHA-256. Its lists belong together and are sorted
// by these.
type contentIndex struct {
	places buckets
	tails  []uint16 // what follows of each content hash
	at     []uint32 // the indexes of the files
}

// products are numbered so that a record has them in three bits.
var products = [1 << (8 - productShift)]fingerprint.Product{
	fingerprint.NoProduct, fingerprint.ChatGPT, fingerprint.Sora, fingerprint.API, fingerprint.Labs,
	fingerprint.Unstated,
}

// one is one file of a Set while it is made.
type one struct {
	sum     [sha256.Size]byte
	content [sha256.Size]byte // of a file of more than one block
	size    uint32
	crc     uint32
	reasons kinds
	product uint8
	learnt  uint32 // what is true by the first of its reasons
}

// NewSet returns the set of the pictures and of their twins. It leaves out pictures without a hash, and those that are
// larger than 4 GiB.
func NewSet(pictures iter.Seq[Picture]) *Set {
	var all []one
	pairs := map[[sha256.Size]byte][]one{} // the twins by their pictures
	for p := range pictures {
		if p.SHA256 == ([sha256.Size]byte{}) || p.Size < 1 || p.Size > math.MaxUint32 || p.Origin < 1 {
			continue
		}
		product := uint8(max(0, slices.Index(products[:], p.Product)))
		f := one{
			sum: p.SHA256, content: p.ContentHash, size: uint32(p.Size), crc: p.CRC32, product: product,
			reasons: kinds(1) << (p.Origin - 1), learnt: seconds(p.Learnt),
		}
		all = append(all, f)
		if t := p.Twin; t.SHA256 != ([sha256.Size]byte{}) && 0 < t.Size && t.Size < p.Size {
			twin := one{sum: t.SHA256, size: uint32(t.Size), reasons: isTwin, product: product, learnt: f.learnt}
			all, pairs[p.SHA256] = append(all, twin), append(pairs[p.SHA256], twin)
		}
	}
	all = merged(all)
	protect(all, pairs)
	files, large := make([]record, len(all)), map[[sha256.Size]byte]uint32{}
	for i, f := range all {
		files[i] = newRecord(f)
		if f.content != ([sha256.Size]byte{}) && files[i].contentHash() == ([sha256.Size]byte{}) {
			large[f.content] = uint32(i)
		}
	}
	return newSet(files, large)
}

// precedence has the kinds in the order in which Match.Weigh asks for them.
var precedence = [...]kinds{isUploaded, isGenerated, isTwin, isNamed, isVerified}

// rank returns the place in precedence of the first of the kinds.
func (k kinds) rank() int {
	return slices.IndexFunc(precedence[:], func(one kinds) bool { return k&one != 0 })
}

// seconds returns the time as in Set.learnt.
func seconds(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(min(max(t.Unix(), 0), math.MaxUint32))
}

// merged sorts the files and makes one of all that have the same bytes.
func merged(all []one) []one {
	slices.SortStableFunc(all, func(a, b one) int { return bytes.Compare(a.sum[:], b.sum[:]) })
	kept := all[:0]
	for _, f := range all {
		last := len(kept) - 1
		if last < 0 || kept[last].sum != f.sum {
			kept = append(kept, f)
			continue
		}
		m := &kept[last]
		switch a, b := m.reasons.rank(), f.reasons.rank(); {
		case b < a:
			m.learnt = f.learnt
		case b == a:
			m.learnt = min(m.learnt, f.learnt)
		}
		m.reasons |= f.reasons
		m.product, m.crc = cmp.Or(m.product, f.product), cmp.Or(m.crc, f.crc)
		if m.content == ([sha256.Size]byte{}) {
			m.content = f.content
		}
	}
	return slices.Clip(kept)
}

// protect makes an upload of both, the picture and its twin, if one of them is an upload.
func protect(all []one, pairs map[[sha256.Size]byte][]one) {
	at := func(sum [sha256.Size]byte) *one {
		i, _ := slices.BinarySearchFunc(all, sum, func(f one, sum [sha256.Size]byte) int {
			return bytes.Compare(f.sum[:], sum[:])
		})
		return &all[i]
	}
	for range 2 { // two pictures may have one twin
		for sum, twins := range pairs {
			picture := at(sum)
			for _, t := range twins {
				picture.reasons |= at(t.sum).reasons & isUploaded
			}
			for _, t := range twins {
				at(t.sum).reasons |= picture.reasons & isUploaded
			}
		}
	}
}

// newSet returns the set of the files, which are sorted and different. large is that of the Set.
func newSet(files []record, large map[[sha256.Size]byte]uint32) *Set {
	s := &Set{files: files, large: large}
	var sizes, uploads, open []uint32
	for i := range files {
		f := &files[i]
		sizes = append(sizes, f.size())
		if f.reasons()&isUploaded != 0 {
			uploads = append(uploads, f.size())
		}
		if f.crc() == 0 {
			open = append(open, f.size())
		}
	}
	s.places = newBuckets(len(files), func(i int) uint64 { return prefix(files[i].sum()) })
	s.sizes, s.uploads, s.open = different(sizes), different(uploads), different(open)
	s.content = sync.OnceValue(s.byContent)
	s.checksum = sync.OnceValue(s.byChecksum)
	return s
}

// different sorts the sizes and returns each once.
func different(sizes []uint32) []uint32 {
	slices.Sort(sizes)
	return slices.Clone(slices.Compact(sizes))
}

// Len returns the number of different files: pictures and twins.
func (s *Set) Len() int { return len(s.files) }

// HasSize reports whether a file of that size is known. If not, a file need not be hashed to be looked up.
func (s *Set) HasSize(size int64) bool { return has(s.sizes, size) }

// HasUploadSize reports whether an upload has that size.
func (s *Set) HasUploadSize(size int64) bool { return has(s.uploads, size) }

// HasUploadBelow reports whether an upload is smaller than that.
func (s *Set) HasUploadBelow(size int64) bool {
	return len(s.uploads) > 0 && int64(s.uploads[0]) < size
}

// has reports whether the sorted sizes have that one.
func has(sizes []uint32, size int64) bool {
	if size < 1 || size > math.MaxUint32 {
		return false
	}
	_, ok := slices.BinarySearch(sizes, uint32(size))
	return ok
}

// Match is what is known of the bytes of one file.
type Match struct {
	SHA256  [sha256.Size]byte // of the file
	Size    int64
	Product fingerprint.Product
	// Learnt is the second since which the first of these is true: Uploaded, Generated, Twin, Named, Verified. UTC;
	// zero: not known.
	Learnt  time.Time
	reasons kinds
}

// Uploaded reports whether the person gave the picture to ChatGPT. Nothing else that is known of it counts then.
func (m Match) Uploaded() bool { return m.reasons&isUploaded != 0 }

// Generated reports whether ChatGPT made exactly these bytes, according to a data export.
func (m Match) Generated() bool { return !m.Uploaded() && m.reasons&isGenerated != 0 }

// Twin reports whether these are the bytes of a verified picture without its credential.
func (m Match) Twin() bool { return !m.Uploaded() && m.reasons&isTwin != 0 }

// Named reports whether the person named these bytes as a picture from ChatGPT.
func (m Match) Named() bool { return !m.Uploaded() && m.reasons&isNamed != 0 }

// Ours reports whether any of Generated, Twin and Named is true, so that the match speaks for ChatGPT.
func (m Match) Ours() bool { return m.Generated() || m.Twin() || m.Named() }

// Verified reports whether a scan has verified the credential of exactly these bytes.
func (m Match) Verified() bool { return !m.Uploaded() && m.reasons&isVerified != 0 }

// Of returns what is known of a file of that size by its SHA-256, or by its content hash if it has no SHA-256. ok is
// false if nothing is known.
func (s *Set) Of(size int64, h providers.Hashes) (m Match, ok bool) {
	none := [sha256.Size]byte{}
	var i int
	switch {
	case h.SHA256 != none:
		i, ok = s.find(h.SHA256)
	case h.ContentHash != none:
		i, ok = s.findContent(h.ContentHash)
	}
	if !ok || int64(s.files[i].size()) != size {
		return Match{}, false
	}
	return s.match(i), true
}

// ByCRC32 returns all known files with that CRC-32 and size. A CRC-32 is no proof: the caller compares the SHA-256.
func (s *Set) ByCRC32(crc uint32, size int64) (all []Match) {
	if crc == 0 || !s.HasSize(size) {
		return nil
	}
	index := s.checksum()
	from, _ := slices.BinarySearchFunc(index, crc, func(i, crc uint32) int {
		return cmp.Compare(s.files[i].crc(), crc)
	})
	for _, i := range index[from:] {
		if s.files[i].crc() != crc {
			break
		}
		if int64(s.files[i].size()) == size {
			all = append(all, s.match(int(i)))
		}
	}
	return all
}

// MayBe reports whether a file of that size and CRC-32 may be known: one has both, or one has the size and no CRC-32 is
// known of it.
func (s *Set) MayBe(size int64, crc uint32) bool {
	if len(s.ByCRC32(crc, size)) > 0 {
		return true
	}
	_, ok := slices.BinarySearch(s.open, uint32(size))
	return ok && s.HasSize(size)
}

// match returns what is known of the file at i.
func (s *Set) match(i int) Match {
	r := &s.files[i]
	m := Match{SHA256: *r.sum(), Size: int64(r.size()), Product: r.product(), reasons: r.reasons()}
	if at := r.learnt(); at != 0 {
		m.Learnt = time.Unix(int64(at), 0).UTC()
	}
	return m
}

// find returns the index of a SHA-256. It begins where the hash would be if those of its bucket were spread evenly, and
// nearly always reads one or two neighbours.
func (s *Set) find(sum [sha256.Size]byte) (int, bool) {
	from, to := s.places.around(prefix(&sum))
	i := from + s.places.share(prefix(&sum), to-from)
	for i > from && bytes.Compare(s.files[i-1].sum()[:], sum[:]) >= 0 {
		i--
	}
	for i < to && bytes.Compare(s.files[i].sum()[:], sum[:]) < 0 {
		i++
	}
	return i, i < to && *s.files[i].sum() == sum
}

// byContent makes the index of content hashes.
func (s *Set) byContent() contentIndex {
	type pair struct {
		prefix uint64
		at     uint32
	}
	var pairs []pair
	for i := range s.files {
		if sum := s.files[i].contentHash(); sum != ([sha256.Size]byte{}) {
			pairs = append(pairs, pair{prefix(&sum), uint32(i)})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.prefix, b.prefix) })
	x := contentIndex{
		places: newBuckets(len(pairs), func(i int) uint64 { return pairs[i].prefix }),
		tails:  make([]uint16, len(pairs)), at: make([]uint32, len(pairs)),
	}
	for i, p := range pairs {
		x.tails[i], x.at[i] = x.places.tail(p.prefix), p.at
	}
	return x
}

// findContent returns the index of a content hash.
func (s *Set) findContent(sum [sha256.Size]byte) (int, bool) {
	if i, ok := s.large[sum]; ok {
		return int(i), true
	}
	x := s.content()
	from, to := x.places.around(prefix(&sum))
	tail := x.places.tail(prefix(&sum))
	n, _ := slices.BinarySearch(x.tails[from:to], tail)
	for n += from; n < to && x.tails[n] == tail; n++ {
		if i := int(x.at[n]); s.files[i].contentHash() == sum {
			return i, true
		}
	}
	return 0, false
}

// byChecksum makes the index of CRC-32s.
func (s *Set) byChecksum() []uint32 {
	var index []uint32
	for i := range s.files {
		if s.files[i].crc() != 0 {
			index = append(index, uint32(i))
		}
	}
	slices.SortFunc(index, func(a, b uint32) int { return cmp.Compare(s.files[a].crc(), s.files[b].crc()) })
	return slices.Clone(index) // without the room for more
}
