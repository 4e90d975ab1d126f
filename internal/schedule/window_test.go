package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAWindowEndsByTheClockOnTheWall(t *testing.T) {
	for _, c := range []struct{ in, window, at, want string }{
		{"UTC", "22:00-07:00", "2026-01-01 21:59:59 +0000", ""},
		{"UTC", "22:00-07:00", "2026-01-01 22:00 +0000", "2026-01-02 07:00 +0000"},
		{"UTC", "22:00-07:00", "2026-01-02 06:59:59 +0000", "2026-01-02 07:00 +0000"},
		{"UTC", "22:00-07:00", "2026-01-02 07:00 +0000", ""},
		{"UTC", "09:00-17:30", "2026-01-02 17:29 +0000", "2026-01-02 17:30 +0000"},
		{"UTC", "09:00-17:30", "2026-01-02 08:59 +0000", ""},
		{"UTC", "22:00-00:00", "2026-01-02 23:59 +0000", "2026-01-03 00:00 +0000"},
		{"UTC", "00:00-06:00", "2026-01-02 00:00 +0000", "2026-01-02 06:00 +0000"},
		{"Asia/Kathmandu", "22:00-07:00", "2026-01-01 16:15 +0000", "2026-01-02 07:00 +0545"},
		// Forward at 02:00 to 03:00: a begin and an end in the gap are after it.
		{"Europe/Berlin", "22:00-02:30", "2026-03-29 01:59 +0100", "2026-03-29 03:00 +0200"},
		{"Europe/Berlin", "02:30-07:00", "2026-03-29 01:59 +0100", ""},
		{"Europe/Berlin", "02:30-07:00", "2026-03-29 03:00 +0200", "2026-03-29 07:00 +0200"},
		{"Europe/Berlin", "02:10-02:50", "2026-03-29 03:00 +0200", ""},
		// Back at 03:00 to 02:00: from the first begin to the last end.
		{"Europe/Berlin", "02:00-02:30", "2026-10-25 02:00 +0200", "2026-10-25 02:30 +0100"},
		{"Europe/Berlin", "02:00-02:30", "2026-10-25 02:45 +0200", "2026-10-25 02:30 +0100"},
		{"Europe/Berlin", "22:00-07:00", "2026-10-25 01:00 +0200", "2026-10-25 07:00 +0100"},
		// Back over midnight, when it is yesterday again.
		{"America/St_Johns", "00:00-07:00", "2010-11-06 23:30 -0330", "2010-11-07 07:00 -0330"},
		// Two days later within a minute.
		{"Pacific/Apia", "22:00-07:00", "2011-12-29 23:00 -1000", "2011-12-31 00:00 +1400"},
	} {
		in := zone(t, c.in)
		w, err := ParseWindow(c.window)
		if err != nil {
			t.Fatal(err)
		}
		var want time.Time
		if c.want != "" {
			want = instant(t, c.want, in)
		}
		if got := w.End(instant(t, c.at, in), in); !got.Equal(want) {
			t.Errorf("%s in %s at %s: got %v, want %v", c.window, c.in, c.at, got, want)
		}
	}
	if got := (Window{}).End(instant(t, "2026-01-01 00:00", time.UTC), time.UTC); !got.IsZero() {
		t.Errorf("got %v without a window", got)
	}
}

// TestAWindowCoversWhatTheClockShows checks each minute: whenever the clock shows
// a time of the window, the window contains it.
func TestAWindowCoversWhatTheClockShows(t *testing.T) {
	for name, days := range transitions {
		in := zone(t, name)
		for _, text := range []string{
			"22:00-07:00", "23:30-00:30", "00:00-01:00", "01:45-02:15", "02:00-03:00", "03:00-02:00",
		} {
			w, err := ParseWindow(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range days {
				at := instant(t, d, in)
				for end := at.Add(72 * time.Hour); at.Before(end); at = at.Add(7 * time.Minute) {
					of := wall(at, in).Sub(wall(at, in).Truncate(day))
					shown := of >= w.from && of < w.until || w.until < w.from && (of >= w.from || of < w.until)
					over := w.End(at, in)
					if shown && !over.After(at) {
						t.Fatalf("%s in %s at %v: got no end", text, name, at)
					}
					if !over.IsZero() && (!over.After(at) || over.After(at.Add(26*time.Hour))) {
						t.Fatalf("%s in %s at %v: got an end at %v", text, name, at, over)
					}
				}
			}
		}
	}
}

func TestAWindowIsReadWholeOrNotAtAll(t *testing.T) {
	for text, want := range map[string]string{
		"22:00-07:00": "from 22:00 to 07:00", "9:00 - 17:30": "from 09:00 to 17:30",
		"00:00-23:59": "from 00:00 to 23:59",
	} {
		if w, err := ParseWindow(text); err != nil || w.String() != want {
			t.Errorf("%s: got %v, %v, want %s", text, w, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                    "not a range of two times",
		"22:00":               "not a range of two times",
		"22-7":                `"22" is not a time of the day`,
		"22:00-24:00":         `"24:00" is not a time of the day`,
		"22:00-07:00-08:00":   `"07:00-08:00" is not a time of the day`,
		"07:00-07:00":         "begins and ends at the same time",
		"22:00-7:5":           `"7:5" is not a time`,
		"night":               "not a range of two times",
		"25:00-x, 08:00-9:00": "not a time of the day",
	} {
		w, err := ParseWindow(text)
		e, ok := errors.AsType[*Error](err)
		if !ok || w != (Window{}) || !strings.Contains(e.Message, want) || e.Hint == "" {
			t.Errorf("%q: got %v and %v, want an *Error with %q", text, w, err, want)
		}
	}
	if got := (Window{}).String(); got != "never" {
		t.Errorf("got %q", got)
	}
}
