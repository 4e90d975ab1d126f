package app

import (
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
)

func TestAClockIsComparedWithTheServices(t *testing.T) {
	theirs := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		off  time.Duration
		want State
		text string
	}{
		{0, Well, "accurate to a minute"},
		{59 * time.Second, Well, "accurate to a minute"},
		{-59 * time.Second, Well, "accurate to a minute"},
		{2 * time.Minute, Warn, "2m0s ahead of"},
		{-2 * time.Minute, Warn, "2m0s behind"},
		{time.Hour, Fail, "1h0m0s ahead of"},
		{-48 * time.Hour, Fail, "48h0m0s behind"},
	} {
		f := ticking(theirs, theirs.Add(c.off))
		if f.State != c.want || !strings.Contains(f.Text.String(), c.text) || f.Hint.IsZero() != (c.want == Well) {
			t.Errorf("%v: got %+v, want %s, %q", c.off, f, c.want, c.text)
		}
	}
	if f := ticking(time.Time{}, theirs); f.State != Warn {
		t.Errorf("no clock there: %+v", f)
	}
}

func TestAnAccountThatIsFullIsSaidToBe(t *testing.T) {
	for _, c := range []struct {
		about googleaccount.About
		want  State
		text  string
	}{
		{
			googleaccount.About{Limit: 15e9, Usage: 3e9, Trash: 1e9},
			Well,
			"3.0 GB of 15 GB used, 1.0 GB of it in the trash",
		},
		{googleaccount.About{Usage: 3e9}, Well, "3.0 GB used, 0 B of it in the trash"},
		{googleaccount.About{Limit: 15e9, Usage: 15e9}, Warn, "15 GB of 15 GB"},
	} {
		if f := space(c.about); f.State != c.want || !strings.Contains(f.Text.String(), c.text) {
			t.Errorf("got %+v, want %s, %q", f, c.want, c.text)
		}
	}
}
