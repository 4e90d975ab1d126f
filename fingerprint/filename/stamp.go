package filename

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Latest returns the latest local time that the date and time in a name can mean, written as if it were UTC. It
// reports false if the name is of no family with a date, or if the date is not understood.
//
// A browser writes the date in any of 163 languages, and the name does not state which. If a date has several
// meanings (2_4 may be in April or in February, "lis" is October or November, a word beside the clock may be "p.m."),
// Latest returns the last of them: a caller that asks whether a name is older than a picture then errs on the side of
// the name.
func (m *Matcher) Latest(name string) (time.Time, bool) {
	if len(name) > maxName || !m.marks.in(name) {
		return time.Time{}, false
	}
	f, name, at := m.lookUp(normalise(name))
	if f == nil {
		return time.Time{}, false
	}
	stamp := 2 * f.pattern().SubexpIndex("Stamp")
	if stamp < 0 {
		return time.Time{}, false
	}
	if compact := name[at[stamp]:at[stamp+1]]; f.match.Product == "sora" {
		t, err := time.Parse("20060102_1504", compact)
		return t.Add(time.Minute - time.Second), err == nil
	}
	from, until := clockAt(at, stamp/2)
	if from < 0 {
		return time.Time{}, false
	}
	d := readDate(name[at[stamp]:from], name[until:at[stamp+1]])
	day, ok := d.latest()
	return day.Add(d.latestClock(numbers(name[from:until]))), ok
}

// clockAt returns where the clock of a match is: from its hour's first byte until after its second's last one. at holds
// the indices of regexp.FindStringSubmatchIndex, in which the group stamp is not of a clock. It returns -1 if there is
// no clock.
func clockAt(at []int, stamp int) (from, until int) {
	from = -1
	for i := 1; i < len(at)/2; i++ {
		if i == stamp || at[2*i] < 0 {
			continue
		}
		if from < 0 {
			from = at[2*i]
		}
		until = at[2*i+1]
	}
	return from, until
}

var (
	numberPattern = regexp.MustCompile(`\d+`)
	wordPattern   = regexp.MustCompile(`[\p{L}\p{M}]+`)
)

// numbers returns the numbers in s, of which each has at most four digits in a name that matched.
func numbers(s string) (all []int) {
	for _, digits := range numberPattern.FindAllString(s, -1) {
		n, _ := strconv.Atoi(digits) // 0 if it is too large for any date
		all = append(all, n)
	}
	return all
}

// date holds the parts of a date in an unknown language and order.
type date struct {
	year      int
	yearFirst bool
	small     []int    // the other numbers: day and month
	words     []string // in lower case: months, "p.m.", "at", "de"
}

// readDate returns the parts of a date that was written around a clock, of which before or after may be empty.
func readDate(before, after string) (d date) {
	text := before + " " + after
	for i, n := range numbers(text) {
		if n >= 1000 && d.year == 0 {
			d.year, d.yearFirst = n, i == 0
			continue
		}
		d.small = append(d.small, n)
	}
	d.words = wordPattern.FindAllString(strings.ToLower(text), -1)
	return d
}

// latest returns the latest day that d can mean, and reports false if it can be none.
func (d date) latest() (last time.Time, ok bool) {
	year := d.year
	switch {
	case 1400 <= year && year < 1440: // Persian; its months are not looked up, and the year ends by the 21st of March
		return time.Date(year+622, time.March, 21, 0, 0, 0, 0, time.UTC), true
	case 1440 <= year && year < 1500: // Islamic; twelve moons of 29.53 days, since July 622
		const epoch, months = 1948439.5, 29.530589 // Julian day, days
		days := int(epoch+float64(year)*12*months-2440587.5) + 2
		return time.Unix(int64(days)*86400, 0).UTC(), true
	case year >= 2500: // Buddhist
		year -= 543
	}
	for _, p := range d.pairs() {
		t := time.Date(year, time.Month(p.month), p.day, 0, 0, 0, 0, time.UTC)
		if t.Day() == p.day && 1 <= p.month && p.month <= 12 && (!ok || t.After(last)) {
			last, ok = t, true
		}
	}
	return last, ok
}

type pair struct{ month, day int }

// pairs returns what month and day can be. A month that is an unknown word may be any, and so is taken for December.
func (d date) pairs() (all []pair) {
	switch len(d.small) {
	case 1:
		months := d.months()
		if len(months) == 0 {
			months = []int{12}
		}
		for _, m := range months {
			all = append(all, pair{m, d.small[0]})
		}
	case 2:
		all = []pair{{d.small[0], d.small[1]}}
		if !d.yearFirst {
			all = append(all, pair{d.small[1], d.small[0]})
		}
	}
	return all
}

// monthWords has a line for each word: the word, and the numbers of the months that it names in some language.
//
//go:embed months.txt
var monthWords string

// months returns the months that the words of d name in any language.
func (d date) months() (all []int) {
	for line := range strings.Lines(monthWords) {
		word, months, _ := strings.Cut(line, " ")
		for _, w := range d.words {
			if w == word {
				all = append(all, numbers(months)...)
			}
		}
	}
	return all
}

// latestClock returns the latest time of day that a clock of hour, minute and second can mean beside the words of d.
func (d date) latestClock(clock []int) time.Duration {
	if len(clock) != 3 {
		return 24 * time.Hour
	}
	hour := clock[0]
	morning, later := false, false
	for _, w := range d.words {
		morning = morning || w == "am"
		later = later || w != "am"
	}
	switch {
	case morning && hour == 12:
		hour = 0
	case !morning && later && hour < 12: // one of the words may be "p.m."
		hour += 12
	}
	return time.Duration(hour)*time.Hour + time.Duration(clock[1])*time.Minute + time.Duration(clock[2])*time.Second
}
