package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAWindowOverALimitIsToldWhy(t *testing.T) {
	l := Limits{Files: 10, Bytes: 1000, Share: 0.29}
	for _, c := range []struct {
		files       int
		bytes, seen int64
		want        []string
	}{
		{0, 0, 0, nil},
		{10, 1000, 0, nil},
		{11, 1000, 0, []string{"11 files, over the limit of 10"}},
		{1, 1001, 0, []string{"1001 bytes, over the limit of 1 kB"}},
		{1, -1, 0, []string{"-1 bytes, over the limit of 1 kB"}},
		{10, 0, 19, nil}, // too few to count a share
		{5, 0, 20, nil},
		{6, 0, 20, []string{"6 of 20 files, over the limit of 29%"}},
		{11, 1001, 20, []string{
			"11 files, over the limit of 10", "1001 bytes, over the limit of 1 kB",
			"11 of 20 files, over the limit of 29%",
		}},
	} {
		if got := l.Check(c.files, c.bytes, c.seen); !cmp.Equal(got, c.want) {
			t.Errorf("%d files, %d bytes of %d: got %q, want %q", c.files, c.bytes, c.seen, got, c.want)
		}
	}
	for percent := 1; percent <= 100; percent++ {
		l := Limits{Share: float64(percent) / 100}
		if l.OverShare(percent, 100) || !l.OverShare(percent+1, 100) {
			t.Errorf("%d%%: the edge is not where it is said to be", percent)
		}
	}
}

func TestASurgeIsFarAboveTheUsual(t *testing.T) {
	const most = int(^uint(0) >> 1)
	for _, c := range []struct {
		surge, files, usual int
		want                bool
	}{
		{10, 50, 0, false}, // too few to matter
		{10, 51, 0, true},
		{10, 51, 1, true},
		{10, 51, 5, true},
		{10, 51, 6, false},
		{10, 60, 6, false},
		{10, 61, 6, true},
		{2, 200, 100, false},
		{2, 201, 100, true},
		{1000, 1000, -7, false},
		{1000, 1001, -7, true},
		{1000, most, most, false},
		{1000, most, 1, true},
		{0, most, 0, false}, // off
		{10, -1, 0, false},
	} {
		if got := (Limits{Surge: c.surge}).Surging(c.files, c.usual); got != c.want {
			t.Errorf("%d files, usually %d, times %d: got %t, want %t", c.files, c.usual, c.surge, got, c.want)
		}
	}
}
