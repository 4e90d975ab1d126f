package sweeper

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

// opened is a reader on a file with that content, over a driver with faults.
func opened(
	t *testing.T, content []byte, faults ...providertest.Fault,
) (*reader, *providertest.Account, *providertest.Faulty) {
	t.Helper()
	a := providertest.NewAccount()
	a.Write("/root/a.png", content, time.Unix(1, 0))
	d := providertest.NewFaulty(providertest.NewMemory(a), faults...)
	st, err := providers.NewStorage("home", d, providers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := new(reader)
	for c := range st.Changes(t.Context(), "") {
		if !c.Checkpoint() {
			r.open(t.Context(), st, c.Entry)
		}
	}
	return r, a, d
}

func TestAReaderGivesWhatTheFileHolds(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, headSize - 1, headSize, headSize + 1, 3 * headSize} {
		content := bytes.Repeat([]byte("0123456789abcde"), size/15+1)[:size]
		r, _, _ := opened(t, content)
		for _, at := range [][2]int{
			{0, 1},
			{0, headSize},
			{0, max(size, 1)},
			{size - 1, 1},
			{size - 1, 5},
			{size, 1},
			{headSize - 2, 4},
			{5, 2 * headSize},
		} {
			off, n := max(at[0], 0), at[1]
			p := make([]byte, n)
			got, err := r.ReadAt(p, int64(off))
			want := content[min(off, size):min(off+n, size)]
			if !bytes.Equal(p[:got], want) || (got < n) != errors.Is(err, io.EOF) || err != nil && err != io.EOF {
				t.Errorf("%d bytes at %d of %d: got %d, %v; want %d", n, off, size, got, err, len(want))
			}
		}
	}
}

func TestSmallReadsAtTheStartCostOneRequest(t *testing.T) {
	t.Parallel()
	r, _, d := opened(t, make([]byte, 3*headSize))
	for off := range int64(100) {
		if _, err := r.ReadAt(make([]byte, 30), off*40); err != nil {
			t.Fatal(err)
		}
	}
	if n := d.Calls("ReadRange"); n != 1 || r.fetched != headSize {
		t.Errorf("got %d requests of %d bytes, want 1 of %d", n, r.fetched, headSize)
	}
}

func TestAnErrorIsNeverTheEndOfAFile(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		io.ErrUnexpectedEOF, fmt.Errorf("connection lost: %w", io.EOF), errors.New("input/output error"),
	} {
		for nth := 1; nth <= 2; nth++ {
			r, _, _ := opened(t, make([]byte, 3*headSize), providertest.Fault{Method: "ReadRange", Nth: nth, Err: err})
			p := make([]byte, 10)
			_, first := r.ReadAt(p, 0)
			_, second := r.ReadAt(p, 2*headSize)
			if got := []error{first, second}[nth-1]; got == nil || got == io.EOF || !errors.Is(got, err) {
				t.Errorf("request %d failing with %v: got %v", nth, err, got)
			}
		}
	}
}

func TestAFileThatChangedIsNotReadOn(t *testing.T) {
	t.Parallel()
	r, a, _ := opened(t, make([]byte, 3*headSize))
	p := make([]byte, 10)
	if _, err := r.ReadAt(p, 0); err != nil {
		t.Fatal(err)
	}
	a.Write("/root/a.png", make([]byte, 3*headSize), time.Unix(1, 0))
	if _, err := r.ReadAt(p, 2*headSize); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
}

func TestAnExaminationThatReadsTooMuchIsEnded(t *testing.T) {
	t.Parallel()
	r, _, _ := opened(t, make([]byte, 1<<20))
	p := make([]byte, 1<<20)
	for range 10 {
		if _, err := r.ReadAt(p, 0); errors.Is(err, errBudget) {
			return
		}
	}
	t.Errorf("got no end after %d bytes", r.fetched)
}

func TestAReaderAllocatesNoEntryForEachFile(t *testing.T) {
	st, err := providers.NewStorage("home", providertest.NewMemory(providertest.NewAccount()), providers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const files = 1000
	r := new(reader)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range files {
		r.open(t.Context(), st, providers.Entry{Ref: "a", Size: 5})
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) / files; n >= uint64(unsafe.Sizeof(providers.Entry{})) {
		t.Errorf("%d bytes are allocated for each file, want fewer than an entry has", n)
	}
}
