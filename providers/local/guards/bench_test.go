//go:build linux

package guards

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/providers"
)

// benchTree is the tree that SWEEPD_BENCH_TREE names, or a made one of 2,000
// documents.
func benchTree(b *testing.B) string {
	b.Helper()
	if named := os.Getenv("SWEEPD_BENCH_TREE"); named != "" {
		return named
	}
	top := b.TempDir()
	text := []byte(strings.Repeat("Some words of a note. See ![](a%20picture.png).\n", 500))
	for i := range 2_000 {
		if err := os.WriteFile(fmt.Sprintf("%s/note-%06d.txt", top, i), text, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return top
}

// BenchmarkMentioned reads all documents of a tree, as the first question of a
// run does.
func BenchmarkMentioned(b *testing.B) {
	d := newAsker(b, []string{benchTree(b)}, Options{Workers: min(runtime.GOMAXPROCS(0), 4)})
	var x *reading
	var before, after unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &before); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if x = d.guards.readDocuments(b.Context(), d.roots[0], nil, false); !x.unread.IsZero() {
			b.Fatal(x.unread)
		}
	}
	if err := unix.Getrusage(unix.RUSAGE_SELF, &after); err != nil {
		b.Fatal(err)
	}
	cpu := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(cpu)/float64(b.N)/1e6, "cpu-ms/op")
	b.ReportMetric(float64(x.files), "documents")
	b.ReportMetric(float64(x.bytes)/1e6, "MB")
	b.ReportMetric(float64(x.index.Len()), "mentions")
}

// BenchmarkGuards asks all guards about one file, the documents being read.
func BenchmarkGuards(b *testing.B) {
	top := b.TempDir() + "/a/b/c/d"
	if err := os.MkdirAll(top, 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(top+"/a.png", []byte("picture"), 0o600); err != nil {
		b.Fatal(err)
	}
	d := newAsker(b, []string{top[:len(top)-len("/b/c/d")]}, Options{Workers: min(runtime.GOMAXPROCS(0), 4)})
	e := described(b, d.roots[0].Path+"/b/c/d/a.png")
	b.ReportAllocs()
	for b.Loop() {
		if held, err := d.Guards(b.Context(), e.Ref, e.Revision, providers.AllGuards()); err != nil || len(held) > 0 {
			b.Fatal(held, err)
		}
	}
}
