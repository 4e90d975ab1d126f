package language

import (
	"testing"
	"time"
)

func TestATimeOfNearbyDaysHasItsHour(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 0, 5, 0, 0, time.Local)
	for want, at := range map[string]time.Time{
		"2026-11-29":       time.Date(2026, 11, 29, 23, 59, 0, 0, time.Local),
		"2026-11-30 00:00": time.Date(2026, 11, 30, 0, 0, 0, 0, time.Local),
		"2026-12-01 00:05": now,
		"2026-12-02 23:59": time.Date(2026, 12, 2, 23, 59, 0, 0, time.Local),
		"2026-12-03":       time.Date(2026, 12, 3, 0, 0, 0, 0, time.Local),
		"2025-12-01":       time.Date(2025, 12, 1, 0, 5, 0, 0, time.Local),
	} {
		if got := When(at, now); got != want {
			t.Errorf("%s on %s is %s, want %s", at, now, got, want)
		}
	}
}
