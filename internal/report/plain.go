package report

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// Plain returns a name that is safe for a terminal and any other place where a user reads it: one line, without
// characters that a terminal would act on or that would show letters in another order. Other characters are Go
// escapes, \x1b or \u202e.
func Plain(name string) string {
	plain := func(r rune) bool { return unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) && r != utf8.RuneError }
	if strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return name
	}
	var b strings.Builder
	for i, w := 0, 0; i < len(name); i += w {
		r, size := utf8.DecodeRuneInString(name[i:])
		switch w = size; {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, name[i])
		case plain(r) || r == utf8.RuneError:
			b.WriteRune(r)
		default:
			q := fmt.Sprintf("%+q", string(r))
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

// Size returns a number of bytes as text, in powers of ten as disks are sold.
func Size(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }

// Count returns a number with its noun: "1 file", "2,000 files".
func Count(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return humanize.Comma(n) + " " + noun
}

// day returns the date of a time in the machine's zone.
func day(t time.Time) string { return t.Local().Format(time.DateOnly) }

// list returns "a", "a and b", "a, b and c".
func list(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
