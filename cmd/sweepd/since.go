package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// sinceUsage is the help of --since in all verbs that have it. It is the end of a sentence.
const sinceUsage = "e.g. 7d, 2026-11-01, today, yesterday or monday"

// parseSince returns the time that the user means by the value of --since: a duration before now, a day or a minute of
// the machine's calendar, today, yesterday, or a weekday, which is the last one before today. A day begins at midnight.
// It returns a *app.UsageError for any other text. Weekdays are in English, whole or with three letters. On a Monday,
// monday is the Monday a week ago: today has its own name.
func parseSince(text string, now time.Time) (time.Time, error) {
	now = now.Local()
	word := strings.ToLower(strings.TrimSpace(text))
	midnight := func(daysAgo int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()-daysAgo, 0, 0, 0, 0, time.Local)
	}
	switch word {
	case "today":
		return midnight(0), nil
	case "yesterday":
		return midnight(1), nil
	}
	for ago := 1; ago <= 7; ago++ {
		day := strings.ToLower(midnight(ago).Weekday().String())
		if word == day || word == day[:3] {
			return midnight(ago), nil
		}
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(text), time.Local); err == nil {
			return t, nil
		}
	}
	ago, err := policyfile.ParseDuration(word)
	if err != nil {
		return time.Time{}, &app.UsageError{
			Err:  fmt.Errorf("%q is neither a duration nor a day", text),
			Hint: "use a duration such as 12h, 7d or 4w, a date such as 2026-11-01, today, yesterday, or a weekday",
		}
	}
	return now.Add(-ago), nil
}
