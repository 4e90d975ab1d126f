package c2pa

import (
	"bytes"
	"crypto/sha256"
	"sync/atomic"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

func TestAFileIsHashedWholeAsItIsVerified(t *testing.T) {
	s, v := world(t)
	read := func(b []byte) (c *Credential, bytesRead int64) {
		t.Helper()
		r := &counter{b: b}
		c, err := v.ReadHashed(r, int64(len(b)), mediaType(b))
		if err != nil || c == nil {
			t.Fatalf("got %v, %v, want a credential", c, err)
		}
		return c, r.bytes
	}
	for what, picture := range map[string][]byte{
		"PNG": c2patest.PlainPNG(300, 300, 1), "JPEG": c2patest.PlainJPEG(300, 300, 1), "WebP": c2patest.PlainWebP(),
	} {
		for _, agent := range []string{"GPT-4o", "GPT-4oo", "GPT-4o"} { // the last is a copy of the first
			b := s.Sign(picture, c2patest.Options{Agent: agent})
			changed := bytes.Clone(b)
			changed[len(b)-1-len(b)%2] ^= 1
			read(changed) // leaves no hash behind that would be taken for that of b
			c, n := read(b)
			if c.Class != Verified || c.SHA256 != sha256.Sum256(b) {
				t.Errorf("%s: %v, %x, want %x", what, c.Class, c.SHA256, sha256.Sum256(b))
			}
			if most := int64(len(b)) + c.Length + 2*4096; n > most {
				t.Errorf("%s: %d bytes were read of %d, want %d at most", what, n, len(b), most)
			}
			// Bytes that the binding leaves out make another file, as a chunk's checksum does.
			other := bytes.Clone(b)
			other[c.Offset+c.Length-1] ^= 1
			if c, _ := read(other); c.SHA256 != ([sha256.Size]byte{}) && c.SHA256 != sha256.Sum256(other) {
				t.Errorf("%s with another end of the credential: %v, %x", what, c.Class, c.SHA256)
			}
			if c, _ := read(changed); c.SHA256 != ([sha256.Size]byte{}) {
				t.Errorf("%s, changed: %v has the hash %x", what, c.Class, c.SHA256)
			}
			if c, err := v.Read(bytes.NewReader(b), int64(len(b)), mediaType(b)); err != nil ||
				c.SHA256 != ([sha256.Size]byte{}) {
				t.Errorf("%s, not to be hashed: %x, %v", what, c.SHA256, err)
			}
		}
	}
	for what, b := range tagged(s) {
		if c, _ := read(b); !c.Tagged || c.SHA256 != ([sha256.Size]byte{}) {
			t.Errorf("%s: tagged %v, %x", what, c.Tagged, c.SHA256)
		}
	}
}

// A copy of a file is recognised by its hashes up to the credential's end and of all else, so that only its binding is
// hashed.
func TestACopyIsNotHashedTwice(t *testing.T) {
	s, v := world(t)
	b := s.Sign(c2patest.PlainPNG(9, 9, 1), c2patest.Options{})
	var stopped atomic.Bool
	for _, want := range []bool{false, true} {
		var src source
		src.r, src.size, src.sums = bytes.NewReader(b), int64(len(b)), &v.sums
		sp, err := locate(&src, "image/png")
		if err != nil {
			t.Fatal(err)
		}
		h, w := sha256.New(), &whole{of: &binding{digest: digest{Hash: []byte("of the rest")}}}
		if err := hashRange(h, &src, 0, sp.off, nil, make([]byte, 4096), &stopped); err != nil {
			t.Fatal(err)
		}
		if err := w.credential(h, &src, sp, make([]byte, 4096), &stopped); err != nil || w.h == nil != want {
			t.Errorf("%v; known: %v, want %v", err, w.h == nil, want)
		}
		w.end(&src)
	}
}
