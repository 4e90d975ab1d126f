package policyfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"

	"github.com/sweepd/sweepd/policy/internal/glob"
)

// nameGlob matches the last element of a path.
type nameGlob string

func (g *nameGlob) read(w yamlScalar, _ ParseOptions) error {
	if strings.Contains(w.text, "/") {
		return &Error{
			Message: fmt.Sprintf("%q is not a pattern for a file name: it has a slash", clip(w.text)),
			Hint:    "to match folders use path",
		}
	}
	*g = nameGlob(w.text)
	return validGlob(w.text)
}

// pathGlob matches a whole path.
type pathGlob string

// read keeps a slash at the end, which means a folder; Condition.Path gives it a meaning that depends on the rule.
func (g *pathGlob) read(w yamlScalar, o ParseOptions) error {
	if e := foreignGlob(w.text); e != nil {
		return e
	}
	text, err := expandHome(w.text, o, glob.Escape)
	if err != nil {
		return err
	}
	folder := strings.HasSuffix(text, "/")
	clean := cleanGlob(text)
	if !strings.HasPrefix(text, "/") && clean != "**" && !strings.HasPrefix(text, "**/") {
		return &Error{
			Message: fmt.Sprintf("%q would never match: paths begin with a slash", clip(w.text)),
			Hint:    `begin it with /, ~/ or **/, as in "**/` + clip(clean) + `"`,
		}
	}
	switch {
	case clean == "/":
		return &Error{
			Message: fmt.Sprintf("%q would never match: it is no file", clip(w.text)),
			Hint:    "a rule for every file has no path at all",
		}
	case folder && clean != "":
		clean += "/"
	}
	*g = pathGlob(clean)
	return validGlob(clean)
}

// folder returns the pattern for the folder itself, and reports whether the pattern ends in a slash.
func (g pathGlob) folder() (_ pathGlob, is bool) {
	text, is := strings.CutSuffix(string(g), "/")
	return pathGlob(text), is
}

// excludeGlob matches a path below a root.
type excludeGlob string

func (g *excludeGlob) read(w yamlScalar, _ ParseOptions) error {
	if e := foreignGlob(w.text); e != nil {
		return e
	}
	if strings.HasPrefix(w.text, "/") || strings.HasPrefix(w.text, "~") {
		return &Error{
			Message: fmt.Sprintf("%q would never match: exclude is compared with paths below a root", clip(w.text)),
			Hint:    `write it as seen from the root, as in "old/**"`,
		}
	}
	*g = excludeGlob(cleanGlob(w.text))
	return validGlob(string(*g))
}

// foreignGlob returns an error for a pattern in the notation of another program, which would never match here. It
// returns nil for any other pattern.
func foreignGlob(text string) *Error {
	refuse := func(why, hint string) *Error {
		return &Error{Message: fmt.Sprintf("%q would never match: %s", clip(text), why), Hint: hint}
	}
	switch {
	case strings.HasPrefix(text, "- "), strings.HasPrefix(text, "+ "):
		return refuse("it begins with an rsync or rclone prefix",
			"write the pattern alone: "+strconv.Quote(clip(strings.TrimSpace(text[2:]))))
	case strings.HasPrefix(text, "!"):
		return refuse("it begins with a Git prefix", "negated patterns are not supported; write only the files to "+
			"match")
	case strings.TrimSpace(text) != text:
		return refuse("it begins or ends with a space", "remove the space, or write [ ] to match one")
	case slices.Contains(strings.Split(text, "/"), ".."):
		return refuse("it goes up with ..", "write the path of the folder itself")
	case strayEscape().MatchString(text):
		return refuse(`\ escapes nothing here`, "separate folders with /")
	}
	return nil
}

// strayEscape matches a backslash that escapes nothing, as in a path of Windows.
var strayEscape = lazily(`^(?:[^\\]|\\[*?\[\]{}\\!^,-])*\\[^*?\[\]{}\\!^,-]`)

// cleanGlob returns a pattern without the parts that mean nothing in a path: trailing and repeated slashes, and "."
// elements.
func cleanGlob(text string) string {
	elements := slices.DeleteFunc(strings.Split(text, "/"), func(e string) bool { return e == "" || e == "." })
	clean := strings.Join(elements, "/")
	if strings.HasPrefix(text, "/") {
		clean = "/" + clean
	}
	return clean
}

const maxGlob = 1000 // bytes

// validGlob returns an error if g is not a pattern, if a user would read it differently from doublestar, or if it has
// thousands of alternatives, each of which would be tried.
func validGlob(g string) error {
	e := &Error{Message: fmt.Sprintf("%q is not a pattern", clip(g))}
	switch {
	case g == "" || len(g) > maxGlob:
		e.Hint = fmt.Sprintf("a pattern has 1 to %d bytes", maxGlob)
	case !doublestar.ValidatePattern(g):
		e.Hint = `[ needs its ], { its }, and \ a character after it`
	case !norm.NFC.IsNormalString(g):
		e.Hint = "write accents as composed characters (Unicode NFC)"
	case alternatives(g) > 1000:
		e.Hint = "it has too many alternatives in {}"
	case slices.ContainsFunc(strings.Split(g, "/"),
		func(s string) bool { return s != "**" && strings.Contains(s, "**") }):
		e.Message = fmt.Sprintf("in %q ** does not stand alone between slashes, and would not cross folders", clip(g))
		e.Hint = "write **/ before, or /** after, a folder's name"
	default:
		return nil
	}
	return e
}

// alternatives returns an upper bound of the number of patterns that {a,b} expands to.
func alternatives(g string) int {
	n := 1
	// The limit prevents an overflow.
	for range strings.Count(g, "{") {
		n = min(n*(1+strings.Count(g, ",")), 1<<20)
	}
	return n
}

// cameraGlob matches make and model of a camera.
type cameraGlob string

func (g *cameraGlob) read(w yamlScalar, _ ParseOptions) error {
	*g = cameraGlob(w.text)
	return validGlob(w.text)
}

// propertyGlob matches a property that a program set on a file: key=value.
type propertyGlob string

func (g *propertyGlob) read(w yamlScalar, _ ParseOptions) error {
	if !strings.Contains(w.text, "=") {
		return &Error{
			Message: fmt.Sprintf("%q would never match: a property is key=value", clip(w.text)),
			Hint:    `write both, as in "album=*"`,
		}
	}
	*g = propertyGlob(w.text)
	return validGlob(w.text)
}
