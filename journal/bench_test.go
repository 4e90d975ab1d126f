package journal

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// The tree is like the reference one: 82,000 files, of which 2,300 matched.
const benchFiles, benchMatches = 82_000, 2_300

func benchEntry(i int) providers.Entry {
	e := file(fmt.Sprintf("2024/holidays/some folder %d/IMG_%06d.jpeg", i%420, i),
		fmt.Sprintf("%d-%d-%x-1700000000123456789-1700000000123456789", 66306, i, i*7919))
	return e
}

func fillSeen(b testing.TB, j *Journal, files, matches int) []providers.Entry {
	s := must(j.LoadVerdictCache(context.Background(), "home", 1))(b)
	all := make([]providers.Entry, files)
	for i := range all {
		all[i] = benchEntry(i)
		v := photo
		if i < matches {
			v = proven()
		}
		if err := s.Put(context.Background(), all[i], v); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Save(context.Background(), "", true); err != nil {
		b.Fatal(err)
	}
	return all
}

// BenchmarkRescan measures what the journal adds to a walk without changes: load, look up every file, save.
func BenchmarkRescan(b *testing.B) {
	j := newJournal(b)
	all := fillSeen(b, j, benchFiles, benchMatches)
	b.ReportAllocs()
	for b.Loop() {
		s := must(j.LoadVerdictCache(b.Context(), "home", 1))(b)
		for _, e := range all {
			if s.Get(e) == Unknown {
				b.Fatal("forgotten")
			}
		}
		if err := s.Save(b.Context(), "", true); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoadSeen(b *testing.B) {
	j := newJournal(b)
	fillSeen(b, j, benchFiles, benchMatches)
	for b.Loop() {
		must(j.LoadVerdictCache(b.Context(), "home", 1))(b)
	}
}

func BenchmarkLook(b *testing.B) {
	j := newJournal(b)
	all := fillSeen(b, j, benchFiles, benchMatches)
	s := must(j.LoadVerdictCache(b.Context(), "home", 1))(b)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		s.Get(all[i%len(all)])
		i++
	}
}

// BenchmarkRecords reads every record, in pages and one by one.
func BenchmarkRecords(b *testing.B) {
	j := newJournal(b)
	all := fillSeen(b, j, benchFiles, benchMatches)
	s := must(j.LoadVerdictCache(b.Context(), "home", 1))(b)
	b.Run("pages", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for _, err := range j.Records(b.Context(), "home", 1) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != benchMatches {
				b.Fatal(n)
			}
		}
	})
	b.Run("lists", func(b *testing.B) {
		for b.Loop() {
			for list := range slices.Chunk(all[:benchMatches], recordsAtOnce) {
				refs := make([]providers.Ref, len(list))
				for i, e := range list {
					refs[i] = e.Ref
				}
				if got, err := s.RecordsOf(b.Context(), refs); len(got) != len(list) || err != nil {
					b.Fatal(len(got), err)
				}
			}
		}
	})
	b.Run("single", func(b *testing.B) {
		for b.Loop() {
			for _, e := range all[:benchMatches] {
				if _, ok, err := s.Matched(b.Context(), e); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		}
	})
}

// BenchmarkFirstScan puts and saves every file of a new storage.
func BenchmarkFirstScan(b *testing.B) {
	for b.Loop() {
		fillSeen(b, newJournal(b), benchFiles, benchMatches)
	}
}

func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "journal.db")
	j := openAt(b, path)
	fillSeen(b, j, benchFiles, benchMatches)
	j.Close()
	for b.Loop() {
		openAt(b, path).Close()
	}
}

// BenchmarkRecorder writes one intent and its outcome per operation.
func BenchmarkRecorder(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			j := newJournal(b)
			n := make(chan int)
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					for i := range n {
						key, err := j.Begin(context.Background(), trashOf(benchEntry(i)))
						if err == nil {
							err = j.End(context.Background(), key, providers.Outcome{Receipt: providers.Receipt(key)})
						}
						if err != nil {
							b.Error(err)
						}
					}
				})
			}
			for i := 0; b.Loop(); i++ {
				n <- i
			}
			close(n)
			all.Wait()
			b.ReportMetric(float64(2*b.N)/b.Elapsed().Seconds(), "durable/s")
		})
	}
}

// BenchmarkMemory reports what a loaded VerdictCache of a million files holds.
func BenchmarkMemory(b *testing.B) {
	j := newJournal(b)
	fillSeen(b, j, 1_000_000, 20_000)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := must(j.LoadVerdictCache(b.Context(), "home", 1))(b)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1_000_000, "B/file")
		runtime.KeepAlive(s)
	}
}

// BenchmarkCheck measures the check that a run makes before it may act, by number of operations. Every eleventh is a
// purge.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			j := newJournal(b)
			recordMany(b, j, n)
			b.Run("verify", func(b *testing.B) {
				for b.Loop() {
					must(j.Verify(b.Context()))(b)
				}
			})
			b.Run("all", func(b *testing.B) {
				for b.Loop() {
					if err := j.Check(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// recordMany fills j with n operations of many callers.
func recordMany(b *testing.B, j *Journal, n int) {
	numbers := make(chan int)
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := range numbers {
				op := trashOf(benchEntry(i/11*10 + i%11))
				if i%11 == 10 { // of the file that the previous call trashed
					op = providers.Op{
						Kind:    providers.OpPurge,
						Storage: "home",
						Entry:   op.Entry,
						Receipt: receiptOf(i - 1),
					}
				}
				key, err := j.Begin(context.Background(), op)
				if err == nil {
					err = j.End(context.Background(), key, providers.Outcome{Receipt: receiptOf(i - i%11/10)})
				}
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	all.Wait()
}

func receiptOf(i int) providers.Receipt {
	return providers.Receipt(fmt.Sprintf("/home/person/.local/share/Trash IMG_%06d.jpeg", i))
}
