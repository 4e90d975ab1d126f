package language

import "time"

// When returns a time as lists show it, in the zone of the machine: 2006-01-02 15:04 if it is of yesterday, today or
// tomorrow, and 2006-01-02 if it is of any other day.
func When(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	for days := -1; days <= 1; days++ {
		year, month, day := now.AddDate(0, 0, days).Date()
		if y, m, d := t.Date(); y == year && m == month && d == day {
			return t.Format("2006-01-02 15:04")
		}
	}
	return t.Format(time.DateOnly)
}
