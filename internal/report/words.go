package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// reasonTexts are the texts for why files are kept or held, after their number: "4 in grace".
var reasonTexts = map[policy.ReasonCode]language.Message{
	policy.ReasonRule:     language.Messagef("by the rule"),
	policy.ReasonNoRule:   language.Messagef("that no rule matches"),
	policy.ReasonOverride: language.Messagef("by sweepd keep"),
	policy.ReasonGrace:    language.Messagef("in grace"),
	policy.ReasonUnmarked: language.Messagef("whose grace has not started"),
	policy.ReasonSettle:   language.Messagef("changed too recently"),
	policy.ReasonConfirm:  language.Messagef("waiting for a second scan"),
	policy.ReasonNewcomer: language.Messagef("in a new account"),
	policy.ReasonClock:    language.Messagef("because of a wrong clock"),
	policy.ReasonUnlisted: language.Messagef("in a place that was not scanned completely"),
	policy.ReasonReturned: language.Messagef("back from the trash"),
	policy.ReasonUnknown:  language.Messagef("that could not be fully examined"),
}

// guards are the texts for the guards that hold files.
var guards = map[string]language.Message{
	string(providers.GuardOpen):        language.Messagef("open for writing"),
	string(providers.GuardPartial):     language.Messagef("still being downloaded or copied"),
	string(providers.GuardPlaceholder): language.Messagef("online only"),
	string(providers.GuardHardLinked):  language.Messagef("with hard links"),
	string(providers.GuardOtherOwner):  language.Messagef("owned by another user"),
	string(providers.GuardGit):         language.Messagef("tracked by Git"),
	string(providers.GuardMentioned):   language.Messagef("named in a document"),
	string(providers.GuardLibrary):     language.Messagef("part of a library or a vault"),
	string(providers.GuardTagged):      language.Messagef("with a star or a tag"),
	string(providers.GuardShared):      language.Messagef("shared with other people"),
	string(providers.GuardLocked):      language.Messagef("locked by the storage"),
	"last_copy":                        language.Messagef("without a known copy"),
}

// refusals are the texts for why files were left alone.
var refusals = map[string]language.Message{
	"not_due":     language.Messagef("no longer due"),
	"paused":      language.Messagef("because deletion was paused"),
	"taken_over":  language.Messagef("just taken over from another process"),
	"gone":        language.Messagef("gone"),
	"exists":      language.Messagef("whose name is taken"),
	"changed":     language.Messagef("changed since the examination"),
	"busy":        language.Messagef("being written"),
	"protected":   language.Messagef("protected by the storage"),
	"outside":     language.Messagef("outside the folders"),
	"unsupported": language.Messagef("where it is not possible"),
	"clock":       language.Messagef("because of a wrong clock"),
}

// because returns why a class of files is kept, held or left alone. It returns a class of another version unchanged.
func because(class string) language.Message {
	_, guard, _ := strings.Cut(class, ":")
	for _, text := range []language.Message{reasonTexts[policy.ReasonCode(class)], refusals[class], guards[guard]} {
		if !text.IsZero() {
			return text
		}
	}
	return language.Verbatim(Plain(class))
}

// Class returns the class of reason for which a file is kept or held, after the number of such files: "in grace".
func Class(code policy.ReasonCode) language.Message { return because(string(code)) }

// parts returns "4 in grace, 1 tracked by Git", the largest number first.
func parts[K ~string](of map[K]int64) language.Text {
	all := slices.SortedFunc(maps.Keys(of),
		func(a, b K) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
	said := make([]language.Message, 0, len(all))
	for _, class := range all {
		said = append(said, language.Messagef("%s %s", language.Number(of[class]), because(string(class))))
	}
	return language.Join(said, ", ")
}

// ruleName returns the name of a rule, or of the class that stands in place of one.
func ruleName(name string) language.Message {
	switch name {
	case "":
		return language.Messagef("no rule")
	case "trash.ours":
		return language.Messagef("trash: files that sweepd put there")
	case "trash.matching":
		return language.Messagef("trash: files that others put there and a rule matches")
	case "trash.everything":
		return language.Messagef("trash: all files")
	}
	return language.Messagef("rule %s", Plain(name))
}
