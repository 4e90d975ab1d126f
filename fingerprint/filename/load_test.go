package filename

import (
	"strings"
	"testing"
)

func TestBrokenNamesAreRefusedWithTheReason(t *testing.T) {
	for _, c := range []struct{ why, file, want string }{
		{"a misspelt field", "familys: []", "familys"},
		{
			"a part that is not there", "families: [{name: a, marks: [a], pattern: '<nope>'}]",
			"family a: no part <nope>",
		},
		{
			"a part inside itself",
			"parts: {x: '<x>a'}\nfamilies: [{name: a, marks: [a], pattern: '<x>'}]", "nested too deep",
		},
		{"a family without marks", "families: [{name: a, pattern: 'a'}]", "family a: no marks"},
	} {
		if _, err := load([]byte(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.why, err, c.want)
		}
	}
}

func TestPartsArePutInToAnyDepth(t *testing.T) {
	got, err := expand("^<a>$", map[string]string{"a": "<b>-<c>", "b": "<c><c>", "c": "x"})
	if want := "(?i)^xx-x$"; got != want || err != nil {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}
