package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"sweepd/policy"
	"sweepd/providers"
)

// reasonTexts are the texts for why files are kept or held, after their number: "4 in grace".
var reasonTexts = map[policy.ReasonCode]string{
	policy.ReasonRule:     "by the rule",
	policy.ReasonNoRule:   "that no rule matches",
	policy.ReasonOverride: "by your word",
	policy.ReasonGrace:    "in grace",
	policy.ReasonUnmarked: "whose grace has not begun",
	policy.ReasonSettle:   "changed too recently",
	policy.ReasonConfirm:  "to be met again by a later scan",
	policy.ReasonClock:    "because a clock is wrong",
	policy.ReasonUnlisted: "in a place that was not seen whole",
	policy.ReasonReturned: "back from the trash",
	policy.ReasonUnknown:  "of which something could not be found out",
}

// guards are the texts for the guards that hold files.
var guards = map[string]string{
	string(providers.GuardOpen):        "open for writing",
	string(providers.GuardPartial):     "still being downloaded or copied",
	string(providers.GuardPlaceholder): "online only",
	string(providers.GuardHardLinked):  "with another name on the disk",
	string(providers.GuardOtherOwner):  "owned by somebody else",
	string(providers.GuardGit):         "tracked by Git",
	string(providers.GuardMentioned):   "named in a document",
	string(providers.GuardLibrary):     "part of a library or a vault",
	string(providers.GuardTagged):      "with a star or a tag",
	string(providers.GuardShared):      "shared with other people",
	string(providers.GuardLocked):      "locked by the storage",
	"last_copy":                        "of which no copy is known",
}

// refusals are the texts for why files were left alone.
var refusals = map[string]string{
	"not_due":     "no longer due",
	"paused":      "because deleting was paused",
	"gone":        "gone",
	"exists":      "whose name is taken",
	"changed":     "changed since the examination",
	"busy":        "being written",
	"protected":   "protected by the storage",
	"outside":     "outside the folders",
	"unsupported": "where that is not possible",
	"clock":       "because a clock is wrong",
}

// because returns why a class of files is kept, held or left alone. It returns a class of another version unchanged.
func because(class string) string {
	_, guard, _ := strings.Cut(class, ":")
	return cmp.Or(reasonTexts[policy.ReasonCode(class)], refusals[class], guards[guard], Plain(class))
}

// parts returns "4 in grace, 1 tracked by Git", the largest number first.
func parts[K ~string](of map[K]int64) string {
	all := slices.SortedFunc(maps.Keys(of),
		func(a, b K) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
	said := make([]string, 0, len(all))
	for _, class := range all {
		said = append(said, humanize.Comma(of[class])+" "+because(string(class)))
	}
	return strings.Join(said, ", ")
}

// ruleName returns the name of a rule, or of the class that stands in place of one.
func ruleName(name string) string {
	switch name {
	case "":
		return "no rule"
	case "trash.ours":
		return "the trash, what sweepd put there"
	case "trash.matching":
		return "the trash, what others put there and a rule matches"
	case "trash.everything":
		return "the trash, whatever lies there"
	}
	return "rule " + Plain(name)
}
