package journal

import (
	"testing"
	"time"
)

func TestWhatWasDoneLatelyOutlivesTheProcess(t *testing.T) {
	path := newPath(t)
	at := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	for n, want := range []time.Time{{}, at, at.Add(24 * time.Hour)} {
		j, err := openAny(path, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := j.LastRun(t.Context(), "home"); err != nil || !got.Equal(want) {
			t.Errorf("opened %d times: got %v, %v; want %v", n, got, err, want)
		}
		if got, err := j.LastRun(t.Context(), "other"); err != nil || !got.IsZero() {
			t.Errorf("of another: got %v, %v; want never", got, err)
		}
		if err := j.SetLastRun(t.Context(), "home", at.Add(time.Duration(n)*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
