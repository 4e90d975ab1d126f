package report

import (
	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// Why returns why a file is in the list of a scan, as clauses: first the reason that decides beside the rule, if there
// is one, then the evidence. It returns "held: it has a star; ChatGPT download name".
func Why(f sweeper.Found) language.Message {
	if by := Decisive(f); !by.IsZero() {
		return language.Messagef("%s; %s", by, f.Verdict.Brief())
	}
	return f.Verdict.Brief()
}

// Decisive returns the reason that decides about the file beside its rule: a guard, a hold, or the user's decision. It
// returns "" if the rule alone decides.
func Decisive(f sweeper.Found) language.Message {
	d := f.Decision
	if len(d.Reasons) == 0 {
		return language.Message{}
	}
	last := d.Reasons[len(d.Reasons)-1] // after the observations of the rule
	switch {
	case d.Approved:
		return language.Messagef("you approved it")
	case d.Action == policy.Hold && len(d.Guards) > 0:
		return language.Messagef("held: %s", whys(d.Guards))
	case d.Action == policy.Hold:
		return language.Messagef("held: %s", last)
	case d.Action == policy.Keep && d.ReasonCode == policy.ReasonOverride,
		d.Action == policy.Keep && d.Rule == "" && f.Verdict.Confidence >= fingerprint.Strong:
		return language.Messagef("kept: %s", last)
	}
	return language.Message{}
}

// AndHeld returns the clause that Why or Because returns for the first place of a picture, with the guards of all
// places that are held or up for review, unless the first is held: then the clause has its guards already.
func AndHeld(clause language.Message, places []sweeper.Found) language.Message {
	var held []providers.Held
	for i, f := range places {
		if said := i == 0 && f.Decision.Action == policy.Hold && Decisive(f).String() != ""; !said {
			held = append(held, f.Decision.Guards...)
		}
	}
	if len(held) == 0 {
		return clause
	}
	return language.Messagef("held: %s; %s", whys(held), clause)
}

// whys returns the reasons of the guards, each once: two guards may have the same.
func whys(held []providers.Held) language.Text {
	var all []language.Message
	for _, h := range held {
		if len(all) == 0 || all[len(all)-1].String() != h.Why.String() {
			all = append(all, h.Why)
		}
	}
	return language.Join(all, ", ")
}
