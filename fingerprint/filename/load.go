package filename

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// imagesText has a line for each word for an image: the word, a tab and a language.
//
//go:embed images.txt
var imagesText string

// names is the content of names.yaml.
type names struct {
	Prefixes []struct {
		Prefix string
		Locale string
		Since  string // the first day it was seen, "2026-09-24"
		Source string
	}
	// Stop has texts of which a name must have none, unless the family has Prompt.
	Stop []string
	// Parts are inserted into the patterns that name them, as in <prefix>.
	Parts    map[string]string
	Families []struct {
		Name      string
		Product   string
		Untouched bool
		Telling   bool
		Derived   bool
		Prompt    bool
		// Marks has texts in lower case. Every name of the family contains one of them.
		Marks []string
		// Pattern is a regular expression. Its groups are hours, minutes and seconds, in this order, once or
		// again.
		Pattern string
	}
}

// load returns a matcher for a file in the form of names.yaml.
func load(file []byte) (*Matcher, error) {
	n, err := parse(file)
	if err != nil {
		return nil, err
	}
	parts := n.allParts()
	m := &Matcher{stop: n.Stop}
	var words []string
	for _, f := range n.Families {
		if len(f.Marks) == 0 {
			return nil, fmt.Errorf("family %s: no marks", f.Name)
		}
		pattern, err := expand(f.Pattern, parts)
		if err != nil {
			return nil, fmt.Errorf("family %s: %w", f.Name, err)
		}
		words = append(words, f.Marks...)
		m.families = append(m.families, family{
			match: Match{
				Family: f.Name, Product: f.Product, Untouched: f.Untouched,
				Telling: f.Telling, Derived: f.Derived,
			},
			prompt:  f.Prompt,
			marks:   f.Marks,
			pattern: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) }),
		})
	}
	m.marks = newMarks(words)
	return m, nil
}

// parse returns the content of names.yaml. An unknown key is an error.
func parse(file []byte) (names, error) {
	var n names
	err := yaml.NewDecoder(bytes.NewReader(file), yaml.DisallowUnknownField()).Decode(&n)
	return n, err
}

// allParts returns the parts with <prefix>, all prefixes as they are, and <loose-prefix>, with the replacements that
// tools make for their spaces.
func (n names) allParts() map[string]string {
	var strict, loose []string
	for _, p := range n.Prefixes {
		quoted := regexp.QuoteMeta(p.Prefix)
		strict = append(strict, strings.ReplaceAll(quoted, "-", `[ \-]`))
		loose = append(loose, strings.NewReplacer(" ", `[ _\-]`, "-", `[ _\-]`).Replace(quoted))
	}
	parts := map[string]string{
		"prefix":       "(?:" + strings.Join(strict, "|") + ")",
		"loose-prefix": "(?:" + strings.Join(loose, "|") + ")",
		"image-word":   "(?:" + strings.Join(dataLines(imagesText), "|") + ")",
	}
	for name, part := range n.Parts {
		parts[name] = part
	}
	return parts
}

// expand returns pattern with all parts inserted, including parts within parts. It returns an error if a part is
// unknown or nested too deep.
func expand(pattern string, parts map[string]string) (string, error) {
	reference := regexp.MustCompile(`<[a-z\-]+>`)
	for range 8 { // deep enough for any real nesting, and ends a cycle
		var unknown error
		next := reference.ReplaceAllStringFunc(pattern, func(ref string) string {
			part, ok := parts[ref[1:len(ref)-1]]
			if !ok {
				unknown = fmt.Errorf("no part %s", ref)
			}
			return part
		})
		if unknown != nil {
			return "", unknown
		}
		if next == pattern {
			return "(?i)" + pattern, nil
		}
		pattern = next
	}
	return "", errors.New("parts are nested too deep, or in themselves")
}
