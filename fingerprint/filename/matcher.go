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
	if f, _, _ := m.lookUp(normalise(name)); f != nil {
		return f.match, true
	}
	return Match{}, false
}

// lookUp is find for a name that may be a copy's: if no untouched family has it, that of the original counts. It also
// returns the name that the indices belong to.
func (m *Matcher) lookUp(name string) (_ *family, matched string, at []int) {
	f, at := m.find(name)
	source, copied := name, true
	for range maxCopies {
		if f != nil && f.match.Untouched || !copied {
			break
		}
		if source, copied = original(source); !copied {
			break
		}
		if g, found := m.find(source); g != nil && g.match.Untouched {
			return g, source, found
		}
	}
	return f, name, at
}

// find returns the first family that the normalised name belongs to, with the indices that
// regexp.FindStringSubmatchIndex returns, or nil.
func (m *Matcher) find(name string) (*family, []int) {
	folded := strings.ToLower(name)
	stop := containsAny(folded, m.stop)
	for i := range m.families {
		f := &m.families[i]
		if stop && !f.prompt || !containsAny(folded, f.marks) {
			continue
		}
		at := f.pattern().FindStringSubmatchIndex(name)
		if at != nil && timesOfDay(name, at, f.pattern().SubexpIndex("Stamp")) {
			return f, at
		}
	}
	return nil, nil
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// timesOfDay reports whether each hour, minute and second of a match is in range. at holds the indices of its groups,
// in threes but for the group stamp, which is -1 if there is none. Groups of an alternative that did not match are
// empty.
func timesOfDay(name string, at []int, stamp int) bool {
	limits := [...]int{24, 60, 61} // 60 is a leap second
	k := 0
	for i := 1; i < len(at)/2; i++ {
		if i == stamp {
			continue
		}
		limit := limits[k%len(limits)]
		k++
		if at[2*i] < 0 {
			continue
		}
		if n, err := strconv.Atoi(name[at[2*i]:at[2*i+1]]); err != nil || n >= limit {
			return false
		}
	}
	return true
}
