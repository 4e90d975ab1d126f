package local_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
)

// BenchmarkMoves trashes files durably, and purges them, so many at once.
// SWEEPD_BENCH_DIR names a folder on the file system to ask; one on which
// thousands of files were deleted within the last minutes is slow to make new
// ones (ext4 leaves their inodes alone for that long).
func BenchmarkMoves(b *testing.B) {
	for _, callers := range []int{1, 4, 16, 64} {
		b.Run(fmt.Sprintf("trash/%d", callers), func(b *testing.B) { moves(b, callers, false) })
		b.Run(fmt.Sprintf("purge/%d", callers), func(b *testing.B) { moves(b, callers, true) })
	}
}

func moves(b *testing.B, callers int, purge bool) {
	top := b.TempDir()
	if named := os.Getenv("SWEEPD_BENCH_DIR"); named != "" {
		var err error
		if top, err = os.MkdirTemp(named, "bench"); err != nil {
			b.Fatal(err)
		}
	}
	for i := range b.N {
		dir := filepath.Join(top, "root", fmt.Sprint(i%20))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.png", i)), []byte("a file"), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	d, err := local.Open(local.Options{
		Roots: []string{filepath.Join(top, "root")}, TrashHome: filepath.Join(top, "Trash"), Now: time.Now,
	})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	var files []providers.Entry
	for c, err := range d.Changes(b.Context(), "") {
		if err != nil {
			b.Fatal(err)
		}
		if !c.Checkpoint() {
			files = append(files, c.Entry)
		}
	}
	receipts := make([]providers.Receipt, len(files))
	trash := func(i int) (err error) {
		receipts[i], err = d.Trash(b.Context(), benchKey(i), files[i].Ref, files[i].Revision)
		return err
	}
	if !purge {
		b.ResetTimer()
	}
	all(b, callers, len(files), trash)
	if purge {
		b.ResetTimer()
		all(b, callers, len(files), func(i int) error { return d.Purge(b.Context(), receipts[i]) })
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

// all does n things, so many at once.
func all(b *testing.B, callers, n int, do func(int) error) {
	var group sync.WaitGroup
	next := make(chan int)
	for range callers {
		group.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}

// benchKey is the nth key of the form that a Recorder gives.
func benchKey(n int) string {
	return strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprintf("%026d", n))
}
