package known

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
)

// The stored form of a Set is, in bytes: the version; the number of files in four; the records of the files; and for
// each content hash that does not follow from a SHA-256 the index of the file in four, and the hash. It has every part
// of a Set that is not computed from the others. All numbers are little-endian.

// version is that of the stored form, and of the meaning of a record.
const version = 1

const (
	recordSize = len(record{})
	largeSize  = 4 + sha256.Size
	headSize   = 1 + 4
)

// errNotStored is the error of bytes that are not the stored form of a Set.
var errNotStored = errors.New("this is no set of known pictures, or one of another version")

// AppendBinary appends the stored form of the set to b, about 45 bytes for each file. It never fails.
func (s *Set) AppendBinary(b []byte) ([]byte, error) {
	b = slices.Grow(b, headSize+len(s.files)*recordSize+len(s.large)*largeSize)
	b = binary.LittleEndian.AppendUint32(append(b, version), uint32(len(s.files)))
	for i := range s.files {
		b = append(b, s.files[i][:]...)
	}
	larges := slices.SortedFunc(maps.Keys(s.large), func(x, y [sha256.Size]byte) int {
		return cmp.Or(cmp.Compare(s.large[x], s.large[y]), bytes.Compare(x[:], y[:]))
	})
	for _, sum := range larges {
		b = append(binary.LittleEndian.AppendUint32(b, s.large[sum]), sum[:]...)
	}
	return b, nil
}

// ParseSet returns the set that AppendBinary stored. It copies what it keeps of b. It returns an error for bytes of
// which no Set has the stored form, but has no way to know that bytes were changed into those of another Set: the
// caller compares a checksum first.
func ParseSet(b []byte) (*Set, error) {
	if len(b) < headSize || b[0] != version {
		return nil, errNotStored
	}
	n := int64(binary.LittleEndian.Uint32(b[1:]))
	if b = b[headSize:]; n*int64(recordSize) > int64(len(b)) {
		return nil, errNotStored
	}
	files := make([]record, n)
	for i := range files {
		f := &files[i]
		b = b[copy(f[:], b):]
		if f.reasons() == 0 || f.size() == 0 || i > 0 && bytes.Compare(files[i-1].sum()[:], f.sum()[:]) >= 0 {
			return nil, errNotStored
		}
	}
	if len(b)%largeSize != 0 {
		return nil, errNotStored
	}
	large := make(map[[sha256.Size]byte]uint32, len(b)/largeSize)
	for ; len(b) > 0; b = b[largeSize:] {
		at := binary.LittleEndian.Uint32(b)
		if int64(at) >= n {
			return nil, errNotStored
		}
		large[[sha256.Size]byte(b[4:largeSize])] = at
	}
	return newSet(files, large), nil
}
