package content_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"
	"testing/iotest"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/contenthash"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

func TestNoiseIsTheSameHoweverItIsRead(t *testing.T) {
	c := content.Noise([]byte("a head of 13 b"), 1001, 7)
	whole, err := io.ReadAll(c.Reader())
	if err != nil || len(whole) != 1001 || !bytes.HasPrefix(whole, []byte("a head of 13 b")) {
		t.Fatalf("%d bytes: %v", len(whole), err)
	}
	if err := iotest.TestReader(c.Reader(), whole); err != nil {
		t.Error(err)
	}
	if again, _ := io.ReadAll(content.Noise([]byte("a head of 13 b"), 1001, 7).Reader()); !bytes.Equal(again, whole) {
		t.Error("it is another the second time")
	}
	if other, _ := io.ReadAll(content.Noise([]byte("a head of 13 b"), 1001, 8).Reader()); bytes.Equal(other, whole) {
		t.Error("another seed is the same")
	}
	if edited, _ := io.ReadAll(c.Edited(1).Reader()); bytes.Equal(edited, whole) ||
		c.Edited(1).SHA256() == c.Edited(2).SHA256() {
		t.Error("what was edited is the same")
	}
	sum := sha256.Sum256(whole)
	if c.SHA256() != hex.EncodeToString(sum[:]) {
		t.Errorf("its SHA-256 is %s", c.SHA256())
	}
}

func TestBlocksIsTheHashThatDropboxsClientComputes(t *testing.T) {
	for _, size := range []int64{0, 1, 4<<20 - 1, 4 << 20, 4<<20 + 1, 9 << 20} {
		c := content.Noise([]byte("head"), size, 7)
		want, err := contenthash.Compute(c.Reader())
		if err != nil || c.Blocks() != want {
			t.Errorf("%d bytes: %s, not %s (%v)", size, c.Blocks(), want, err)
		}
	}
}

func TestRangeIsWhatTheStandardSays(t *testing.T) {
	for _, tt := range []struct {
		header string
		size   int64
		off, n int64
		ok     bool
	}{
		{"", 10, 0, 10, true},
		{"", 0, 0, 0, true},
		{"bytes=0-4", 10, 0, 5, true},
		{"bytes=4-", 10, 4, 6, true},
		{"bytes=-3", 10, 7, 3, true},
		{"bytes=-30", 10, 0, 10, true},
		{"bytes=8-99", 10, 8, 2, true},
		{"bytes=10-", 10, 0, 0, false},
		{"bytes=0-0", 0, 0, 0, false},
		{"bytes=5-4", 10, 0, 0, false},
		{"bytes=-0", 10, 0, 0, false},
		{"bytes=0-1,3-4", 10, 0, 0, false},
		{"lines=0-1", 10, 0, 0, false},
	} {
		if off, n, ok := content.Range(tt.header, tt.size); ok != tt.ok || ok && (off != tt.off || n != tt.n) {
			t.Errorf("%q of %d: %d %d %v", tt.header, tt.size, off, n, ok)
		}
	}
}

func FuzzRange(f *testing.F) {
	f.Add("bytes=0-4", int64(10))
	f.Add("bytes=-18446744073709551615", int64(10))
	f.Add("bytes=--3", int64(10))
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		off, n, ok := content.Range(header, size)
		if ok && (off < 0 || n < 0 || n == 0 && header != "" || off+n > size) {
			t.Errorf("%q of %d: %d %d", header, size, off, n)
		}
	})
}
