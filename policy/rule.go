package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rule is one rule of the policy.
type Rule struct {
	Name  string
	Do    Action        // Keep, Review or Trash
	Grace time.Duration // of a Trash: time between mark and move; zero: none

	derived  derived
	clauses  []clause // without the one on derived
	storages []string // the only storages that it can match; nil: all
	asks     asks
	noted    int        // number of clauses on a star, a camera or properties
	paths    []pathGlob // of all its conditions

	// protecting holds the patterns that protect files, as written.
	protecting []pathGlob
}

// newRule returns the rule of a form, with the defaults for everything absent.
func newRule(f *ruleForm) Rule {
	r := Rule{Name: string(*f.Name), Do: *f.Do, derived: f.derived()}
	if f.Grace != nil {
		r.Grace = time.Duration(*f.Grace)
	}
	if f.When != nil {
		when := f.When.condition.widened(*f.Do != Trash)
		r.clauses, r.storages, r.asks, r.paths = when.clauses(), texts(when.Storage), when.asks(), when.paths()
		r.noted = len(when.noted())
		r.protecting = f.When.protecting(*f.Do != Trash)
	}
	return r
}

// asks shows which facts a condition needs, of those that some storages cannot provide at no cost.
type asks struct {
	path  bool // the file's path
	noted bool // star, camera or properties
}

func (c *condition) asks() asks {
	a := asks{path: len(c.Path) > 0, noted: len(c.noted()) > 0}
	for _, n := range c.nested() {
		of := n.asks()
		a.path, a.noted = a.path || of.path, a.noted || of.noted
	}
	return a
}

// paths returns the path patterns of the condition and of those nested in it.
func (c *condition) paths() []pathGlob {
	all := slices.Clone([]pathGlob(c.Path))
	for _, n := range c.nested() {
		all = append(all, n.paths()...)
	}
	return all
}

// nested returns the conditions of any, all and not.
func (c *condition) nested() []*condition {
	all := append(slices.Clone(c.Any), c.All...)
	if c.Not != nil {
		all = append(all, c.Not)
	}
	return all
}

// about reports whether the rule can match a file of the storage.
func (r Rule) about(storage string) bool {
	return r.storages == nil || slices.Contains(r.storages, storage)
}

// derived returns the rule's setting for derived files: a rule that trashes excludes them unless the policy states
// otherwise.
func (f *ruleForm) derived() derived {
	switch {
	case f.When != nil && f.When.Derived != nil:
		return *f.When.Derived
	case *f.Do == Trash:
		return exclude
	}
	return include
}

// String returns the rule as a sentence.
func (r Rule) String() string {
	text := fmt.Sprintf("%q: %s", r.Name, r.Do)
	if r.Grace > 0 {
		text += fmt.Sprintf(", %s after marking,", inTime(r.Grace))
	}
	if texts := r.describe(); len(texts) > 0 {
		return text + " files if: " + strings.Join(texts, "; ")
	}
	return text + " everything"
}

// describe returns the rule's conditions, a clause each.
func (r Rule) describe() []string {
	var texts []string
	for _, c := range r.clauses {
		texts = append(texts, c.text)
	}
	switch {
	case r.derived != include:
		texts = append(texts, r.derived.describe())
	case r.Do == Trash:
		texts = append(texts, "whether or not it was edited since")
	}
	return texts
}

func (d derived) describe() string {
	if d == only {
		return "it was edited since"
	}
	return "it was not edited since"
}

// Check is the result of one condition of a rule for one file.
type Check struct {
	Condition string  `json:"condition"`    // the requirement: "its width is at least 1024"
	Holds     string  `json:"holds"`        // "yes", "no" or "unknown"
	Seen      string  `json:"seen"`         // the observation: "its width of 512 is not at least 1024"
	Of        []Check `json:"of,omitempty"` // of any, all and not: the nested conditions

	holds truth
}

// RuleTrace is the result of one rule for one file.
type RuleTrace struct {
	Rule    string `json:"rule"`
	Do      Action `json:"do"`
	Matches bool   `json:"matches"`
	Decides bool   `json:"decides"` // it is the first that matches
	// Checks must all hold if the rule trashes. If it does not, none of them may be "no".
	Checks []Check `json:"checks,omitempty"`
}

// trace returns the result of the rule for s. An unknown condition prevents a match only if the rule trashes.
func (r Rule) trace(s subject) RuleTrace {
	t := RuleTrace{Rule: r.Name, Do: r.Do}
	holds := yes
	for _, c := range r.clauses {
		t.Checks = append(t.Checks, c.look(s))
	}
	if r.derived != include {
		t.Checks = append(t.Checks, r.derived.look(s))
	}
	for _, c := range t.Checks {
		holds = min(holds, c.holds)
	}
	t.Matches = holds == yes || holds == unknown && r.Do != Trash
	return t
}

func (d derived) look(s subject) Check {
	seen := exclude.describe()
	if s.Verdict.Derived {
		seen = only.describe()
	}
	holds := truthOf(s.Verdict.Derived == (d == only))
	return Check{Condition: d.describe(), Holds: holds.String(), Seen: seen, holds: holds}
}

// reasons returns the observations that made the rule match.
func (t RuleTrace) reasons() []string {
	var all []string
	doubt := false
	for _, c := range t.Checks {
		all = append(all, c.Seen)
		doubt = doubt || c.holds == unknown
	}
	if doubt {
		all = append(all, "if unknown, the rule applies")
	}
	if len(all) == 0 {
		all = append(all, "the rule applies to every file")
	}
	return all
}
