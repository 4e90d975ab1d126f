package report

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// Plain makes a name fit for a terminal, and for any other place where a person
// reads it: one line, and nothing in it that a terminal would act on or that
// would show letters in another order. What is not shown as it is stands as a Go
// escape, \x1b or \u202e.
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

// size is a number of bytes for people, in powers of ten as disks are sold.
func size(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }

// count is a number with its noun: "1 file", "2,000 files".
func count(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return humanize.Comma(n) + " " + noun
}

// day is a time's date where the machine is.
func day(t time.Time) string { return t.Local().Format(time.DateOnly) }

// list is "a", "a and b", "a, b and c".
func list(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
