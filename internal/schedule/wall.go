package schedule

import "time"

// wall returns the reading of a clock of the zone at a time, written as a time in UTC.
func wall(t time.Time, in *time.Location) time.Time {
	t = t.In(in)
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// moments returns the first and the last time at which the clocks of a zone show a reading. If they never do, because
// they are put forward over it, both are the first time after the gap.
func moments(shown time.Time, in *time.Location) (first, last time.Time) {
	near := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), 0, 0, in)
	begin, end := near.ZoneBounds()
	found := false
	for _, t := range []time.Time{begin.Add(-1), near, end} { // before, during and after the offset in force nearby
		_, offset := t.In(in).Zone()
		t = shown.Add(-time.Duration(offset) * time.Second).In(in)
		if !wall(t, in).Equal(shown) {
			continue
		}
		if !found || t.Before(first) {
			first = t
		}
		if !found || t.After(last) {
			last = t
		}
		found = true
	}
	switch {
	case found:
		return first, last
	case wall(near, in).After(shown): // time.Date may err to either side of a gap
		return begin, begin
	}
	return end, end
}
