package policy

import (
	"slices"
	"strconv"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy/internal/glob"
)

// Condition holds requirements on a file, which must all be met. The zero value of a field requires nothing.
type Condition struct {
	Confidence fingerprint.Confidence // the least
	Storage    []string               // it is in one of these, or in that of a member of one of these
	// Path are patterns for the whole path, one of which must match. Where the rule protects the files that it names,
	// a pattern that names a folder, with or without a slash at its end, also names all files in it.
	Path    []string
	Name    []string // patterns for the last element of the path
	Product []fingerprint.Product
	// OlderThan and NewerThan are limits that the age itself does not meet: it must be more, or less.
	OlderThan time.Duration
	NewerThan time.Duration
	AgeBy     AgeBy // of OlderThan and NewerThan

	// LargerThan and SmallerThan are such limits too.
	LargerThan  int64 // bytes
	SmallerThan int64
	Width       Pixels
	Height      Pixels
	Evidence    []string // detectors, or groups of them

	// Starred, Camera and Property are unknown where a storage does not report them.
	Starred  *bool
	Camera   []string // patterns for make and model
	Property []string // patterns for key=value

	Any     []Condition // nil: not required
	All     []Condition
	Not     *Condition
	Derived *bool // the picture was changed after it was made, or was not
}

// AgeBy is the event that an age is counted from.
type AgeBy string

// The events. The zero value is made, else the later of modified and created.
const (
	ByMade      AgeBy = "made"
	ByModified  AgeBy = "modified"
	ByCreated   AgeBy = "created"
	ByFirstSeen AgeBy = "first_seen"
)

// Pixels compares a number of pixels with N.
type Pixels struct {
	Op string // "" for exactly N, or ">=", "<=", ">", "<"
	N  int
}

// holds reports whether n meets the comparison.
func (c Pixels) holds(n int) bool {
	switch c.Op {
	case ">=":
		return n >= c.N
	case "<=":
		return n <= c.N
	case ">":
		return n > c.N
	case "<":
		return n < c.N
	}
	return n == c.N
}

// String returns the comparison for use in a sentence.
func (c Pixels) String() string { return c.In(language.Printer{}) }

// In returns the comparison in the Printer's language.
func (c Pixels) In(p language.Printer) string {
	switch c.Op {
	case "":
		return p.Sprintf("exactly %d", c.N)
	case ">=":
		return p.Sprintf("at least %d", c.N)
	case "<=":
		return p.Sprintf("at most %d", c.N)
	case ">":
		return p.Sprintf("more than %d", c.N)
	case "<":
		return p.Sprintf("less than %d", c.N)
	}
	return c.Op + strconv.Itoa(c.N)
}

// nested returns the conditions of Any, All and Not.
func (c *Condition) nested() []Condition {
	all := slices.Concat(c.Any, c.All)
	if c.Not != nil {
		all = append(all, *c.Not)
	}
	return all
}

// patterns returns the path patterns, without those of nested conditions. protects is true in a condition that
// protects files: under a rule that does not trash, or under Not of one that does.
func (c *Condition) patterns(protects bool) []string {
	if !protects {
		return c.Path
	}
	var all []string
	for _, pattern := range c.Path {
		all = append(all, glob.WithFolder(pattern)...)
	}
	return all
}

// eachPath calls visit for the condition and for those nested in it; protects is as in patterns.
func (c *Condition) eachPath(protects bool, visit func(c *Condition, protects bool)) {
	visit(c, protects)
	for _, n := range slices.Concat(c.Any, c.All) {
		n.eachPath(protects, visit)
	}
	if c.Not != nil {
		c.Not.eachPath(!protects, visit)
	}
}

// asksCopy reports whether the condition names the evidence of a copy that only looks like a known picture: that
// evidence itself, not a group.
func (c *Condition) asksCopy() bool {
	return slices.Contains(c.Evidence, fingerprint.CopyDetector) ||
		slices.ContainsFunc(slices.Concat(c.Any, c.All), func(n Condition) bool { return n.asksCopy() })
}

// asksPath reports whether the condition, or one nested in it, depends on the file's path.
func (c *Condition) asksPath() bool {
	return len(c.Path) > 0 || slices.ContainsFunc(c.nested(), func(n Condition) bool { return n.asksPath() })
}

// asksPixels reports whether the condition, or one nested in it, depends on the size of the picture in pixels.
func (c *Condition) asksPixels() bool {
	return c.Width != (Pixels{}) || c.Height != (Pixels{}) ||
		slices.ContainsFunc(c.nested(), func(n Condition) bool { return n.asksPixels() })
}

// asksNoted reports whether the condition, or one nested in it, depends on a star, a camera or properties.
func (c *Condition) asksNoted() bool {
	return len(c.noted()) > 0 || slices.ContainsFunc(c.nested(), func(n Condition) bool { return n.asksNoted() })
}
