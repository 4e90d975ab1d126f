package schedule

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestASpecIsSaidInPlainEnglish(t *testing.T) {
	for text, want := range map[string]string{
		"hourly":              "every hour",
		"daily 03:00":         "every day at 03:00",
		" daily  3:00 ":       "every day at 03:00",
		"weekly sun 04:00":    "every Sunday at 04:00",
		"weekly Monday 9:05":  "every Monday at 09:05",
		"weekly mon,thu 4:00": "every Monday and Thursday at 04:00",
		"weekly sat-sun 4:00": "every Sunday and Saturday at 04:00",
		"monthly 1 03:00":     "on day 1 of each month at 03:00",
		"monthly 1,15 03:00":  "on day 1 and 15 of each month at 03:00",
		"every 6h":            "every 6 hours from midnight",
		"every 90m":           "every 90 minutes from midnight",
		"every 1h":            "every hour",
		"every 1m":            "every minute",
		"0 * * * *":           "every hour",
		"*/15 * * * *":        "every 15 minutes",
		"*/15 * * * mon-fri":  "every Monday to Friday, every 15 minutes",
		"0 3 * * 1-5":         "every Monday to Friday at 03:00",
		"0 3 * * 0-7":         "every day at 03:00",
		"0 3 * * 7":           "every Sunday at 03:00",
		"0 3 * * 5-7":         "every Sunday, Friday and Saturday at 03:00",
		"30 8,12,18 * * *":    "every day at 08:30, 12:30 and 18:30",
		"*/7 8-18 * * *":      "every day at minute 0, 7, 14, 21, 28, 35, 42, 49 and 56 of hour 8 to 18",
		"0 3 1 * 1":           "every Monday and on day 1 of each month at 03:00",
		"0 3 1 1,7 1":         "in January and July every Monday and on day 1 at 03:00",
		"0 3 */2 * 1": "on day 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29 and 31 of each month " +
			"if it is a Monday at 03:00",
		"0 3 1-31 * 1":    "every day at 03:00",
		"0 3 * jun-aug *": "every day in June to August at 03:00",
		"0 3 * 1 1":       "every Monday in January at 03:00",
		"0 0 29 feb *":    "on day 29 of February at 00:00",
	} {
		if got := spec(t, text).String(); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	if got := (Spec{}).String(); got != "never" {
		t.Errorf("got %q, want never", got)
	}
}

func TestEveryMistakeIsToldWhatCouldStandThere(t *testing.T) {
	for text, want := range map[string]string{
		"":                     `"" is not a schedule: write hourly, daily 03:00`,
		"Daily 03:00":          `"Daily 03:00" is not a schedule`,
		"nightly":              `"nightly" is not a schedule: write hourly`,
		"@daily":               `"@daily" is not a schedule`,
		"daily":                `"daily" is not a schedule: write hourly, daily 03:00`,
		"daily at 3":           `"daily at 3" is not a schedule`,
		"daily 24:00":          `"24:00" is not a time of the day: write one from 00:00 to 23:59`,
		"daily 3":              `"3" is not a time of the day`,
		"daily 03:00:00":       `"03:00:00" is not a time of the day`,
		"weekly 04:00":         `is not a schedule`,
		"weekly sunny 04:00":   `"sunny" is not a day of the week: write 0 to 7, as in 0, sun, mon-fri or 1,4`,
		"monthly 32 03:00":     `"32" is not a day of the month: write 1 to 31`,
		"monthly 0 03:00":      `"0" is not a day of the month`,
		"monthly last 03:00":   `"last" is not a day of the month`,
		"every 7h":             `"7h" is not an interval that divides a day evenly: write 1h, 2h, 3h`,
		"every 2d":             `"2d" is not an interval that divides a day`,
		"every 0m":             "is not an interval that divides a day",
		"every -6h":            "is not an interval that divides a day",
		"every 30s":            "is not an interval that divides a day",
		"every 48h":            "is not an interval that divides a day",
		"every 9999999999999h": "is not an interval that divides a day",
		"every six":            "is not an interval that divides a day",
		"60 * * * *":           `"60" is not a minute: write 0 to 59, as in 0, 15-45, */10 or 0,30`,
		"0 24 * * *":           `"24" is not an hour: write 0 to 23`,
		"0 0 1 13 *":           `"13" is not a month: write 1 to 12`,
		"0 0 1 janus *":        `"janus" is not a month`,
		"0 0 * * 8":            `"8" is not a day of the week`,
		"0 0 * jan-mon *":      `"jan-mon" is not a month`,
		"30-10 * * * *":        `"30-10" is not a minute`,
		"*/0 * * * *":          `"*/0" is not a minute`,
		"*/ * * * *":           `"*/" is not a minute`,
		"5/15 * * * *":         `"5/15" is not a minute`,
		"1, * * * *":           `"" is not a minute`,
		"+1 * * * *":           `"+1" is not a minute`,
		"-1 * * * *":           `"-1" is not a minute`,
		"001 * * * *":          `"001" is not a minute`,
		"? * * * *":            `"?" is not a minute`,
		"0 0 L * *":            `"L" is not a day of the month`,
		"* * * *":              "is not a schedule",
		"* * * * * *":          "is not a schedule",
		"0 0 30 2 *":           `no date matches "0 0 30 2 *": write a day that exists in one of its months`,
		"0 0 31 4,6,9,11 *":    "no date matches",
	} {
		s, err := Parse(text)
		e, ok := errors.AsType[*Error](err)
		if !ok || s != (Spec{}) || !strings.Contains(err.Error(), want) || e.Hint == "" {
			t.Errorf("%q: got %v and %v, want an *Error with %q", text, s, err, want)
		}
	}
}

func TestSpecsReadAlikeOnlyIfTheyAreEqual(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	said := map[string]Spec{}
	for range 4_000 {
		s := spec(t, random(r).text)
		if other, known := said[s.String()]; known && other != s {
			t.Fatalf("%q is the text of two specs:\n%v\n%v", s, [1]Spec{s}, [1]Spec{other})
		}
		said[s.String()] = s
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"hourly", "daily 03:00", "weekly sun 04:00", "monthly 31 3:00", "every 6h", "0 3 * * 1-5",
		"*/5 8-18/2 1,15 jan-jun */2", "0 0 30 2 *", "0 0 29 2 */7",
	} {
		f.Add(text, int64(1_800_000_000))
	}
	in := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text string, seconds int64) {
		s, err := Parse(text)
		if e, ok := errors.AsType[*Error](err); (err != nil) != (s == Spec{}) ||
			err != nil && (!ok || e.Message == "" || e.Hint == "") {
			t.Fatalf("got %v and %v", s, err)
		}
		if err != nil {
			return
		}
		after := time.Unix(seconds%(1<<36), 0) // to the year 4147
		next := s.Next(after, in)
		if !next.After(after) || s.Next(next.Add(-time.Nanosecond), in) != next || s.String() == "never" {
			t.Fatalf("%v after %v: got %v", s, after, next)
		}
	})
}

func FuzzParseWindow(f *testing.F) {
	f.Add("22:00-07:00")
	f.Add("9:00-9:00")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ParseWindow(text)
		if _, ok := errors.AsType[*Error](err); ok != (w == Window{}) {
			t.Fatalf("got %v and %v", w, err)
		}
	})
}
