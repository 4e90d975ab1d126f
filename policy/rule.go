package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sweepd/policy/internal/english"
)

// Rule is one rule of the policy.
type Rule struct {
	Name  string
	When  Condition
	Do    Action        // Keep, Review or Trash
	Grace time.Duration // of a Trash: time between mark and move; zero: none
}

// protects reports whether the rule protects the files that it matches.
func (r Rule) protects() bool { return r.Do != Trash }

// clauses returns the requirements of the rule.
func (r Rule) clauses() []clause { return r.When.clauses(r.protects()) }

// paths returns the path patterns of all its conditions.
func (r Rule) paths() (all []string) {
	r.When.eachPath(r.protects(), func(c *Condition, protects bool) { all = append(all, c.patterns(protects)...) })
	return all
}

// protecting returns the path patterns that protect files, as written.
func (r Rule) protecting() (all []string) {
	r.When.eachPath(r.protects(), func(c *Condition, protects bool) {
		if protects {
			all = append(all, c.Path...)
		}
	})
	return all
}

// about reports whether the rule can match a file of the storage.
func (r Rule) about(storage string) bool {
	return len(r.When.Storage) == 0 || slices.Contains(r.When.Storage, storage)
}

// String returns the rule as a sentence.
func (r Rule) String() string {
	text := fmt.Sprintf("%q: %s", r.Name, r.Do)
	if r.Grace > 0 {
		text += fmt.Sprintf(", %s after marking,", english.Duration(r.Grace))
	}
	if texts := r.describe(); len(texts) > 0 {
		return text + " files if: " + strings.Join(texts, "; ")
	}
	return text + " everything"
}

// describe returns the rule's conditions, a clause each.
func (r Rule) describe() []string {
	var texts []string
	for _, c := range r.clauses() {
		texts = append(texts, c.text())
	}
	// A trash rule of a policy file leaves out edited files unless the file includes them, so the text must
	// mention that.
	if r.Do == Trash && r.When.Derived == nil {
		texts = append(texts, "whether or not it was edited since")
	}
	return texts
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
	for _, c := range r.clauses() {
		t.Checks = append(t.Checks, c.look(s))
	}
	for _, c := range t.Checks {
		holds = min(holds, c.holds)
	}
	t.Matches = holds == yes || holds == unknown && r.Do != Trash
	return t
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
