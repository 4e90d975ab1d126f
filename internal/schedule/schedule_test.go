package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // or a machine without zones would test nothing
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	in, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func spec(t testing.TB, text string) Spec {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

// instant reads a time with its offset, or without one in a zone.
func instant(t testing.TB, text string, in *time.Location) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04:05 -0700", "2006-01-02 15:04 -0700", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, text, in); err == nil {
			return at
		}
	}
	t.Fatalf("%q is no time", text)
	return time.Time{}
}

func TestNextIsStrictlyAfterByTheClockOnTheWall(t *testing.T) {
	for _, c := range []struct{ in, spec, after, want string }{
		{"UTC", "daily 03:00", "2026-03-01 02:59:59 +0000", "2026-03-01 03:00 +0000"},
		{"UTC", "daily 03:00", "2026-03-01 03:00 +0000", "2026-03-02 03:00 +0000"},
		{"UTC", "daily 03:00", "2026-03-01 03:00:01 +0000", "2026-03-02 03:00 +0000"},
		{"UTC", "hourly", "2026-12-31 23:00 +0000", "2027-01-01 00:00 +0000"},
		{"UTC", "weekly sun 04:00", "2026-11-26 00:00 +0000", "2026-11-29 04:00 +0000"},
		{"UTC", "monthly 31 03:00", "2026-01-31 03:00 +0000", "2026-03-31 03:00 +0000"},
		{"UTC", "0 0 29 2 *", "2026-01-01 00:00 +0000", "2028-02-29 00:00 +0000"},
		{"UTC", "0 0 29 2 *", "2096-02-29 00:00 +0000", "2104-02-29 00:00 +0000"},
		{"UTC", "0 0 29 2 */7", "2280-02-29 00:00 +0000", "2320-02-29 00:00 +0000"}, // a Sunday
		{"Asia/Kathmandu", "daily 03:00", "2026-03-01 00:00 +0000", "2026-03-02 03:00 +0545"},
		// Forward at 02:00 to 03:00.
		{"Europe/Berlin", "daily 02:30", "2026-03-28 02:30 +0100", "2026-03-29 03:00 +0200"},
		{"Europe/Berlin", "daily 02:30", "2026-03-29 03:00 +0200", "2026-03-30 02:30 +0200"},
		{"Europe/Berlin", "*/10 2,3 * * *", "2026-03-29 01:59 +0100", "2026-03-29 03:00 +0200"},
		{"Europe/Berlin", "*/10 2,3 * * *", "2026-03-29 03:00 +0200", "2026-03-29 03:10 +0200"},
		// Back at 03:00 to 02:00.
		{"Europe/Berlin", "daily 02:30", "2026-10-25 00:00 +0200", "2026-10-25 02:30 +0200"},
		{"Europe/Berlin", "daily 02:30", "2026-10-25 02:30 +0200", "2026-10-26 02:30 +0100"},
		{"Europe/Berlin", "daily 02:30", "2026-10-25 02:00 +0100", "2026-10-26 02:30 +0100"},
		{"Europe/Berlin", "hourly", "2026-10-25 02:00 +0200", "2026-10-25 03:00 +0100"},
		{"Europe/Berlin", "every 6h", "2026-10-25 00:00 +0200", "2026-10-25 06:00 +0100"},
		{"Europe/Berlin", "every 6h", "2026-03-29 00:00 +0100", "2026-03-29 06:00 +0200"},
		// Forward at midnight, and back at it to 23:00.
		{"America/Sao_Paulo", "daily 00:00", "2018-11-03 12:00 -0300", "2018-11-04 01:00 -0200"},
		{"America/Sao_Paulo", "daily 23:30", "2018-02-17 23:30 -0200", "2018-02-18 23:30 -0300"},
		// Half an hour.
		{"Australia/Lord_Howe", "daily 02:15", "2026-10-03 12:00 +1030", "2026-10-04 02:30 +1100"},
		{"Australia/Lord_Howe", "daily 01:45", "2026-04-05 01:45 +1100", "2026-04-06 01:45 +1030"},
		// A day that was left out.
		{"Pacific/Apia", "daily 12:00", "2011-12-29 12:00 -1000", "2011-12-31 00:00 +1400"},
		{"Pacific/Apia", "daily 12:00", "2011-12-31 00:00 +1400", "2011-12-31 12:00 +1400"},
	} {
		in := zone(t, c.in)
		got := spec(t, c.spec).Next(instant(t, c.after, in), in)
		if want := instant(t, c.want, in); !got.Equal(want) {
			t.Errorf("%s in %s after %s: got %v, want %v", c.spec, c.in, c.after, got, want)
		}
	}
}

// written is a spec in cron's notation, with the numbers of its fields, which the test computes itself.
type written struct {
	text string
	sets [5][]int // minute, hour, day, month, weekday
	or   bool     // either day will do
}

// random returns a spec that a user might write, with days that come often.
func random(r *rand.Rand) written {
	var w written
	var texts []string
	for i, f := range [5][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}} {
		text, set := randomField(r, f[0], f[1], i == 3 || i == 2 && r.IntN(3) > 0)
		texts = append(texts, text)
		w.sets[i] = set
	}
	w.text = strings.Join(texts, " ")
	w.or = texts[2][0] != '*' && texts[4][0] != '*'
	return w
}

func randomField(r *rand.Rand, low, high int, all bool) (string, []int) {
	var set []int
	steps := func(from, to, by int) {
		for n := from; n <= to; n += by {
			set = append(set, n)
		}
	}
	from := low + r.IntN(high-low+1)
	to := from + r.IntN(high-from+1)
	by := 1 + r.IntN(9)
	kind := r.IntN(5)
	if all {
		kind = 0
	}
	switch kind {
	case 0:
		steps(low, high, 1)
		return "*", set
	case 1:
		steps(low, high, by)
		return fmt.Sprintf("*/%d", by), set
	case 2:
		steps(from, to, by)
		return fmt.Sprintf("%d-%d/%d", from, to, by), set
	case 3:
		steps(from, to, 1)
		return fmt.Sprintf("%d-%d", from, to), set
	}
	set = []int{from, to}
	return fmt.Sprintf("%d,%d", from, to), set
}

// shows reports whether it is due at what a clock shows.
func (w written) shows(c time.Time) bool {
	day, weekday := slices.Contains(w.sets[2], c.Day()), slices.Contains(w.sets[4], int(c.Weekday()))
	if w.or {
		day = day || weekday
	} else {
		day = day && weekday
	}
	return day && slices.Contains(w.sets[0], c.Minute()) && slices.Contains(w.sets[1], c.Hour()) &&
		slices.Contains(w.sets[3], int(c.Month()))
}

// naive advances minute by minute: a minute is due when the clock first reaches it, or is moved over it. It returns
// zero if there is none within minutes.
func naive(due func(shown time.Time) bool, after time.Time, in *time.Location, minutes int) time.Time {
	shown := func(t time.Time) time.Time {
		t = t.In(in)
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	}
	at := after.Truncate(time.Minute)
	furthest := shown(at.Add(-26 * time.Hour))
	for t := at.Add(-26 * time.Hour); !t.After(at); t = t.Add(time.Minute) {
		if now := shown(t); now.After(furthest) {
			furthest = now
		}
	}
	for range minutes {
		at = at.Add(time.Minute)
		for now := shown(at); furthest.Before(now); {
			if furthest = furthest.Add(time.Minute); due(furthest) {
				return at
			}
		}
	}
	return time.Time{}
}

// transitions are days on which the clocks of a zone are put forward or back,
// or, in those without such days, any.
var transitions = map[string][]string{
	"UTC":                 {"2024-02-28 00:00", "2026-12-31 00:00"},
	"Asia/Kathmandu":      {"2024-02-28 00:00", "1985-12-31 12:00"},
	"Europe/Berlin":       {"2026-03-28 12:00", "2026-10-24 12:00"},
	"America/Sao_Paulo":   {"2018-11-03 12:00", "2018-02-17 00:00"},
	"Australia/Lord_Howe": {"2026-10-03 12:00", "2026-04-04 12:00"},
	"America/St_Johns":    {"2010-03-13 12:00", "2010-11-06 12:00"}, // at one minute past midnight
	"Antarctica/Troll":    {"2026-03-28 12:00", "2026-10-24 12:00"}, // two hours
	"Africa/Casablanca":   {"2026-02-14 12:00", "2026-03-21 12:00"}, // back first, then forward
	"Pacific/Apia":        {"2011-12-29 00:00", "2011-09-24 00:00"}, // the first leaves out a day
}

func TestNextAgreesWithWatchingTheHandsOfTheClock(t *testing.T) {
	const within = 2 * 24 * 60
	for name, days := range transitions {
		t.Run(strings.ReplaceAll(name, "/", "-"), func(t *testing.T) {
			in := zone(t, name)
			r := rand.New(rand.NewPCG(1, uint64(len(name))))
			met := 0
			for range 25 {
				w := random(r)
				s, err := Parse(w.text)
				if err != nil {
					t.Fatalf("%s: %v", w.text, err)
				}
				after := instant(t, days[r.IntN(len(days))], in).Add(time.Duration(r.IntN(36*3600)) * time.Second)
				want := naive(w.shows, after, in, within)
				got := s.Next(after, in)
				switch {
				case want.IsZero() && !got.IsZero() && !got.After(after.Add(within*time.Minute)):
					t.Errorf("%s after %v: got %v, want none for two days", w.text, after, got)
				case !want.IsZero() && !got.Equal(want):
					t.Errorf("%s after %v: got %v, want %v", w.text, after, got, want)
				}
				if !want.IsZero() {
					met++
				}
			}
			if met < 8 {
				t.Errorf("only %d of the specs were due", met)
			}
		})
	}
}

func TestEveryPartOfADayBeginsAtMidnight(t *testing.T) {
	in := zone(t, "Europe/Berlin")
	for text, want := range map[string]int{
		"every 1m": 1440, "every 15m": 96, "every 90m": 16, "every 6h": 4, "every 1h30m": 16, "every 12h": 2,
		"hourly": 24, "daily 00:00": 1,
	} {
		s := spec(t, text)
		at, count := instant(t, "2026-05-01 00:00", in).Add(-time.Second), 0
		for end := instant(t, "2026-05-02 00:00", in); ; count++ {
			if at = s.Next(at, in); !at.Before(end) {
				break
			}
			if count == 0 && wall(at, in).Truncate(day) != wall(at, in) {
				t.Errorf("%s: got %v first, want midnight", text, at)
			}
		}
		if count != want {
			t.Errorf("%s: got %d times a day, want %d", text, count, want)
		}
	}
}

func TestNothingIsNeverDue(t *testing.T) {
	if got := (Spec{}).Next(instant(t, "2026-01-01 00:00", time.UTC), time.UTC); !got.IsZero() {
		t.Errorf("got %v, want never", got)
	}
}

func TestWithoutAZoneTheTimeBringsItsOwn(t *testing.T) {
	in := zone(t, "Asia/Kathmandu")
	after := instant(t, "2026-01-01 00:00", in)
	if got := spec(t, "daily 03:00").Next(after, nil); !got.Equal(after.Add(3 * time.Hour)) {
		t.Errorf("got %v, want three hours later", got)
	}
	w, err := ParseWindow("00:00-03:00")
	if got := w.End(after, nil); err != nil || !got.Equal(after.Add(3*time.Hour)) {
		t.Errorf("got %v, %v, want three hours later", got, err)
	}
}

func TestJitterIsTheSameForASeedAndBelowItsBound(t *testing.T) {
	seen := map[time.Duration]bool{}
	for i := range 1000 {
		seed := fmt.Sprint("machine ", i)
		j := Jitter(seed, 10*time.Minute)
		if j < 0 || j >= 10*time.Minute || j != Jitter(seed, 10*time.Minute) {
			t.Fatalf("%s: got %v, want one from 0 to 10 minutes, twice the same", seed, j)
		}
		seen[j/time.Minute] = true
	}
	if len(seen) != 10 {
		t.Errorf("a thousand seeds fall into %d of 10 minutes", len(seen))
	}
	if a, b := Jitter("a", 0), Jitter("a", -time.Second); a != 0 || b != 0 {
		t.Errorf("got %v and %v, want none", a, b)
	}
}

func BenchmarkNext(b *testing.B) {
	in := zone(b, "Europe/Berlin")
	after := instant(b, "2026-03-01 00:00", in)
	for _, text := range []string{"daily 03:00", "0 0 29 2 */7"} {
		s := spec(b, text)
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				s.Next(after, in)
			}
		})
	}
}
