package c2pa

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"testing"
)

type benchFile struct {
	path, mediaType string
	data            []byte
}

// benchFiles are OpenAI's own files, as they came.
func benchFiles(b *testing.B) (files []benchFile, total int64) {
	dir, list := shared(b)
	for _, p := range list {
		if !p.genuine() {
			continue
		}
		path := filepath.Join(dir, p.path)
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		if m := mediaType(data); m != "" && bytes.Contains(data, []byte("OpenAI")) && p.label != "syn-transplant" {
			files = append(files, benchFile{path, m, data})
			total += int64(len(data))
		}
	}
	return files, total
}

func BenchmarkVerify(b *testing.B) {
	files, total := benchFiles(b)
	v := New(BuiltIn())
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

// BenchmarkSHA256 is what BenchmarkVerify is held against: the same bytes, only
// hashed.
func BenchmarkSHA256(b *testing.B) {
	files, total := benchFiles(b)
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
