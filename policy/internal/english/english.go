// Package english writes quantities, times and lists as sentences have them.
package english

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Count returns "1 file", "2 files".
func Count(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.FormatInt(n, 10) + " " + what + "s"
}

// Duration returns d exact to the second: "1 day 12 hours".
func Duration(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / u.unit; n > 0 {
			parts = append(parts, Count(int64(n), u.name))
			d %= u.unit
		}
	}
	if len(parts) == 0 {
		return "less than a second"
	}
	return strings.Join(parts, " ")
}

// About returns d in its largest unit, rounded down: "94 days".
func About(d time.Duration) string {
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if d >= unit {
			return Duration(d.Truncate(unit))
		}
	}
	return Duration(0)
}

// AtMost returns d in its largest unit, rounded up, for a remaining wait.
func AtMost(d time.Duration) string {
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if d >= unit {
			return Duration((d + unit - 1).Truncate(unit))
		}
	}
	return Duration(time.Second)
}

// Size returns n exactly, in the largest unit that leaves no fraction: "5 GB".
func Size(n int64) string {
	for _, u := range []struct {
		unit int64
		name string
	}{
		{1e12, "TB"},
		{1 << 40, "TiB"},
		{1e9, "GB"},
		{1 << 30, "GiB"},
		{1e6, "MB"},
		{1 << 20, "MiB"},
		{1e3, "kB"},
		{1 << 10, "KiB"},
	} {
		if n >= u.unit && n%u.unit == 0 {
			return fmt.Sprintf("%d %s", n/u.unit, u.name)
		}
	}
	return Count(n, "byte")
}

// Percent returns a share of 0 to 1: "50%". Ten digits hide the rounding of the product: 0.29 is "29%".
func Percent(share float64) string { return strconv.FormatFloat(share*100, 'g', 10, 64) + "%" }

// Quoted returns a list of quoted texts, so that different lists never give the same text.
func Quoted[T ~string](words []T, last string) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = strconv.Quote(string(w))
	}
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " " + last + " " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// Time returns a time for use in a sentence.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
