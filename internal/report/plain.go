package report

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Plain returns a name that is safe for a terminal and any other place where a user reads it: one line, without
// characters that a terminal would act on or that would show letters in another order. Other characters are Go escapes,
// \x1b or \u202e. A byte that is no UTF-8 is \xNN as well. A name without such characters is returned as it is; the
// result is for the eye only, as two names can have the same.
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

// day returns the date of a time in the machine's zone.
func day(t time.Time) string { return t.Local().Format(time.DateOnly) }
