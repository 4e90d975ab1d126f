package c2pa

import (
	"bytes"
	"testing"

	"github.com/digitorus/pkcs7"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// seeds returns the hostile files that are small enough to be changed quickly.
func seeds(f *testing.F, s *c2patest.Signer) [][]byte {
	var list [][]byte
	for _, h := range hostileFiles(f, s) {
		if len(h.file) < 16<<10 {
			list = append(list, h.file)
		}
	}
	return append(list, s.PNG(1, c2patest.Options{}), s.PNG(1, c2patest.Options{Version: 1, StampedAt: day}),
		s.JPEG(1, c2patest.Options{StampedAt: day}), s.WebP(c2patest.Options{Indefinite: true}),
		s.Sign(c2patest.PlainAVIF(64, 64, 1), c2patest.Options{}))
}

// FuzzRead checks that no input causes a panic or an error, that a file is read at most twice, and that nothing is
// verified in the name of the real OpenAI.
func FuzzRead(f *testing.F) {
	s, _ := world(f)
	v := New(BuiltIn())
	for _, b := range seeds(f, s) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, m := range []string{"image/png", "image/jpeg", "image/webp", "image/avif"} {
			r := &counter{b: b}
			c, err := v.Read(r, int64(len(b)), m)
			if err != nil {
				t.Errorf("%s: got error %v, want none", m, err)
			}
			if c != nil && c.Class == Verified {
				t.Errorf("%s: got verified: %+v", m, c)
			}
			if c != nil && (c.Offset < 0 || c.Length < 0 || c.Reason == "" || len(c.Steps) == 0) {
				t.Errorf("%s: got %+v, want a place, a reason and steps", m, c)
			}
		}
	})
}

// FuzzChangedFile replaces, removes or inserts bytes in a verified file. The result may be verified only if no signed
// byte changed. What is verified may not be less by its header alone, nor what is broken by its header be more.
func FuzzChangedFile(f *testing.F) {
	s, v := world(f)
	files := [][]byte{
		s.PNG(1, c2patest.Options{}), s.JPEG(1, c2patest.Options{}), s.WebP(c2patest.Options{}),
		s.Sign(c2patest.PlainAVIF(64, 64, 1), c2patest.Options{}),
	}
	for kind := range uint8(len(files)) {
		f.Add(kind, uint16(0), uint16(0), []byte(nil))
		f.Add(kind, uint16(60), uint16(1), []byte{0})
		f.Add(kind, uint16(7000), uint16(0), []byte("more"))
		f.Add(kind, uint16(7100), uint16(9), []byte{})
	}
	f.Add(uint8(0), uint16(33), uint16(0), c2patest.PNGChunk("tEXt", []byte("Comment\x00mine")))
	f.Add(uint8(1), uint16(2), uint16(0), []byte("\xff\xfe\x00\x06mine"))
	f.Add(uint8(3), uint16(24), uint16(0), []byte("mif2"))
	f.Add(uint8(2), uint16(12), uint16(0), []byte("EXIF\x04\x00\x00\x00mine"))
	f.Fuzz(func(t *testing.T, kind uint8, off, drop uint16, with []byte) {
		good := files[int(kind)%len(files)]
		from := min(int(off), len(good))
		to := min(from+int(drop), len(good))
		bad := bytes.Join([][]byte{good[:from], with, good[to:]}, nil)
		c, err := v.Read(bytes.NewReader(bad), int64(len(bad)), mediaType(good))
		if err != nil {
			t.Fatalf("got error %v, want none", err)
		}
		h, err := v.ReadHeader(bytes.NewReader(bad), int64(len(bad)), mediaType(good))
		if err != nil || (h == nil) != (c == nil) {
			t.Fatalf("by its header: got %+v, error %v, want a credential as of the whole file", h, err)
		}
		if c != nil && (c.Class == Verified && (h.Class != Verified || h.Tagged && !c.Tagged) ||
			h.Class == Broken && c.Class != Broken) {
			t.Errorf("by its header: %v, tagged %v, of the whole file: %v, tagged %v",
				h.Class, h.Tagged, c.Class, c.Tagged)
		}
		if c != nil && c.Tagged {
			bad = withoutTagParts(bad)
		}
		good, bad = withoutUnsigned(good), withoutUnsigned(bad)
		if c != nil && c.Class == Verified && !bytes.Equal(bad, good) && !onlyPadding(good, bad) {
			t.Errorf("%d bytes at %d replaced by %x: got verified", to-from, from, with)
		}
	})
}

// onlyPadding reports whether two files differ only in a header that no signature covers.
func onlyPadding(a, b []byte) bool {
	mark := []byte("cpad")
	tail := []byte("\xf6\x58\x40")
	from := bytes.Index(a, mark)
	end := from + bytes.Index(a[from:], tail)
	return len(a) == len(b) && bytes.Equal(a[:from-1], b[:from-1]) && outsideChecksum(a[end:], b[end:])
}

// outsideChecksum reports whether a and b differ only in one run of four bytes.
func outsideChecksum(a, b []byte) bool {
	for i := range a {
		if a[i] != b[i] {
			return bytes.Equal(a[min(len(a), i+4):], b[min(len(b), i+4):])
		}
	}
	return true
}

func FuzzLocate(f *testing.F) {
	s, _ := world(f)
	for _, b := range seeds(f, s) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, m := range []string{"image/png", "image/jpeg", "image/webp", "image/avif"} {
			src := &source{r: bytes.NewReader(b), size: int64(len(b))}
			sp, err := locate(src, m)
			if sp == nil {
				if err != nil {
					t.Errorf("%s: got error %v of no credential", m, err)
				}
				continue
			}
			store, whole := readStore(src, sp, nil)
			if cap(store) > len(b)+1<<16 {
				t.Errorf("%s: got %d bytes allocated for a file of %d", m, cap(store), len(b))
			}
			if err == nil && whole && (sp.off < 0 || sp.off+sp.len > int64(len(b)) || int64(len(store)) > sp.len) {
				t.Errorf("%s: got %+v and %d bytes of a file of %d", m, sp, len(store), len(b))
			}
		}
	})
}

func FuzzStore(f *testing.F) {
	s, _ := world(f)
	v := New(BuiltIn())
	for _, b := range seeds(f, s) {
		src := &source{r: bytes.NewReader(b), size: int64(len(b))}
		if sp, _ := locate(src, mediaType(b)); sp != nil {
			store, _ := readStore(src, sp, nil)
			f.Add(bytes.Clone(store))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		manifests, err := parseStore(b)
		if err != nil {
			return
		}
		e := &exam{v: v, manifests: manifests, byLabel: map[string]*node{}}
		e.visit(&manifests[len(manifests)-1], 0)
		if len(e.nodes) > len(manifests) {
			t.Errorf("got %d manifests visited of %d", len(e.nodes), len(manifests))
		}
		for _, n := range e.nodes {
			n.verify()
			if n.openAI() {
				t.Errorf("got manifest %q as OpenAI's", n.m.label)
			}
		}
		e.creation()
		e.wholly()
	})
}

func FuzzToken(f *testing.F) {
	s, v := world(f)
	f.Add(tokenOf(f, s))
	f.Add([]byte{0x30, 0x80, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > maxToken {
			return
		}
		p7, err := pkcs7.Parse(unwrapToken(b))
		if err != nil {
			return
		}
		if who := v.authority(p7); who.err == nil && p7.Verify() == nil {
			_, _ = imprint(p7, []byte("x"))
		}
	})
}

func FuzzClaim(f *testing.F) {
	v := New(BuiltIn())
	f.Add([]byte("\xa1isignaturex\x19self#jumbf=c2pa.signature"))
	f.Add([]byte{0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0xf6, 0x40})
	f.Add([]byte{0xbf, 0x63, 'a', 'l', 'g', 0x7f, 0x61, 'x', 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &manifest{claim: b}
		if c, err := parseClaim(m); err == nil {
			c.generator()
			_ = c.checkAssertions(m)
		}
		if s, err := parseSignature(b); err == nil {
			if who := v.signer(s); who.err == nil && who.anchor != nil {
				t.Errorf("got a signer of OpenAI's: %v", who.leaf.Subject)
			}
			_, _, _ = v.stamp(s, b)
		}
		var a action
		if decode(b, &a) == nil {
			a.agent()
			a.when()
		}
	})
}
