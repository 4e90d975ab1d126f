package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sweepd/sweepd/internal/language"
)

// A confirmation deletes files, so that only the words for yes are one: those of English, and of the user's language.
func TestOnlyAYesIsAYes(t *testing.T) {
	t.Parallel()
	own := map[string][]string{"en": nil, "de": {"j", "ja", "J", " Ja\n"}, "fr": {"o", "oui", "O", "Oui\r\n"}}
	never := []string{
		"", " ", "\n", "n", "no", "nein", "non", "q", "yn", "yess", "y es", "ye", "\x00y", "ｙ", "0", "1", "true", "ok",
		"jn", "ja bitte", "oo", "[y/n]", "да",
	}
	for _, in := range language.All() {
		term := &terminal{in: in}
		for _, answer := range append(own[in.Tag()], "y", "Y", "yes", " YES\n") {
			if !term.agrees(answer) || term.declines(answer) {
				t.Errorf("%s: %q is no yes", in.Tag(), answer)
			}
		}
		for _, answer := range never {
			if term.agrees(answer) {
				t.Errorf("%s: %q is a yes", in.Tag(), answer)
			}
		}
		for tag, answers := range own {
			for _, answer := range answers {
				if tag != in.Tag() && term.agrees(answer) {
					t.Errorf("%s: %q of %s is a yes", in.Tag(), answer, tag)
				}
			}
		}
		if yes, no := in.Sprintf("y"), in.Sprintf("n"); utf8.RuneCountInString(yes) != 1 || yes == no ||
			!strings.Contains(strings.ToLower(in.Sprintf("%s? [y/N]", "x")), "["+yes+"/"+no+"]") {
			t.Errorf("%s: the question shows other letters than %q and %q", in.Tag(), yes, no)
		}
	}
}

// The columns of a list stand below their headings in each language.
func TestHeadingsAreAsWideAsTheirColumns(t *testing.T) {
	t.Parallel()
	for _, in := range language.All() {
		var out bytes.Buffer
		p := &program{term: &terminal{out: stream{Writer: &out}, in: in}}
		p.heading("file and reason")
		before, _, found := strings.Cut(out.String(), in.Text("file and reason"))
		if n := cells(before); !found || n != 36 {
			t.Errorf("%s: the last column begins after %d columns, not 36: %q", in.Tag(), n, out.String())
		}
		out.Reset()
		p.printTotals("rule", []jsonTotal{{Rule: new(string)}})
		heading, _, _ := strings.Cut(strings.TrimLeft(out.String(), "\n"), "\n")
		before, _, found = strings.Cut(heading, in.Text("rule"))
		if n := cells(before); !found || n != 38 {
			t.Errorf("%s: the last column begins after %d columns, not 38: %q", in.Tag(), n, heading)
		}
	}
}

// A column is as wide as it should be whatever letters a translation has: wide, combining, or none.
func FuzzAColumnHasItsWidth(f *testing.F) {
	for _, seed := range []string{"", "size", "Größe", "サイズ", "ｓ", "e\u0301", "👍", "12\u00a0345", "\x1b[1mx\x1b[0m"} {
		f.Add(seed, 8)
	}
	term := &terminal{}
	f.Fuzz(func(t *testing.T, text string, columns int) {
		columns %= 200
		want := max(columns, cells(text))
		left, right := pad(text, columns), term.right(language.Verbatim(text), columns)
		if cells(left) != want || cells(right) != want {
			t.Errorf("%q in %d columns: got %q and %q", text, columns, left, right)
		}
		if strings.TrimRight(left, " ") != strings.TrimRight(text, " ") || !strings.HasSuffix(right, text) {
			t.Errorf("%q in %d columns: got %q and %q", text, columns, left, right)
		}
	})
}
