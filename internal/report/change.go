package report

import (
	"slices"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// TurnTitle returns a heading for the files whose fate turns in that way between two policies. The texts begin in lower
// case, since the terminal puts a colon and figures after them. A turn of a later version is its own title.
func TurnTitle(t policy.Turn) language.Message {
	switch t {
	case policy.TurnGo:
		return language.Messagef("newly due")
	case policy.TurnWait:
		return language.Messagef("newly held")
	case policy.TurnTime:
		return language.Messagef("held to another time")
	case policy.TurnReview:
		return language.Messagef("newly up for review")
	case policy.TurnStay:
		return language.Messagef("newly kept")
	}
	return language.Verbatim(string(t))
}

// Fate returns what a policy does with a file and by which rule, as a clause: "due by rule mine".
func Fate(f policy.Fate) language.Message {
	d := f.Decision
	switch {
	case !f.Swept:
		return language.Messagef("in no storage of the policy")
	case d.Action == policy.Trash && d.Approved:
		return language.Messagef("due, because you approved it")
	case d.Action == policy.Trash:
		return language.Messagef("due by rule %s", Plain(d.Rule))
	case d.Action == policy.Review:
		return language.Messagef("up for review by rule %s", Plain(d.Rule))
	case d.Action == policy.Hold && !f.Goes.IsZero():
		return language.Messagef("held by rule %s, due on %s at the earliest", Plain(d.Rule), language.Moment(f.Goes))
	case d.Action == policy.Hold && len(d.Guards) > 0:
		return language.Messagef("due by rule %s, but held: %s", Plain(d.Rule), whys(d.Guards))
	case d.ReasonCode == policy.ReasonRule:
		return language.Messagef("kept by rule %s", Plain(d.Rule))
	case len(d.Reasons) == 0:
		return language.Messagef("kept")
	case d.Action == policy.Hold:
		return language.Messagef("held: %s", d.Reasons[len(d.Reasons)-1])
	}
	return language.Messagef("kept: %s", d.Reasons[len(d.Reasons)-1])
}

// FateChange returns both fates of a file as a sentence.
func FateChange(c sweeper.Change) language.Message {
	return language.Messagef("before: %s; then: %s", Fate(c.Before), Fate(c.After))
}

// Differing returns the lines that only one of the two texts has, in their order.
func Differing(before, after []string) (removed, added []string) {
	return without(before, after), without(after, before)
}

// without returns the lines that are not among the others.
func without(lines, others []string) (rest []string) {
	for _, line := range lines {
		if !slices.Contains(others, line) {
			rest = append(rest, line)
		}
	}
	return rest
}
