package known_test

import (
	"crypto/sha256"
	"encoding/binary"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// sum returns a SHA-256 that is different for each n.
func sum(n int) [32]byte { return sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n))) }

// picture returns a picture that is different for each n.
func picture(n int, o known.Origin) known.Picture {
	return known.Picture{
		Origin: o, Size: int64(1_000_000 + n%3_000_000), Hashes: providers.Hashes{SHA256: sum(n)},
		CRC32: uint32(n + 1), Product: fingerprint.ChatGPT,
	}
}

// withTwin returns p with the twin of that number, which is smaller.
func withTwin(p known.Picture, n int) known.Picture {
	p.Twin = fingerprint.Twin{SHA256: sum(n), Size: p.Size - 50_000}
	return p
}

func setOf(pictures ...known.Picture) *known.Set { return known.NewSet(slices.Values(pictures)) }

func TestASetKnowsPicturesByTheirBytesAlone(t *testing.T) {
	var all []known.Picture
	for n := range 5000 {
		all = append(all, picture(n, known.Generated))
	}
	large := picture(5000, known.Generated)
	large.Size, large.ContentHash = 9<<20, sum(-1)
	s := setOf(append(all, large)...)
	if s.Len() != 5001 {
		t.Errorf("%d files are known, want 5001", s.Len())
	}
	for n, p := range append(all, large) {
		e := providers.Entry{Size: p.Size, Hashes: p.Hashes}
		for what, h := range map[string]providers.Hashes{
			"SHA-256":      {SHA256: p.SHA256},
			"content hash": {ContentHash: e.Sums().ContentHash},
		} {
			m, ok := s.Of(p.Size, h)
			if !ok || !m.Generated() || m.SHA256 != p.SHA256 || m.Size != p.Size || m.Product != fingerprint.ChatGPT {
				t.Fatalf("picture %d by %s: %+v, %v", n, what, m, ok)
			}
			if _, ok := s.Of(p.Size+1, h); ok {
				t.Fatalf("picture %d by %s is known with another size", n, what)
			}
		}
		if !s.HasSize(p.Size) {
			t.Fatalf("the size of picture %d is not known", n)
		}
		if byCRC := s.ByCRC32(p.CRC32, p.Size); len(byCRC) != 1 || byCRC[0].SHA256 != p.SHA256 {
			t.Fatalf("picture %d by CRC-32: %+v", n, byCRC)
		}
	}
	for n := 10_000; n < 20_000; n++ {
		if _, ok := s.Of(1_000_001, providers.Hashes{SHA256: sum(n)}); ok {
			t.Fatalf("%d is known", n)
		}
		if _, ok := s.Of(1_000_001, providers.Hashes{ContentHash: sum(n)}); ok {
			t.Fatalf("%d is known by a content hash", n)
		}
	}
}

// All 32 bytes of a hash are compared, however alike two hashes are.
func TestTheWholeHashIsCompared(t *testing.T) {
	p := picture(1, known.Generated)
	s := setOf(p, picture(2, known.Generated))
	for i := range 32 {
		other := p.SHA256
		other[i] ^= 1
		if _, ok := s.Of(p.Size, providers.Hashes{SHA256: other}); ok {
			t.Errorf("a hash that differs in byte %d is known", i)
		}
		content := sha256.Sum256(p.SHA256[:])
		content[i] ^= 1
		if _, ok := s.Of(p.Size, providers.Hashes{ContentHash: content}); ok {
			t.Errorf("a content hash that differs in byte %d is known", i)
		}
	}
}

func TestAKnownPictureTakesAtMost60Bytes(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const n = 130_000
	s := known.NewSet(func(yield func(known.Picture) bool) {
		for i := 0; i < n && yield(picture(i, known.Generated)); i++ {
		}
	})
	s.Of(1_000_000, providers.Hashes{ContentHash: sum(1)}) // makes the index
	s.ByCRC32(1, 1_000_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)) / float64(s.Len()); each > 60 || s.Len() != n {
		t.Errorf("%.2f bytes for each of %d pictures", each, s.Len())
	}
}

// Hashes that are not spread evenly cost time and no results.
func TestHashesMayBeUneven(t *testing.T) {
	var all []known.Picture
	for n := range 3000 {
		p := picture(n, known.Generated)
		p.SHA256 = [32]byte{31: byte(n), 30: byte(n >> 8), 29: 1}
		if n%2 == 0 {
			p.SHA256[0] = 0xff
		}
		all = append(all, p)
	}
	s := setOf(all...)
	for n, p := range all {
		if _, ok := s.Of(p.Size, p.Hashes); !ok {
			t.Fatalf("picture %d is unknown", n)
		}
	}
}

func TestAnUploadWinsEveryConflict(t *testing.T) {
	generated, uploaded := picture(1, known.Generated), picture(1, known.Uploaded)
	verified := withTwin(picture(1, known.Verified), 2)
	second := withTwin(picture(3, known.Verified), 2)
	second.Size = verified.Size
	second.Twin.Size = verified.Twin.Size
	twin := known.Picture{Origin: known.Uploaded, Size: verified.Twin.Size, Hashes: providers.Hashes{SHA256: sum(2)}}
	for what, pictures := range map[string][]known.Picture{
		"a generated one":               {generated, uploaded},
		"the other way round":           {uploaded, generated},
		"one that the person named":     {picture(1, known.Named), uploaded},
		"a verified one":                {verified, uploaded},
		"its twin is an upload":         {verified, generated, twin},
		"another's twin is an upload":   {second, verified, twin},
		"the twin of both is an upload": {second, uploaded, verified},
	} {
		s := setOf(pictures...)
		for _, p := range pictures {
			files := []fingerprint.Twin{{SHA256: p.SHA256, Size: p.Size}}
			if p.Twin.Size > 0 {
				files = append(files, p.Twin)
			}
			for _, f := range files {
				m, ok := s.Of(f.Size, providers.Hashes{SHA256: f.SHA256})
				if !ok || !m.Uploaded() || m.Generated() || m.Named() || m.Twin() || m.Verified() {
					t.Errorf("%s: %x is not an upload: %+v", what, f.SHA256[:4], m)
				}
			}
		}
	}
}

func TestATwinIsKnownByItsOriginal(t *testing.T) {
	p := withTwin(picture(1, known.Verified), 2)
	p.Product = fingerprint.API
	s := setOf(p)
	m, ok := s.Of(p.Twin.Size, providers.Hashes{SHA256: p.Twin.SHA256})
	if !ok || !m.Twin() || m.Generated() || m.Verified() || m.Product != fingerprint.API {
		t.Errorf("the twin is %+v, %v", m, ok)
	}
	if m, ok := s.Of(p.Size, p.Hashes); !ok || !m.Verified() || m.Twin() || m.Generated() {
		t.Errorf("the original is %+v, %v", m, ok)
	}
	p.Twin.Size = p.Size // nothing was left out
	if s := setOf(p); s.Len() != 1 {
		t.Errorf("%d files are known, want the original alone", s.Len())
	}
}

// A picture without a hash would be every file without one.
func TestNothingIsKnownWithoutAHash(t *testing.T) {
	none := picture(1, known.Generated)
	none.SHA256 = [32]byte{}
	s := setOf(none, known.Picture{Origin: known.Generated, Hashes: providers.Hashes{SHA256: sum(2)}}, known.Picture{
		Size: 5, Hashes: providers.Hashes{SHA256: sum(3)},
	})
	if s.Len() != 0 {
		t.Errorf("%d files are known", s.Len())
	}
	s = setOf(picture(1, known.Generated))
	for _, h := range []providers.Hashes{{}, {SHA256: [32]byte{}}, {ContentHash: [32]byte{}}} {
		if m, ok := s.Of(picture(1, 0).Size, h); ok {
			t.Errorf("no hash is known as %+v", m)
		}
	}
	if s.HasSize(-1) || s.HasSize(1<<32+picture(1, 0).Size) || setOf().HasSize(0) {
		t.Error("a size is known that no picture has")
	}
	if p := picture(1, known.Generated); !s.MayBe(p.Size, p.CRC32) || s.MayBe(p.Size, p.CRC32+1) {
		t.Error("a picture with a CRC-32 may have another")
	}
	open := picture(1, known.Generated)
	open.CRC32 = 0
	if o := setOf(open); !o.MayBe(open.Size, 7) || o.MayBe(open.Size+1, 7) {
		t.Error("a picture without a CRC-32 may have any, and its own size alone")
	}
	if found := s.ByCRC32(0, picture(1, 0).Size); len(found) > 0 {
		t.Errorf("no CRC-32 is known as %+v", found)
	}
}

func TestOriginsAndKindsAreReadAsTheyAreWritten(t *testing.T) {
	for o := known.Generated; o <= known.Verified; o++ {
		text, _ := o.MarshalText() // never fails
		var back known.Origin
		if err := back.UnmarshalText(text); err != nil || back != o {
			t.Errorf("%v is read as %v, %v", o, back, err)
		}
	}
	var o known.Origin
	var k known.Kind
	for _, text := range []string{"", "Generated", "Origin(0)", "sanitized"} {
		if o.UnmarshalText([]byte(text)) == nil || k.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is an origin or a kind", text)
		}
	}
	for k := known.Export; k <= known.File; k++ {
		text, _ := k.MarshalText() // never fails
		var back known.Kind
		if err := back.UnmarshalText(text); err != nil || back != k {
			t.Errorf("%v is read as %v, %v", k, back, err)
		}
	}
}

// million yields a million pictures.
func million(yield func(known.Picture) bool) {
	for n := range 1_000_000 {
		if !yield(picture(n, known.Generated)) {
			return
		}
	}
}

// BenchmarkSet measures look-ups among a million pictures, and the memory for each.
func BenchmarkSet(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := known.NewSet(million)
	s.Of(1_000_000, providers.Hashes{ContentHash: sum(1)}) // makes the index
	s.ByCRC32(1, 1_000_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	perFile := float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)) / float64(s.Len())
	for what, h := range map[string]func(n int) providers.Hashes{
		"sha256": func(n int) providers.Hashes { return providers.Hashes{SHA256: sum(n)} },
		"content": func(n int) providers.Hashes {
			of := sum(n)
			return providers.Hashes{ContentHash: sha256.Sum256(of[:])}
		},
	} {
		for kind, from := range map[string]int{"known": 0, "unknown": 1 << 40} {
			b.Run(what+"/"+kind, func(b *testing.B) {
				hashes := make([]providers.Hashes, 1<<16)
				for i := range hashes {
					hashes[i] = h(from + i*15)
				}
				i := 0
				for b.Loop() {
					n := i % len(hashes)
					if _, ok := s.Of(int64(1_000_000+n*15%3_000_000), hashes[n]); ok != (from == 0) {
						b.Fatal(ok)
					}
					i++
				}
				b.ReportMetric(perFile, "bytes/file")
			})
		}
	}
}

func TestAMatchHasTheTimeOfItsFirstReason(t *testing.T) {
	at := func(o known.Origin, day int) known.Picture {
		p := picture(1, o)
		p.Learnt = time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
		return p
	}
	for _, c := range []struct {
		pictures []known.Picture
		want     int // the day
	}{
		{[]known.Picture{at(known.Named, 1), at(known.Generated, 3)}, 3},
		{[]known.Picture{at(known.Generated, 3), at(known.Named, 1)}, 3},
		{[]known.Picture{at(known.Generated, 5), at(known.Generated, 3), at(known.Verified, 1)}, 3},
		{[]known.Picture{at(known.Generated, 3), at(known.Uploaded, 7)}, 7},
	} {
		p := c.pictures[0]
		m, ok := known.NewSet(slices.Values(c.pictures)).Of(p.Size, p.Hashes)
		if !ok || m.Learnt.Day() != c.want {
			t.Errorf("%v: learnt %v, want day %d", c.pictures, m.Learnt, c.want)
		}
	}
}
