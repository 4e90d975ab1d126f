package local_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
)

// images is the interest of a sweep, roughly.
func images(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".webp", "":
		return true
	}
	return false
}

// tree is what the benchmarks walk: a made tree of 20,000 small files, or the
// one that SWEEPD_BENCH_TREE names.
func tree(b *testing.B) string {
	b.Helper()
	if named := os.Getenv("SWEEPD_BENCH_TREE"); named != "" {
		return named
	}
	top := b.TempDir()
	for i := range 20_000 {
		dir := filepath.Join(top, fmt.Sprintf("d%d/e%d", i%5, i%250))
		if i < 250 {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				b.Fatal(err)
			}
		}
		name := fmt.Sprintf("Screenshot %06d.png", i)
		if i%5 == 0 {
			name = fmt.Sprintf("note-%06d.txt", i)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("a file"), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return top
}

func opened(b *testing.B, top string) *local.Driver {
	b.Helper()
	d, err := local.Open(local.Options{Roots: []string{top}, Interest: images})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	return d
}

func BenchmarkChanges(b *testing.B) {
	d := opened(b, tree(b))
	b.ReportAllocs()
	var files int64
	for b.Loop() {
		for c, err := range d.Changes(b.Context(), "") {
			if err != nil {
				b.Fatal(err)
			}
			files += c.Seen
		}
	}
	b.ReportMetric(float64(files)/b.Elapsed().Seconds(), "files/s")
}

func BenchmarkReadRange(b *testing.B) {
	d := opened(b, tree(b))
	var all []providers.Entry
	for c, err := range d.Changes(b.Context(), "") {
		if err != nil {
			b.Fatal(err)
		}
		if !c.Checkpoint() {
			all = append(all, c.Entry)
		}
	}
	buf := make([]byte, 4096)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e := all[i%len(all)]
		rc, err := d.ReadRange(b.Context(), e.Ref, e.Revision, 0, 4096)
		if err != nil {
			b.Fatal(err)
		}
		rc.Read(buf)
		if err := rc.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
