package known_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// stored returns the stored form of a set.
func stored(s *known.Set) []byte {
	b, _ := s.AppendBinary([]byte{0}) // never fails
	return b[1:]
}

// storedPictures has one of each origin, with and without a CRC-32, a twin, and a file of two blocks.
func storedPictures() []known.Picture {
	var all []known.Picture
	for n := range 500 {
		p := picture(n, known.Origin(1+n%4))
		p.Learnt = time.Unix(1_700_000_000+int64(n), 0).UTC()
		switch n % 5 {
		case 1:
			p.CRC32 = 0
		case 2:
			p.Size, p.ContentHash = 5<<20+int64(n), sum(-n)
		case 3:
			p = withTwin(p, 1000+n)
		}
		all = append(all, p)
	}
	return all
}

// A set that was stored gives the same answers as the one that was made from the pictures.
func TestAStoredSetHasTheSameAnswers(t *testing.T) {
	all := storedPictures()
	s := setOf(all...)
	b := stored(s)
	back, err := known.ParseSet(b)
	if err != nil {
		t.Fatal(err)
	}
	if back.Len() != s.Len() || !bytes.Equal(stored(back), b) {
		t.Errorf("%d files were read of %d, or stored in another way", back.Len(), s.Len())
	}
	clear(b) // nothing of it is kept
	for _, p := range all {
		hashes := []providers.Hashes{
			{SHA256: p.SHA256},
			{SHA256: p.Twin.SHA256},
			{ContentHash: p.ContentHash},
			{ContentHash: providers.Entry{Size: p.Size, Hashes: p.Hashes}.Sums().ContentHash},
		}
		for _, size := range []int64{p.Size, p.Size - 50_000, p.Size + 1} {
			for _, h := range hashes {
				want, known := s.Of(size, h)
				if got, ok := back.Of(size, h); got != want || ok != known {
					t.Fatalf("%d bytes, %x: got %+v, %v, want %+v, %v", size, h.SHA256[:4], got, ok, want, known)
				}
			}
			if s.HasSize(size) != back.HasSize(size) || s.HasUploadSize(size) != back.HasUploadSize(size) ||
				s.HasUploadBelow(size) != back.HasUploadBelow(size) ||
				s.MayBe(size, p.CRC32) != back.MayBe(size, p.CRC32) ||
				!slices.Equal(s.ByCRC32(p.CRC32, size), back.ByCRC32(p.CRC32, size)) {
				t.Fatalf("the set differs at the size %d", size)
			}
		}
	}
	if empty, err := known.ParseSet(stored(setOf())); err != nil || empty.Len() != 0 || empty.HasSize(1) {
		t.Errorf("the empty set is read as %v, %v", empty, err)
	}
}

func TestWhatIsNoStoredSetIsRefused(t *testing.T) {
	b := stored(setOf(storedPictures()[:20]...))
	refused := func(what string, b []byte) {
		t.Helper()
		if s, err := known.ParseSet(b); err == nil {
			t.Errorf("%s: %d files", what, s.Len())
		}
	}
	const head, record = 5, 45
	files := int(binary.LittleEndian.Uint32(b[1:]))
	for n := range b {
		if rest := n - head - files*record; rest < 0 || rest%36 != 0 { // else it is a set without the last hashes
			refused("a truncated one", b[:n])
		}
	}
	for what, change := range map[string]func(b []byte){
		"another version": func(b []byte) { b[0]++ },
		"more files":      func(b []byte) { binary.LittleEndian.PutUint32(b[1:], 1<<31) },
		"two in another order": func(b []byte) {
			copy(b[head:], slices.Concat(b[head+record:][:record], b[head:][:record]))
		},
		"one twice":             func(b []byte) { copy(b[head:], b[head+record:][:record]) },
		"one for no reason":     func(b []byte) { b[head+record-1] = 0 },
		"one of no size":        func(b []byte) { clear(b[head+32:][:4]) },
		"a hash of no file":     func(b []byte) { binary.LittleEndian.PutUint32(b[head+files*record:], uint32(files)) },
		"a hash of a late file": func(b []byte) { binary.LittleEndian.PutUint32(b[head+files*record:], 1<<31) },
	} {
		changed := bytes.Clone(b)
		change(changed)
		refused(what, changed)
	}
}

// BenchmarkStoredSet measures reading a stored set of a million pictures.
func BenchmarkStoredSet(b *testing.B) {
	form := stored(known.NewSet(million))
	b.SetBytes(int64(len(form)))
	for b.Loop() {
		if _, err := known.ParseSet(form); err != nil {
			b.Fatal(err)
		}
	}
}
