package policy

import (
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
)

// Rule is one rule of the policy.
type Rule struct {
	Name  string
	When  Condition
	Do    Action        // Keep, Review or Trash
	Grace time.Duration // of a Trash: time between mark and move; zero: none
	// Ask is AskOpenAI if OpenAI is asked about the pictures that the rule would decide on if OpenAI recognised them;
	// "" if not. A rule that keeps has none.
	Ask string
	// Mandatory is set of a Trash for accounts of fleets whose user's wish to keep a file does not count; see
	// Decision.Mandatory.
	Mandatory bool
}

// SparesCopies reports whether the rule trashes, and matches no picture that only looks like a known one, because it
// does not name that evidence.
func (r Rule) SparesCopies() bool { return r.Do == Trash && !r.When.asksCopy() }

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

// about reports whether the rule can match a file of the storage, or of the storage of one of its members.
func (r Rule) about(storage string) bool {
	return len(r.When.Storage) == 0 || slices.ContainsFunc(r.When.Storage, func(written string) bool {
		return names(written, storage) || names(storage, written)
	})
}

// String returns the rule as a sentence.
func (r Rule) String() string { return r.In(language.Printer{}) }

// In returns the rule in the Printer's language.
func (r Rule) In(p language.Printer) string {
	if r.Ask != "" {
		asked := r
		asked.Ask = ""
		return p.Sprintf("%s; asking %q about these pictures", asked, r.Ask)
	}
	if r.Mandatory {
		other := r
		other.Mandatory = false
		return p.Sprintf("%s; mandatory: sweepd keep does not protect them", other)
	}
	conditions := r.describe()
	files := language.Join(conditions, "; ")
	switch {
	case r.Grace > 0 && len(conditions) > 0:
		return p.Sprintf("%q: %s, %s after marking, files if: %s", r.Name, r.Do, language.Duration(r.Grace), files)
	case r.Grace > 0:
		return p.Sprintf("%q: %s, %s after marking, everything", r.Name, r.Do, language.Duration(r.Grace))
	case len(conditions) > 0:
		return p.Sprintf("%q: %s files if: %s", r.Name, r.Do, files)
	}
	return p.Sprintf("%q: %s everything", r.Name, r.Do)
}

// describe returns the rule's conditions, a clause each.
func (r Rule) describe() []language.Text {
	all := textsOf(r.clauses())
	// A trash rule of a policy file leaves out edited files unless the file includes them, so the text must
	// mention that.
	if r.Do == Trash && r.When.Derived == nil {
		all = append(all, language.Messagef("whether or not it was edited since"))
	}
	return all
}

// Check is the result of one condition of a rule for one file.
type Check struct {
	Condition language.Message `json:"condition"`    // the requirement: "its width is at least 1024"
	Holds     string           `json:"holds"`        // "yes", "no" or "unknown"
	Seen      language.Message `json:"seen"`         // the observation: "its width of 512 is not at least 1024"
	Of        []Check          `json:"of,omitempty"` // of any, all and not: the nested conditions

	holds truth
}

// RuleTrace is the result of one rule for one file.
type RuleTrace struct {
	Rule string `json:"rule"`
	Do   Action `json:"do"`
	// Mandatory is Rule.Mandatory.
	Mandatory bool `json:"mandatory,omitempty"`
	Matches   bool `json:"matches"`
	Decides   bool `json:"decides"` // it is the first that matches
	// Checks must all hold if the rule trashes. If it does not, none of them may be "no".
	Checks []Check `json:"checks,omitempty"`
}

// trace returns the result of the rule for s. An unknown condition prevents a match only if the rule trashes.
func (r Rule) trace(s subject) RuleTrace {
	t := RuleTrace{Rule: r.Name, Do: r.Do, Mandatory: r.Mandatory}
	holds := yes
	for _, c := range r.clauses() {
		t.Checks = append(t.Checks, c.look(s))
	}
	// A picture that only looks like a known one may be the person's own, from which ChatGPT made that.
	if r.SparesCopies() && s.Verdict.LooksLike() {
		t.Checks = append(t.Checks, wantsCopies().look(s))
	}
	if r.Do == Trash && s.Verdict.Unchecked() {
		t.Checks = append(t.Checks, wantsChecked().look(s))
	}
	for _, c := range t.Checks {
		holds = min(holds, c.holds)
	}
	t.Matches = holds == yes || holds == unknown && r.Do != Trash
	return t
}

// wantsCopies returns a clause that no picture meets. It is for one that only looks like a known picture, under a rule
// that trashes without naming that evidence.
func wantsCopies() clause {
	text := language.Messagef("the rule names the evidence %s", fingerprint.CopyDetector)
	return leaf(text, func(subject) (truth, language.Message) {
		return no, language.Messagef("it only looks like a known picture, and the rule does not name the evidence %s",
			fingerprint.CopyDetector)
	})
}

// wantsChecked returns a clause that no picture meets. It is for one that may be a copy of the person's own, under a
// rule that trashes.
func wantsChecked() clause {
	text := language.Messagef("it was compared with all that you gave to ChatGPT")
	return leaf(text, func(subject) (truth, language.Message) {
		return no, language.Messagef(
			"it may be a copy of a picture that you gave to ChatGPT, which could not be decoded")
	})
}

// reasons returns the observations that made the rule match.
func (t RuleTrace) reasons() []language.Message {
	var all []language.Message
	doubt := false
	for _, c := range t.Checks {
		all = append(all, c.Seen)
		doubt = doubt || c.holds == unknown
	}
	if doubt {
		all = append(all, language.Messagef("if unknown, the rule applies"))
	}
	if len(all) == 0 {
		all = append(all, language.Messagef("the rule applies to every file"))
	}
	return all
}
