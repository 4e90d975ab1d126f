package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sweepd/fingerprint"
)

// subject is the input of the conditions.
type subject struct {
	Facts
	now time.Time
	// knows is true if the storage reports star, camera and properties. If it is false, these are unknown.
	knows bool
	folds bool                      // names that differ only in case are equal in the storage
	names []string                  // the paths by which the policy may name the file
	forms func(pathGlob) []pathGlob // of a pattern; see Policy.forms
}

// clause is one key of a condition: its text, and a function that applies it to a subject.
type clause struct {
	text string // "its width is at least 1024"
	look func(subject) Check
}

// leaf returns a clause without nested conditions. look returns whether it holds, and the observation as a true
// clause.
func leaf(clauseText string, look func(subject) (truth, string)) clause {
	return clause{clauseText, func(s subject) Check {
		holds, seen := look(s)
		return Check{Condition: clauseText, Holds: holds.String(), Seen: seen, holds: holds}
	}}
}

// clauses returns the clauses of the condition in the order of the form, not of the file.
func (c *condition) clauses() []clause {
	var all []clause
	if c.Confidence != nil {
		all = append(all, c.Confidence.clause())
	}
	all = append(all, c.places()...)
	if len(c.Product) > 0 {
		all = append(all, c.product())
	}
	all = append(all, c.ages()...)
	all = append(all, c.sizes()...)
	if len(c.Evidence) > 0 {
		all = append(all, c.evidence())
	}
	all = append(all, c.noted()...)
	if c.Any != nil {
		all = append(all, group("any of", c.Any, anyOf))
	}
	if c.All != nil {
		all = append(all, group("all of", c.All, allOf))
	}
	if c.Not != nil {
		all = append(all, group("not", []*condition{c.Not}, noneOf))
	}
	return all
}

func (l level) clause() clause {
	return leaf("its confidence is at least "+l.String(), func(s subject) (truth, string) {
		switch got := s.Verdict.Confidence; {
		case got < fingerprint.Confidence(l):
			return no, fmt.Sprintf("confidence %s, below %s", got, l)
		case got == fingerprint.Confidence(l):
			return yes, fmt.Sprintf("confidence %s", got)
		default:
			return yes, fmt.Sprintf("confidence %s, at least %s", got, l)
		}
	})
}

// places returns the clauses on the file's place and name. Their observations leave out the file's name, which is
// bytes that any program may have chosen.
func (c *condition) places() []clause {
	var all []clause
	if len(c.Storage) > 0 {
		all = append(all, leaf("it is in "+quoted(c.Storage, "or"), func(s subject) (truth, string) {
			return truthOf(slices.Contains(c.Storage, label(s.Storage))), fmt.Sprintf("it is in %q", s.Storage)
		}))
	}
	if len(c.Path) > 0 {
		all = append(all, matching("path", c.Path, subject.isAt))
	}
	if len(c.Name) > 0 {
		all = append(all,
			matching("name", c.Name, func(s subject, g nameGlob) bool { return g.matches(s.Entry.Name(), s.folds) }))
	}
	return all
}

func matching[T ~string](what string, globs some[T], match func(subject, T) bool) clause {
	return leaf(fmt.Sprintf("its %s matches %s", what, quoted(globs, "or")), func(s subject) (truth, string) {
		if i := slices.IndexFunc(globs, func(g T) bool { return match(s, g) }); i >= 0 {
			return yes, fmt.Sprintf("its %s matches %q", what, globs[i])
		}
		return no, fmt.Sprintf("its %s does not match %s", what, quoted(globs, "or"))
	})
}

func (c *condition) product() clause {
	return leaf("its product is "+quoted(c.Product, "or"), func(s subject) (truth, string) {
		got := s.Verdict.Product
		if got == fingerprint.NoProduct {
			return no, "the product that made it is unknown"
		}
		return truthOf(slices.Contains(c.Product, product(got))), fmt.Sprintf("its product is %q", got)
	})
}

// evidence returns a clause that holds if a detector found something, at any confidence.
func (c *condition) evidence() clause {
	return leaf("there is evidence of "+quoted(c.Evidence, "or"), func(s subject) (truth, string) {
		for _, e := range s.Verdict.Evidence {
			if slices.ContainsFunc(c.Evidence, func(d detector) bool { return d.covers(e.Detector) }) {
				return yes, fmt.Sprintf("there is evidence of %q", e.Detector)
			}
		}
		return no, "there is no evidence of " + quoted(c.Evidence, "or")
	})
}

// sizes returns the clauses on bytes and pixels.
func (c *condition) sizes() []clause {
	var all []clause
	if c.LargerThan != nil {
		all = append(all, inBytes("larger", *c.LargerThan, func(n int64) bool { return n > int64(*c.LargerThan) }))
	}
	if c.SmallerThan != nil {
		all = append(all, inBytes("smaller", *c.SmallerThan, func(n int64) bool { return n < int64(*c.SmallerThan) }))
	}
	if c.Width != nil {
		all = append(all, inPixels("width", *c.Width, func(s subject) int { return s.Verdict.Width }))
	}
	if c.Height != nil {
		all = append(all, inPixels("height", *c.Height, func(s subject) int { return s.Verdict.Height }))
	}
	return all
}

func inBytes(what string, limit size, holds func(int64) bool) clause {
	return leaf(fmt.Sprintf("it is %s than %s", what, limit), func(s subject) (truth, string) {
		switch n := s.Entry.Size; {
		case n < 0:
			return unknown, "its size is unknown"
		case holds(n):
			return yes, fmt.Sprintf("%s, %s than %s", inSize(n), what, limit)
		default:
			return no, fmt.Sprintf("%s, not %s than %s", inSize(n), what, limit)
		}
	})
}

func inPixels(what string, c comparison, get func(subject) int) clause {
	return leaf(fmt.Sprintf("its %s is %s", what, c), func(s subject) (truth, string) {
		switch n := get(s); {
		case n <= 0:
			return unknown, fmt.Sprintf("its %s is unknown", what)
		case c.holds(n):
			return yes, fmt.Sprintf("its %s of %d is %s", what, n, c)
		default:
			return no, fmt.Sprintf("its %s of %d is not %s", what, n, c)
		}
	})
}

// group returns a clause over nested conditions.
func group(clauseText string, of []*condition, judge func([]Check) (truth, string)) clause {
	conditions := make([]clause, len(of))
	texts := make([]string, len(of))
	for i, c := range of {
		conditions[i] = c.asOne()
		texts[i] = conditions[i].text
	}
	clauseText += " (" + strings.Join(texts, "; ") + ")"
	return clause{clauseText, func(s subject) Check {
		check := Check{Condition: clauseText}
		for _, c := range conditions {
			check.Of = append(check.Of, c.look(s))
		}
		check.holds, check.Seen = judge(check.Of)
		check.Holds = check.holds.String()
		return check
	}}
}

// asOne returns the condition as a single clause.
func (c *condition) asOne() clause {
	all := c.clauses()
	if len(all) == 1 {
		return all[0]
	}
	texts := make([]string, len(all))
	for i, cl := range all {
		texts[i] = cl.text
	}
	clauseText := strings.Join(texts, ", and ")
	return clause{clauseText, func(s subject) Check {
		check := Check{Condition: clauseText}
		for _, cl := range all {
			check.Of = append(check.Of, cl.look(s))
		}
		check.holds, check.Seen = allOf(check.Of)
		check.Holds = check.holds.String()
		return check
	}}
}

// allOf returns the least of the checks, with the observations of the checks that have this value.
func allOf(checks []Check) (truth, string) {
	least := yes
	for _, c := range checks {
		least = min(least, c.holds)
	}
	if least == yes {
		return yes, seen(checks, yes)
	}
	return least, first(checks, least)
}

// anyOf returns the greatest of the checks.
func anyOf(checks []Check) (truth, string) {
	most := no
	for _, c := range checks {
		most = max(most, c.holds)
	}
	if most == no {
		return no, seen(checks, no)
	}
	return most, first(checks, most)
}

// noneOf returns the negation of anyOf, with the same observations.
func noneOf(checks []Check) (truth, string) {
	t, seen := anyOf(checks)
	return t.not(), seen
}

func seen(checks []Check, t truth) string {
	var parts []string
	for _, c := range checks {
		if c.holds == t {
			parts = append(parts, c.Seen)
		}
	}
	return strings.Join(parts, " and ")
}

func first(checks []Check, t truth) string {
	i := slices.IndexFunc(checks, func(c Check) bool { return c.holds == t })
	return checks[i].Seen
}

// isAt reports whether the pattern matches one of the paths of the file.
func (s subject) isAt(g pathGlob) bool {
	return slices.ContainsFunc(s.forms(g), func(form pathGlob) bool {
		return slices.ContainsFunc(s.names, func(name string) bool { return form.matches(name, s.folds) })
	})
}
