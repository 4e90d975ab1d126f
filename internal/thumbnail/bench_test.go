package thumbnail_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/sweepd/sweepd/internal/thumbnail"
)

// BenchmarkMake makes the thumbnails of the PNG files in the folder that SWEEPD_BENCH_DIR names, or of a made-up one.
// For docs/internals/performance.md.
func BenchmarkMake(b *testing.B) {
	all := []thumbnail.Picture{picture(encoded(b, 1024, 1024, asPNG))}
	if dir := os.Getenv("SWEEPD_BENCH_DIR"); dir != "" {
		all = nil
		names, _ := filepath.Glob(filepath.Join(dir, "*.png")) // the pattern is valid
		for _, name := range names {
			st, err := os.Stat(name)
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, thumbnail.Picture{
				Size: st.Size(), Open: func() (io.ReadCloser, error) { return os.Open(name) },
			})
		}
	}
	m := thumbnail.NewMaker()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := m.Make(b.Context(), all[i%len(all)]); err != nil {
			b.Fatal(err)
		}
	}
}
