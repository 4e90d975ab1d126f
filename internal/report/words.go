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
	policy.ReasonOverride: "by sweepd keep",
	policy.ReasonGrace:    "in grace",
	policy.ReasonUnmarked: "whose grace has not started",
	policy.ReasonSettle:   "changed too recently",
	policy.ReasonConfirm:  "waiting for a second scan",
	policy.ReasonClock:    "because of a wrong clock",
	policy.ReasonUnlisted: "in a place that was not scanned completely",
	policy.ReasonReturned: "back from the trash",
	policy.ReasonUnknown:  "that could not be fully examined",
}

// guards are the texts for the guards that hold files.
var guards = map[string]string{
	string(providers.GuardOpen):        "open for writing",
	string(providers.GuardPartial):     "still being downloaded or copied",
	string(providers.GuardPlaceholder): "online only",
	string(providers.GuardHardLinked):  "with hard links",
	string(providers.GuardOtherOwner):  "owned by another user",
	string(providers.GuardGit):         "tracked by Git",
	string(providers.GuardMentioned):   "named in a document",
	string(providers.GuardLibrary):     "part of a library or a vault",
	string(providers.GuardTagged):      "with a star or a tag",
	string(providers.GuardShared):      "shared with other people",
	string(providers.GuardLocked):      "locked by the storage",
	"last_copy":                        "without a known copy",
}

// refusals are the texts for why files were left alone.
var refusals = map[string]string{
	"not_due":     "no longer due",
	"paused":      "because deletion was paused",
	"gone":        "gone",
	"exists":      "whose name is taken",
	"changed":     "changed since the examination",
	"busy":        "being written",
	"protected":   "protected by the storage",
	"outside":     "outside the folders",
	"unsupported": "where it is not possible",
	"clock":       "because of a wrong clock",
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
		return "trash: files that sweepd put there"
	case "trash.matching":
		return "trash: files that others put there and a rule matches"
	case "trash.everything":
		return "trash: all files"
	}
	return "rule " + Plain(name)
}
