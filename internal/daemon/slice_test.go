package daemon

import (
	"testing"
	"time"
)

// The time of a slice is that of its files. A listing that takes longer before the first of them leaves all of it.
func TestASliceBeginsWithItsFirstFile(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	s := &sliced{Slice: Slice{Files: 3, Time: time.Minute}}
	for _, c := range []struct {
		files int
		after time.Duration
		want  bool
	}{
		{0, time.Hour, false},
		{1, time.Hour + 59*time.Second, false},
		{1, time.Hour + time.Minute, true},
		{3, time.Hour + time.Second, true},
		{0, 2 * time.Hour, false},
	} {
		if got := s.ended(c.files, now.Add(c.after)); got != c.want {
			t.Errorf("after %d files, at %v: ended is %v", c.files, c.after, got)
		}
	}
}
