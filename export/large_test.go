package export_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/metrics"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/export"
)

// sparse is a large file that is nowhere: of a run of equal bytes, only one is stored.
type sparse struct {
	runs []run
	size int64
}

// run is a piece of a file: these bytes, or one byte n times.
type run struct {
	at, n int64
	bytes []byte
	same  bool
}

// Write implements io.Writer; it never fails.
func (s *sparse) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), 256)
		s.add(rest[:n])
		rest = rest[n:]
	}
	return len(p), nil
}

func (s *sparse) add(p []byte) {
	same := bytes.Count(p, p[:1]) == len(p)
	if len(s.runs) == 0 || s.last().same != same || same && s.last().bytes[0] != p[0] {
		s.runs = append(s.runs, run{at: s.size, same: same})
	}
	last := s.last()
	if !same {
		last.bytes = append(last.bytes, p...)
	} else if last.n == 0 {
		last.bytes = []byte{p[0]}
	}
	last.n += int64(len(p))
	s.size += int64(len(p))
}

func (s *sparse) last() *run { return &s.runs[len(s.runs)-1] }

// ReadAt implements io.ReaderAt.
func (s *sparse) ReadAt(p []byte, off int64) (n int, err error) {
	i := sort.Search(len(s.runs), func(i int) bool { return s.runs[i].at+s.runs[i].n > off })
	for ; n < len(p) && i < len(s.runs); i++ {
		n += s.runs[i].copy(p[n:], off+int64(n)-s.runs[i].at)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// copy copies from offset at of the run.
func (r run) copy(p []byte, at int64) int {
	if !r.same {
		return copy(p, r.bytes[at:])
	}
	p = p[:min(int64(len(p)), r.n-at)]
	for i := range p {
		p[i] = r.bytes[0]
	}
	return len(p)
}

// largeExport makes an export of about size bytes: half are conversations in files of 32 MiB, half are pictures of
// 100 kB. One message in 500 has 4 MB.
func largeExport(t testing.TB, size int64) (s *sparse, pictures int) {
	t.Helper()
	s = &sparse{}
	w := zip.NewWriter(s)
	pictures = int(size / 200_000)
	each := max(1, pictures/int(max(1, size/2>>25)))
	for first := 0; first < pictures; first += each {
		name := fmt.Sprintf("conversations-%03d.json", first/each)
		largeConversations(t, entry(t, w, name), first, min(first+each, pictures))
	}
	for i := range pictures {
		to := entry(t, w, largeID(i)+".dat")
		if _, err := fmt.Fprintf(to, "\x89PNG\r\n\x1a\n%d%s", i, zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return s, pictures
}

func entry(t testing.TB, w *zip.Writer, name string) io.Writer {
	t.Helper()
	to, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func largeID(i int) string { return fmt.Sprintf("file_00000000%024x", i) }

var (
	zeros = strings.Repeat("\x00", 100_000)
	xs    = strings.Repeat("x", 90_000)
)

// largeConversations writes conversations of ten pictures each, with 100 kB of text for each picture.
func largeConversations(t testing.TB, w io.Writer, first, last int) {
	t.Helper()
	fmt.Fprint(w, "[")
	for i := first; i < last; i += 10 {
		var messages []fields
		for n := i; n < min(i+10, last); n++ {
			words := xs
			if n%500 == 0 {
				words = strings.Repeat("x", 4<<20)
			}
			messages = append(messages, message("assistant", words), message("tool", pointer(largeID(n), generation())))
		}
		fmt.Fprint(w, strings.Repeat(",", min(1, i-first)), text(t, conversation(fmt.Sprintf("%036d", i), messages...)))
	}
	if _, err := fmt.Fprint(w, "]"); err != nil {
		t.Fatal(err)
	}
}

// readLarge reads an export, and returns the most memory that all objects on the heap took, beyond those from before.
func readLarge(t testing.TB, s *sparse, pictures int) (peak int64) {
	t.Helper()
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() int64 { metrics.Read(sample); return int64(sample[0].Value.Uint64()) }
	before := heap()
	r, err := export.ReadZip(t.Context(), s, s.size, export.Options{Progress: func(export.Progress) {
		peak = max(peak, heap()-before)
	}})
	if err != nil || !r.Complete() || len(r.Images) != pictures || pictures == 0 {
		t.Fatalf("%v: %+v", err, r.Problems)
	}
	for _, i := range r.Images {
		if i.Origin != export.Generated || i.Conversation.Title == "" {
			t.Fatalf("%+v", i)
		}
	}
	return peak
}

func TestALargeExportIsNotReadIntoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector takes more memory")
	}
	s, pictures := largeExport(t, 64<<20)
	if peak := readLarge(t, s, pictures); peak > 30<<20 {
		t.Errorf("%d MiB of memory for an export of %d MiB", peak>>20, s.size>>20)
	}
}

// SWEEPD_BENCH_BYTES sets the size of the export.
func BenchmarkRead(b *testing.B) {
	size := int64(64 << 20)
	if text := os.Getenv("SWEEPD_BENCH_BYTES"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		size = n
	}
	s, pictures := largeExport(b, size)
	b.SetBytes(s.size)
	peak := int64(0)
	for b.Loop() {
		peak = max(peak, readLarge(b, s, pictures))
	}
	b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
	b.ReportMetric(float64(pictures), "images")
}
