package watch

import (
	"fmt"
	"os"
	"runtime"
	"testing"
)

// makeFolders makes ten thousand folders below root, and returns how many
// there are with root.
func makeFolders(t testing.TB, root string) int {
	t.Helper()
	for i := range 100 {
		for j := range 99 {
			if err := os.MkdirAll(fmt.Sprintf("%s/folder %02d/of many %02d", root, i, j), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	return 1 + 100 + 100*99
}

func TestTenThousandFoldersAreWatched(t *testing.T) {
	if _, err := os.Stat("/dev/shm"); err == nil { // a disk takes long to make them
		t.Setenv("TMPDIR", "/dev/shm")
	}
	b := newBox(t)
	b.folder("root")
	want := makeFolders(t, b.path("root"))
	b.watch()
	if s := b.w.State(); s.Folders != want || s.Polling != nil {
		t.Fatalf("got %+v, want %d folders", s, want)
	}
	b.isWatched("root/folder 99/of many 98")
	b.move("root/folder 50", "folder 50")
	b.hint()
	b.folders(want - 100)
	b.move("root", "gone")
	b.hint()
	b.folders(0)
}

// BenchmarkNew watches ten thousand folders, the cache warm.
func BenchmarkNew(b *testing.B) {
	root := b.TempDir()
	n := makeFolders(b, root)
	var before, after runtime.MemStats
	for b.Loop() {
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&before)
		b.StartTimer()
		w, err := New(Options{Roots: []string{root}})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if got := w.State().Folders; got != n {
			b.Fatalf("%d folders are watched, not %d", got, n)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/folder")
}
