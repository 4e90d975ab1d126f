package filename

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// maxName is the longest name, in bytes, that is looked at. File systems stop
// at 255; a cloud's titles may be longer, but no download name is.
const maxName = 1024

//go:embed names.yaml
var builtin []byte

// Match is what a name says.
type Match struct {
	Family    string // as in names.yaml: "chatgpt", "dalle", "asset-id"
	Product   string // whose name it is: "chatgpt", "sora", "api", "labs"; "" where the family does not tell
	Untouched bool   // the product itself names its downloads so; a file manager's " (1)" or " - Copy" does not count as a touch
	Telling   bool   // nothing else is called so: the name alone makes a download likely
	Derived   bool   // a tool or a person changed the name, as who works on an image does
}

// Matcher matches names against all families. It is safe for use by several
// goroutines.
type Matcher struct {
	marks    marks
	stop     []string
	families []family
}

type family struct {
	match   Match
	prompt  bool // stop words mean nothing in it
	marks   []string
	pattern func() *regexp.Regexp // compiled when a mark first asks for it: most runs meet few families
}

// New returns a matcher with the built-in names. Reading them takes a few
// milliseconds: keep the matcher. It panics if the program was built with
// broken names, as regexp.MustCompile does.
func New() *Matcher {
	m, err := load(builtin)
	if err != nil {
		panic(fmt.Sprintf("filename: built-in names: %v", err))
	}
	return m
}

// Match reports the first family that name, a last path element, belongs to.
// An ordinary name costs one pass over its bytes and no allocation; any other,
// time linear in its length.
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

// timesOfDay reports whether each hour, minute and second of groups is one.
// Those of an alternative that did not take part are empty.
func timesOfDay(groups []string) bool {
	limits := [...]int{24, 60, 61} // a leap second is 60
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
