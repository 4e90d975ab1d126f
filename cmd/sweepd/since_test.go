package main

import (
	"testing"
	"time"
)

func TestSinceIsATimeOfTheCalendarOrADuration(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 14, 30, 0, 0, time.Local) // a Monday
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.Local) }
	for text, want := range map[string]time.Time{
		"today": day(30), "yesterday": day(29), "Yesterday": day(29), "sunday": day(29), "tue": day(24),
		"monday":     day(23),
		"2026-11-01": day(1), "2026-11-01 06:15": day(1).Add(6*time.Hour + 15*time.Minute),
		"2h":    now.Add(-2 * time.Hour),
		"1d12h": now.Add(-36 * time.Hour),
	} {
		if got, err := parseSince(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "lately", "tomorrow", "m", "2026-13-01", "-1d", "d"} {
		if got, err := parseSince(text, now); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}
