// Package rotation picks the slice of a long test loop that one run takes.
//
// A loop that stops, fails or cuts a program at each of its steps takes too long to run whole each time. One run
// takes every stride-th step. The first of them follows from SWEEPD_ROTATION, which ./test sets to the commit, and
// from the loop's name, so that each commit tries another slice and over some commits every step is tried.
// SWEEPD_STRIDE=1 tries all steps. With -short, which ./test sets together with -race, a slice has an eighth of the
// steps: the race detector makes each of them five times slower, and all of them were tried before without it. Only
// tests use this package.
package rotation

import (
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"os"
	"strconv"
	"testing"
)

// Slice is the steps First, First+Stride, First+2*Stride and so on. Steps are counted from 1.
type Slice struct{ First, Stride int }

// New returns the slice of the loop that belongs to the test t. stride is the ordinary stride of this loop; it is
// eight times as long with -short, and SWEEPD_STRIDE overrides it. The slice begins at step 1 if SWEEPD_ROTATION is
// not set. The test's log has the slice, and the setting that repeats it. The test fails if SWEEPD_STRIDE is not a
// number from 1.
func New(t testing.TB, stride int) Slice {
	t.Helper()
	stride *= Share()
	if text := os.Getenv("SWEEPD_STRIDE"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("SWEEPD_STRIDE=%s is not a number from 1", text)
		}
		stride = n
	}
	rotation := os.Getenv("SWEEPD_ROTATION")
	s := Slice{First: first(rotation, t.Name(), stride), Stride: stride}
	t.Logf("every %dth step from %d (SWEEPD_ROTATION=%s)", s.Stride, s.First, rotation)
	return s
}

// Steps returns the steps of the slice without end; the caller stops when its program is through.
func (s Slice) Steps() iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := s.First; yield(n); n += s.Stride {
		}
	}
}

// Part returns the items that this run of the test t takes: all of them, or with -short every eighth, beginning with
// one that follows from SWEEPD_ROTATION. If there are fewer than eight, it may return none.
func Part[T any](t testing.TB, items []T) (part []T) {
	t.Helper()
	for n := first(os.Getenv("SWEEPD_ROTATION"), t.Name(), Share()); n <= len(items); n += Share() {
		part = append(part, items[n-1])
	}
	return part
}

// Turn reports whether this run makes a check that only one run in n makes. Which one follows from SWEEPD_ROTATION and
// the check's name. It is each run's turn if SWEEPD_ROTATION is not set, and with SWEEPD_STRIDE=1.
func Turn(check string, n int) bool {
	return os.Getenv("SWEEPD_STRIDE") == "1" || first(os.Getenv("SWEEPD_ROTATION"), check, n) == 1
}

// Share returns the number of parts into which a test divides its work, of which it does one: 1, or 8 with -short. It
// is for loops that only repeat.
func Share() int {
	if testing.Short() {
		return 8
	}
	return 1
}

// first returns the first step of a slice, from 1 to stride: always the same for one rotation and loop.
func first(rotation, loop string, stride int) int {
	if rotation == "" {
		return 1
	}
	sum := sha256.Sum256([]byte(rotation + "\x00" + loop))
	return 1 + int(binary.BigEndian.Uint64(sum[:8])%uint64(stride))
}
