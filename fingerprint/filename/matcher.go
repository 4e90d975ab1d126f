package filename

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// maxName is the longest name, in bytes, that is matched. File systems stop at 255; a cloud's titles may be longer,
// but no download name is.
const maxName = 1024

//go:embed names.yaml
var builtin []byte

// Match is the information that a name gives.
type Match struct {
	Family  string // as in names.yaml: "chatgpt", "dalle", "asset-id"
	Product string // the product that uses the name: "chatgpt", "sora", "api", "labs"; "" if unknown
	// Untouched means that the product itself names its downloads so. A file manager's " (1)" or " - Copy" does not
	// count as a change.
	Untouched bool
	Telling   bool // no other program uses such names: the name alone makes a download likely
	Derived   bool // a tool or a person changed the name, as happens when an image is edited
}

// Matcher matches names against all families. It is safe for concurrent use.
type Matcher struct {
	marks    marks
	stop     []string
	families []family
}

// family is one family of names, as load has prepared it.
type family struct {
	match   Match
	prompt  bool // ignore the stop list
	marks   []string
	pattern func() *regexp.Regexp // compiled on first use, because most runs meet few families
}

// New returns a matcher with the built-in names. Callers should reuse it: loading the names takes a few milliseconds.
// It panics if the built-in names are invalid, as regexp.MustCompile does.
func New() *Matcher {
	m, err := load(builtin)
	if err != nil {
		panic(fmt.Sprintf("filename: built-in names: %v", err))
	}
	return m
}

// Match returns the first family that name, a last path element, belongs to, and reports whether there is one. An
// ordinary name costs one pass over its bytes and no allocation; any other name takes time linear in its length.
func (m *Matcher) Match(name string) (Match, bool) {
	if len(name) > maxName || !m.marks.in(name) {
		return Match{}, false
	}
	name = normalise(name)
	folded := strings.ToLower(name)
	stop := containsAny(folded, m.stop)
	for _, f := range m.families {
		if stop && !f.prompt || !containsAny(folded, f.marks) {
			continue
		}
		if groups := f.pattern().FindStringSubmatch(name); groups != nil && timesOfDay(groups[1:]) {
			return f.match, true
		}
	}
	return Match{}, false
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// timesOfDay reports whether each hour, minute and second in groups is in range. Groups of an alternative that did
// not match are empty.
func timesOfDay(groups []string) bool {
	limits := [...]int{24, 60, 61} // 60 is a leap second
	for i, g := range groups {
		if g == "" {
			continue
		}
		if n, err := strconv.Atoi(g); err != nil || n >= limits[i%len(limits)] {
			return false
		}
	}
	return true
}
