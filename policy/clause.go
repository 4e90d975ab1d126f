package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy/internal/glob"
)

// A Condition becomes a list of clauses, one for each requirement. leaf returns a clause that looks at the
// subject itself, and group one over nested conditions. A clause returns a Check, which has the result as a truth
// and the observation that led to it; allOf, anyOf and noneOf return the result for several checks.

// subject is the input of the conditions.
type subject struct {
	Facts
	now time.Time
	dry time.Duration // of the storage
	// fleet is true if the storage is that of a fleet's member.
	fleet bool
	// knows is true if the storage reports star, camera and properties. If it is false, these are unknown.
	knows bool
	folds bool                  // names that differ only in case are equal in the storage
	names []string              // the paths by which the policy may name the file
	forms func(string) []string // of a pattern; see Policy.forms
}

// clause is one requirement of a condition: its text, and a function that applies it to a subject.
type clause struct {
	text language.Text // "its width is at least 1024"
	look func(subject) Check
}

// leaf returns a clause without nested conditions. look returns whether it holds, and the observation as a true
// clause.
func leaf(text language.Message, look func(subject) (truth, language.Message)) clause {
	return clause{text, func(s subject) Check {
		holds, seen := look(s)
		return Check{Condition: text, Holds: holds.String(), Seen: seen, holds: holds}
	}}
}

// either is a list of which one is required.
type either[T ~string] []T

// String returns the values in quotes: "a", "b" or "c".
func (e either[T]) String() string { return e.In(language.Printer{}) }

// In returns the list in the Printer's language.
func (e either[T]) In(p language.Printer) string { return language.OrQuoted(e).In(p) }

// clauses returns the clauses of the condition in the order of its fields. protects is the effect of the rule on the
// files that meet it; see Condition.patterns.
func (c *Condition) clauses(protects bool) []clause {
	var all []clause
	if c.Confidence != fingerprint.None {
		all = append(all, c.confidence())
	}
	all = append(all, c.places(protects)...)
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
		all = append(all, group(anyText, c.Any, protects, anyOf))
	}
	if c.All != nil {
		all = append(all, group(allText, c.All, protects, allOf))
	}
	if c.Not != nil {
		all = append(all, group(notText, []Condition{*c.Not}, !protects, noneOf))
	}
	if c.Derived != nil {
		all = append(all, edited(*c.Derived))
	}
	return all
}

// confidence returns a clause that requires at least that confidence. It is never unknown.
func (c *Condition) confidence() clause {
	least := c.Confidence
	return leaf(language.Messagef("its confidence is at least %s", least), func(s subject) (truth, language.Message) {
		switch got := s.Verdict.Confidence; {
		case got < least:
			return no, language.Messagef("confidence %s, below %s", got, least)
		case got == least:
			return yes, language.Messagef("confidence %s", got)
		default:
			return yes, language.Messagef("confidence %s, at least %s", got, least)
		}
	})
}

// edited returns a clause on whether the picture was changed after it was made. It is never unknown: without a
// sign of an edit the picture counts as unedited.
func edited(want bool) clause {
	changed, not := language.Messagef("it was edited since"), language.Messagef("it was not edited since")
	required := not
	if want {
		required = changed
	}
	return leaf(required, func(s subject) (truth, language.Message) {
		if s.Verdict.Derived {
			return truthOf(want), changed
		}
		return truthOf(!want), not
	})
}

// places returns the clauses on the file's place and name. Their observations leave out the file's name, which is
// bytes that any program may have chosen.
func (c *Condition) places(protects bool) []clause {
	var all []clause
	if len(c.Storage) > 0 {
		all = append(all, c.storage())
	}
	if len(c.Path) > 0 {
		all = append(all, matching(language.Messagef("path"), c.patterns(protects), subject.isAt))
	}
	if len(c.Name) > 0 {
		all = append(all, matching(language.Messagef("name"), c.Name,
			func(s subject, pattern string) bool { return glob.MatchFolded(pattern, s.Entry.Name(), s.folds) }))
	}
	return all
}

func (c *Condition) storage() clause {
	text := language.Messagef("it is in %s", either[string](c.Storage))
	return leaf(text, func(s subject) (truth, language.Message) {
		in := slices.ContainsFunc(c.Storage, func(written string) bool { return names(written, s.Storage) })
		return truthOf(in), language.Messagef("it is in %q", s.Storage)
	})
}

// matching returns a clause that holds if match reports true for one of the patterns. what names the matched part
// in messages.
func matching(what language.Message, globs either[string], match func(s subject, pattern string) bool) clause {
	return leaf(language.Messagef("its %s matches %s", what, globs), func(s subject) (truth, language.Message) {
		if i := slices.IndexFunc(globs, func(g string) bool { return match(s, g) }); i >= 0 {
			return yes, language.Messagef("its %s matches %q", what, globs[i])
		}
		return no, language.Messagef("its %s does not match %s", what, globs)
	})
}

// product returns a clause on the product that the picture names. Unlike other facts, an unknown product counts as a
// different one and not as unknown.
func (c *Condition) product() clause {
	text := language.Messagef("its product is %s", either[fingerprint.Product](c.Product))
	return leaf(text, func(s subject) (truth, language.Message) {
		got := s.Verdict.Product
		if got == fingerprint.NoProduct {
			return no, language.Messagef("the product that made it is unknown")
		}
		return truthOf(slices.Contains(c.Product, got)), language.Messagef("its product is %q", got)
	})
}

// evidence returns a clause that holds if a detector found something, at any confidence.
func (c *Condition) evidence() clause {
	wanted := either[string](c.Evidence)
	return leaf(language.Messagef("there is evidence of %s", wanted), func(s subject) (truth, language.Message) {
		for _, e := range s.Verdict.Evidence {
			if slices.ContainsFunc(wanted, func(name string) bool { return covers(name, e.Detector) }) {
				return yes, language.Messagef("there is evidence of %q", e.Detector)
			}
		}
		return no, language.Messagef("there is no evidence of %s", wanted)
	})
}

// covers reports whether name is the detector's, or of a group that it is in: c2pa covers c2pa.broken.
func covers(name, detector string) bool {
	rest, found := strings.CutPrefix(detector, name)
	return found && (rest == "" || rest[0] == '.')
}

// sizes returns the clauses on bytes and pixels.
func (c *Condition) sizes() []clause {
	var all []clause
	if c.LargerThan > 0 {
		all = append(all, inBytes(language.Messagef("larger"), c.LargerThan,
			func(n int64) bool { return n > c.LargerThan }))
	}
	if c.SmallerThan > 0 {
		all = append(all, inBytes(language.Messagef("smaller"), c.SmallerThan,
			func(n int64) bool { return n < c.SmallerThan }))
	}
	if c.Width != (Pixels{}) {
		all = append(all, inPixels(language.Messagef("width"), c.Width, func(s subject) int { return s.Verdict.Width }))
	}
	if c.Height != (Pixels{}) {
		all = append(all, inPixels(language.Messagef("height"), c.Height,
			func(s subject) int { return s.Verdict.Height }))
	}
	return all
}

// inBytes returns a clause on the size of the file. It is unknown for a negative size.
func inBytes(what language.Message, limit int64, holds func(int64) bool) clause {
	than := language.ExactSize(limit)
	return leaf(language.Messagef("it is %s than %s", what, than), func(s subject) (truth, language.Message) {
		switch n := s.Entry.Size; {
		case n < 0:
			return unknown, language.Messagef("its size is unknown")
		case holds(n):
			return yes, language.Messagef("%s, %s than %s", language.ExactSize(n), what, than)
		default:
			return no, language.Messagef("%s, not %s than %s", language.ExactSize(n), what, than)
		}
	})
}

// inPixels returns a clause on one side of the picture. It is unknown if the fingerprint found no size.
func inPixels(what language.Message, c Pixels, get func(subject) int) clause {
	return leaf(language.Messagef("its %s is %s", what, c), func(s subject) (truth, language.Message) {
		switch n := get(s); {
		case n <= 0:
			return unknown, language.Messagef("its %s is unknown", what)
		case c.holds(n):
			return yes, language.Messagef("its %s of %d is %s", what, n, c)
		default:
			return no, language.Messagef("its %s of %d is not %s", what, n, c)
		}
	})
}

func anyText(of language.Text) language.Message { return language.Messagef("any of (%s)", of) }
func allText(of language.Text) language.Message { return language.Messagef("all of (%s)", of) }
func notText(of language.Text) language.Message { return language.Messagef("not (%s)", of) }

// group returns a clause over nested conditions. judge combines their results.
func group(
	text func(language.Text) language.Message, of []Condition, protects bool,
	judge func([]Check) (truth, language.Message),
) clause {
	all := make([]clause, len(of))
	for i := range of {
		all[i] = of[i].asOne(protects)
	}
	return combined(text(language.Join(textsOf(all), "; ")), all, judge)
}

// asOne returns the condition as a single clause.
func (c *Condition) asOne(protects bool) clause {
	all := c.clauses(protects)
	if len(all) == 1 {
		return all[0]
	}
	return combined(inTurn(textsOf(all)), all, allOf)
}

// combined returns a clause over others. It applies all of them, even if the first decides, because a trace shows
// each.
func combined(text language.Message, all []clause, judge func([]Check) (truth, language.Message)) clause {
	return clause{text, func(s subject) Check {
		check := Check{Condition: text}
		for _, c := range all {
			check.Of = append(check.Of, c.look(s))
		}
		check.holds, check.Seen = judge(check.Of)
		check.Holds = check.holds.String()
		return check
	}}
}

// textsOf returns the texts of the clauses.
func textsOf(all []clause) []language.Text {
	texts := make([]language.Text, len(all))
	for i, c := range all {
		texts[i] = c.text
	}
	return texts
}

// inTurn returns "a, and b, and c".
func inTurn(texts []language.Text) (all language.Message) {
	for i, t := range texts {
		if i == 0 {
			all = language.Messagef("%s", t)
			continue
		}
		all = language.Messagef("%s, and %s", all, t)
	}
	return all
}

// allOf returns the least of the checks, with the observations of the checks that have this value. If not all
// hold, it returns only the observation of the first.
func allOf(checks []Check) (truth, language.Message) {
	least := yes
	for _, c := range checks {
		least = min(least, c.holds)
	}
	if least == yes {
		return yes, seen(checks, yes)
	}
	return least, first(checks, least)
}

// anyOf returns the greatest of the checks. It returns the observation of the first check with this value, or
// those of all if none holds.
func anyOf(checks []Check) (truth, language.Message) {
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
func noneOf(checks []Check) (truth, language.Message) {
	t, seen := anyOf(checks)
	return t.not(), seen
}

// seen returns the observations of all checks with that value, joined by "and".
func seen(checks []Check, t truth) (all language.Message) {
	n := 0
	for _, c := range checks {
		switch {
		case c.holds != t:
			continue
		case n == 0:
			all = c.Seen
		default:
			all = language.Messagef("%s and %s", all, c.Seen)
		}
		n++
	}
	return all
}

// first returns the observation of the first check with that value. There must be one.
func first(checks []Check, t truth) language.Message {
	i := slices.IndexFunc(checks, func(c Check) bool { return c.holds == t })
	return checks[i].Seen
}

// isAt reports whether the pattern matches one of the paths of the file.
func (s subject) isAt(pattern string) bool {
	return slices.ContainsFunc(s.forms(pattern), func(form string) bool {
		return slices.ContainsFunc(s.names, func(name string) bool { return glob.MatchPath(form, name, s.folds) })
	})
}
