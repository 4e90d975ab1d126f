package c2pa

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

type benchFile struct {
	path, mediaType string
	data            []byte
}

// benchFiles returns OpenAI's own unchanged files or, if they are absent, a generated file of the same size.
func benchFiles(b *testing.B) (v *Verifier, files []benchFile, total int64) {
	dir, list := images()
	add := func(path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		files, total = append(files, benchFile{path, mediaType(data), data}), total+int64(len(data))
	}
	for _, p := range list {
		if p.genuine() {
			add(filepath.Join(dir, p.path))
		}
	}
	if len(files) > 0 {
		return New(BuiltIn()), files, total
	}
	s, v := world(b)
	path := filepath.Join(b.TempDir(), "made-up.png")
	pixels := c2patest.PNGChunk("IDAT", make([]byte, 1_300_000))
	plain := slices.Insert(c2patest.PlainPNG(16, 16, 1), 33, pixels...)
	if err := os.WriteFile(path, s.Sign(plain, c2patest.Options{StampedAt: day}), 0o600); err != nil {
		b.Fatal(err)
	}
	add(path)
	return v, files, total
}

func BenchmarkVerify(b *testing.B) {
	v, files, total := benchFiles(b)
	b.Run("memory", func(b *testing.B) {
		b.SetBytes(total)
		b.ReportAllocs()
		for b.Loop() {
			for _, f := range files {
				verifyOne(b, v, bytes.NewReader(f.data), int64(len(f.data)), f.mediaType)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(files)), "µs/file")
	})
	b.Run("disk", func(b *testing.B) {
		b.SetBytes(total)
		for b.Loop() {
			for _, f := range files {
				withFile(b, f.path, func(r *os.File) { verifyOne(b, v, r, int64(len(f.data)), f.mediaType) })
			}
		}
	})
}

func verifyOne(b *testing.B, v *Verifier, r io.ReaderAt, size int64, mediaType string) {
	c, err := v.Read(r, size, mediaType)
	if err != nil || c == nil || c.Class != Verified {
		b.Fatalf("got %+v, %v; want a verified credential", c, err)
	}
}

func withFile(b *testing.B, path string, do func(*os.File)) {
	r, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	do(r)
	r.Close()
}

// BenchmarkSHA256 is the baseline of BenchmarkVerify: it only hashes the same bytes.
func BenchmarkSHA256(b *testing.B) {
	_, files, total := benchFiles(b)
	b.Run("memory", func(b *testing.B) {
		b.SetBytes(total)
		for b.Loop() {
			for _, f := range files {
				sha256.Sum256(f.data)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(files)), "µs/file")
	})
	b.Run("disk", func(b *testing.B) {
		b.SetBytes(total)
		buf := make([]byte, bufferSize)
		for b.Loop() {
			for _, f := range files {
				withFile(b, f.path, func(r *os.File) {
					if _, err := io.CopyBuffer(sha256.New(), struct{ io.Reader }{r}, buf); err != nil {
						b.Fatal(err)
					}
				})
			}
		}
	})
}
