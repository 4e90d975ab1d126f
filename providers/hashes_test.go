package providers_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/contenthash"

	"github.com/sweepd/sweepd/providers"
)

// hashesOf hashes content, in pieces as they come.
func hashesOf(t *testing.T, r io.Reader) providers.Hashes {
	t.Helper()
	h := providers.NewHasher()
	if _, err := io.Copy(struct{ io.Writer }{h}, r); err != nil {
		t.Fatal(err)
	}
	return h.Sum()
}

// bytesOf is content of that size that is the same every time.
func bytesOf(size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(b) // never fails
	return b
}

// The block hash is judged by Dropbox's own client.
func TestTheHashesAreThoseOfGoogleAndOfDropbox(t *testing.T) {
	for _, size := range []int{0, 1, 4<<20 - 1, 4 << 20, 4<<20 + 1, 8 << 20, 9<<20 + 3} {
		content := bytesOf(size)
		want, err := contenthash.Compute(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]io.Reader{
			"at once": bytes.NewReader(content), "in halves": iotest.HalfReader(bytes.NewReader(content)),
			"in threes": &limited{bytes.NewReader(content), 3<<20 + 1},
		} {
			h := hashesOf(t, r)
			if h.SHA256 != sha256.Sum256(content) || hex.EncodeToString(h.ContentHash[:]) != want {
				t.Errorf("%d bytes %s: %x %x, want %x %s", size, name, h.SHA256, h.ContentHash,
					sha256.Sum256(content), want)
			}
		}
		whole := hashesOf(t, bytes.NewReader(content))
		e := providers.Entry{Size: int64(size), Hashes: providers.Hashes{SHA256: whole.SHA256}}
		if follows := e.Sums().ContentHash == whole.ContentHash; follows != (0 < size && size <= 4<<20) {
			t.Errorf("%d bytes: that the content hash follows from the SHA-256 is %v", size, follows)
		}
	}
}

// limited reads at most n bytes at once.
type limited struct {
	r io.Reader
	n int
}

func (l *limited) Read(p []byte) (int, error) { return l.r.Read(p[:min(len(p), l.n)]) }

func TestHashesAreAlikeWhereTheyShareAKindAndDifferInNone(t *testing.T) {
	a, b := [32]byte{1}, [32]byte{2}
	for _, tt := range []struct {
		what        string
		x, y        providers.Hashes
		same, known bool
		or          providers.Hashes
	}{
		{"nothing is known", providers.Hashes{}, providers.Hashes{}, false, false, providers.Hashes{}},
		{
			"one kind, the same",
			providers.Hashes{SHA256: a},
			providers.Hashes{SHA256: a},
			true, true,
			providers.Hashes{SHA256: a},
		},
		{
			"one kind, another",
			providers.Hashes{ContentHash: a},
			providers.Hashes{ContentHash: b},
			false, true,
			providers.Hashes{ContentHash: a},
		},
		{
			"no kind in common",
			providers.Hashes{SHA256: a},
			providers.Hashes{ContentHash: a},
			false, false,
			providers.Hashes{SHA256: a, ContentHash: a},
		},
		{
			"one of two",
			providers.Hashes{SHA256: a, ContentHash: b},
			providers.Hashes{ContentHash: b},
			true, true,
			providers.Hashes{SHA256: a, ContentHash: b},
		},
		{
			"the other of two",
			providers.Hashes{SHA256: a},
			providers.Hashes{SHA256: a, ContentHash: b},
			true, true,
			providers.Hashes{SHA256: a, ContentHash: b},
		},
		{
			"they disagree",
			providers.Hashes{SHA256: a, ContentHash: b},
			providers.Hashes{SHA256: a, ContentHash: a},
			false, true,
			providers.Hashes{SHA256: a, ContentHash: b},
		},
		{
			"nothing is added of others' bytes",
			providers.Hashes{SHA256: a},
			providers.Hashes{SHA256: b, ContentHash: b},
			false, true,
			providers.Hashes{SHA256: a},
		},
	} {
		if same, known := tt.x.Like(tt.y); same != tt.same || known != tt.known {
			t.Errorf("%s: %v, %v", tt.what, same, known)
		}
		if same, known := tt.y.Like(tt.x); same != tt.same || known != tt.known {
			t.Errorf("%s, the other way: %v, %v", tt.what, same, known)
		}
		if got := tt.x.Or(tt.y); got != tt.or {
			t.Errorf("%s: both know %x", tt.what, got)
		}
	}
}

func BenchmarkHasher(b *testing.B) {
	for name, size := range map[string]int{"one block": 1_700_000, "two blocks": 8 << 20} {
		content := bytesOf(size)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				h := providers.NewHasher()
				_, _ = h.Write(content) // never fails
				h.Sum()
			}
		})
	}
}
