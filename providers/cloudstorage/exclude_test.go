package cloudstorage

import (
	"errors"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
)

func TestAPatternLeavesOutAFolderWithAllThatIsInIt(t *testing.T) {
	for _, c := range []struct {
		pattern, path     string
		want, wantAnyCase bool
	}{
		{"Private", "Private/a.png", true, true},
		{"Private", "Private/deep/er/a.png", true, true},
		{"Private", "Private", true, true},
		{"Private", "Other/Private/a.png", false, false},
		{"Private", "Privately/a.png", false, false},
		{"**/Private", "Other/Private/a.png", true, true},
		{"A/**", "A/b.png", true, true},
		{"A/**", "B/A/b.png", false, false},
		{"*.tmp.png", "a.tmp.png", true, true},
		{"*.tmp.png", "A/a.tmp.png", false, false},
		{"private", "Private/a.png", false, true},
		{"PRIVATE", "private/a.png", false, true},
		{"B\u00fccher", "Bu\u0308cher/a.png", true, true}, // as macOS writes it
		{"b\u00fccher", "BU\u0308CHER/a.png", false, true},
		{"", "a.png", false, false},
	} {
		if got := (Exclude{Patterns: []string{"none", c.pattern}}).Has(c.path); got != c.want {
			t.Errorf("%q leaves out %q: got %v, want %v", c.pattern, c.path, got, c.want)
		}
		if got := (Exclude{Patterns: []string{c.pattern}, AnyCase: true}).Has(c.path); got != c.wantAnyCase {
			t.Errorf("in any case, %q leaves out %q: got %v, want %v", c.pattern, c.path, got, c.wantAnyCase)
		}
	}
	for _, path := range []string{"a.png", "", ".", "/", "/a.png"} { // each of them ends
		if (Exclude{}).Has(path) || (Exclude{Patterns: []string{"b.png"}}).Has(path) {
			t.Errorf("%q is left out by no pattern", path)
		}
	}
}

func TestATextThatIsNoPatternIsNamed(t *testing.T) {
	if err := (Exclude{Patterns: []string{"a", "b/**", "[c-d]"}}).Valid(); err != nil {
		t.Errorf("got %v", err)
	}
	err := (Exclude{Patterns: []string{"a", "[b"}}).Valid()
	if want := `exclude pattern "[b": syntax error in pattern`; !errors.Is(err, doublestar.ErrBadPattern) ||
		err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestNamesAreFoldedInCaseAndForm(t *testing.T) {
	for _, name := range []string{"Bücher", "bücher", "BU\u0308CHER", "bu\u0308cher"} {
		if got := Folded(name); got != "b\u00fccher" {
			t.Errorf("%q: got %q", name, got)
		}
	}
}
