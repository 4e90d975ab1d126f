package report

import (
	"strings"

	"sweepd/fingerprint"
	"sweepd/policy"
	"sweepd/providers"
	"sweepd/sweeper"
)

// Why returns why a file is in the list of a scan, as clauses: first the reason that decides beside the rule, if there
// is one, then the evidence. It returns "held: it has a star; ChatGPT download name".
func Why(f sweeper.Found) string {
	if by := Decisive(f); by != "" {
		return by + "; " + f.Verdict.Brief()
	}
	return f.Verdict.Brief()
}

// Decisive returns the reason that decides about the file beside its rule: a guard, a hold, or the user's decision. It
// returns "" if the rule alone decides.
func Decisive(f sweeper.Found) string {
	d := f.Decision
	if len(d.Reasons) == 0 {
		return ""
	}
	last := d.Reasons[len(d.Reasons)-1] // after the observations of the rule
	switch {
	case d.Approved:
		return "you approved it"
	case d.Action == policy.Hold && len(d.Guards) > 0:
		return "held: " + whys(d.Guards)
	case d.Action == policy.Hold:
		return "held: " + last
	case d.Action == policy.Keep && d.ReasonCode == policy.ReasonOverride,
		d.Action == policy.Keep && d.Rule == "" && f.Verdict.Confidence >= fingerprint.Strong:
		return "kept: " + last
	}
	return ""
}

// whys returns the reasons of the guards, each once: two guards may have the same.
func whys(held []providers.Held) string {
	var all []string
	for _, h := range held {
		if len(all) == 0 || all[len(all)-1] != h.Why {
			all = append(all, h.Why)
		}
	}
	return strings.Join(all, ", ")
}
