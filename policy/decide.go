package policy

import (
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
)

// skew is the limit between a clock that is slightly fast and one that is wrong: how far a time may lie in the
// future.
const skew = 24 * time.Hour

// Decide returns the decision for a file at a time. It is a pure function; a grace is counted from f.Marked.
//
// It keeps a file without confidence before it tries any rule. If the matching rule trashes, Decide holds the file
// while its account is only reported on, while the file is newer than the settle time or from the future, then until a
// second scan confirms it, then through its grace. It returns Review if the time of the file's last change is unknown.
func (p *Policy) Decide(f Facts, now time.Time) Decision {
	if !candidate(f) {
		return undecided(language.Messagef("not a ChatGPT image"))
	}
	s := p.subject(f, now)
	for _, r := range p.Rules {
		if t := r.trace(s); t.Matches {
			return p.apply(r, t, s)
		}
	}
	return undecided(language.Messagef("no rule matches"))
}

// deciding returns the rule that Decide uses; ok is false if there is none.
func (p *Policy) deciding(f Facts, now time.Time) (r Rule, ok bool) {
	s := p.subject(f, now)
	i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.trace(s).Matches })
	if i < 0 || !candidate(f) {
		return r, false
	}
	return p.Rules[i], true
}

// undecided returns the decision on a file that no rule decides on.
func undecided(why language.Message) Decision {
	return Decision{Action: Keep, ReasonCode: ReasonNoRule, Reasons: []language.Message{why}}
}

// Explain returns the trace of every rule, in order. Decides is set in the one that Decide used. It is set in none if
// no rule matches, or if the file is not a ChatGPT image, for which Decide tries no rule.
func (p *Policy) Explain(f Facts, now time.Time) []RuleTrace {
	all := make([]RuleTrace, 0, len(p.Rules))
	s := p.subject(f, now)
	for _, r := range p.Rules {
		all = append(all, r.trace(s))
	}
	if i := slices.IndexFunc(all, func(t RuleTrace) bool { return t.Matches }); i >= 0 && candidate(f) {
		all[i].Decides = true
	}
	return all
}

// subject returns the input of the conditions. For a storage that the policy does not name, facts such as the star
// are unknown.
func (p *Policy) subject(f Facts, now time.Time) subject {
	st, _ := p.Storage(f.Storage)
	kind := kindOf(st.Type)
	s := subject{
		Facts: f, now: now, dry: st.Dry, fleet: st.Fleet != "", knows: kind.knows, folds: kind.folds,
		names: []string{f.Entry.Path},
	}
	s.forms = func(pattern string) []string { return []string{pattern} }
	// Links are on the disk of this machine and mean nothing in an account.
	if len(p.Links) > 0 && !st.Remote() {
		s.names, s.forms = p.names(f.Entry.Path), p.forms
	}
	return s
}

// candidate reports whether Decide tries the rules on the file. A confidence above Proven is not one of the
// fingerprint's; such a file is kept.
func candidate(f Facts) bool {
	return f.Verdict.Confidence > fingerprint.None && f.Verdict.Confidence <= fingerprint.Proven
}

// apply returns the decision of the rule that matched.
func (p *Policy) apply(r Rule, t RuleTrace, s subject) Decision {
	d := Decision{Action: r.Do, Rule: r.Name, Reasons: t.reasons()}
	if r.Do == Keep {
		d.ReasonCode = ReasonRule
	}
	if r.Do != Trash {
		return d
	}
	d.Mandatory = r.Mandatory && s.fleet
	// A grace begins only for a file that has settled and is confirmed, because only wait sets Grace.
	if newcomer(&d, s) || p.unsettled(&d, s) || p.unconfirmed(&d, s) || r.Grace <= 0 {
		return d
	}
	p.wait(&d, r.Grace, s)
	return d
}

// wait holds a trash decision through a grace. A grace that has not begun has no end, because a scan does not begin
// it.
func (p *Policy) wait(d *Decision, grace time.Duration, s subject) {
	switch until := s.Marked.Add(grace); {
	case s.Marked.IsZero():
		by := language.Verbatim("sweepd apply")
		if p.Mode == Enforce {
			by = language.Messagef("the next sweep")
		}
		d.Action, d.Grace, d.ReasonCode = Hold, true, ReasonUnmarked
		d.Reasons = append(
			d.Reasons,
			language.Messagef("its grace of %s has not started; %s starts it", language.Duration(grace), by),
		)
	case s.now.Before(until):
		d.Action, d.NotBefore, d.Grace, d.ReasonCode = Hold, until, true, ReasonGrace
		d.Reasons = append(
			d.Reasons,
			language.Messagef("its grace of %s ends on %s", language.Duration(grace), language.Moment(until)),
		)
	default:
		d.Reasons = append(d.Reasons, language.Messagef("its grace of %s is over", language.Duration(grace)))
	}
}

// Grace returns the grace of the rule of that name, or 0 if there is none.
func (p *Policy) Grace(rule string) time.Duration {
	if i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.Name == rule }); i >= 0 {
		return p.Rules[i].Grace
	}
	return 0
}

// Goes returns the earliest time at which a file with this decision goes to the trash; zero if no time lets it go.
// Before its grace can begin, a file must be quiet, or be seen again; a grace that can begin begins now.
func (p *Policy) Goes(d Decision, now time.Time) time.Time {
	switch {
	case d.Action == Trash:
		return now
	case d.Action != Hold || len(d.Guards) > 0:
		return time.Time{}
	case slices.Contains([]ReasonCode{ReasonSettle, ReasonConfirm, ReasonNewcomer}, d.ReasonCode):
		return d.NotBefore.Add(p.Grace(d.Rule))
	case d.ReasonCode == ReasonUnmarked:
		return now.Add(p.Grace(d.Rule))
	case d.ReasonCode == ReasonGrace:
		return d.NotBefore
	}
	return time.Time{}
}

// newcomer holds a trash decision in an account that is only reported on so far, and reports whether it did. No grace
// begins there.
func newcomer(d *Decision, s subject) bool {
	until := reportedUntil(s.dry, s.Joined, s.now)
	if until.IsZero() {
		return false
	}
	d.Action, d.NotBefore, d.ReasonCode = Hold, until, ReasonNewcomer
	d.Reasons = append(d.Reasons, language.Messagef("its account is only reported on until %s, %s after its first "+
		"sweep", language.Moment(until), language.Duration(s.dry)))
	return true
}

// ReportedUntil returns the time until which a storage is only reported on, if it was swept for the first time at
// joined; zero: now. It returns the zero time if that is over, or if there is no such time.
func (p *Policy) ReportedUntil(storage string, joined, now time.Time) time.Time {
	st, _ := p.Storage(storage)
	return reportedUntil(st.Dry, joined, now)
}

func reportedUntil(dry time.Duration, joined, now time.Time) time.Time {
	if joined.IsZero() {
		joined = now
	}
	if until := joined.Add(dry); now.Before(until) {
		return until
	}
	return time.Time{}
}

// unsettled holds a trash decision while the file may still be changing, and reports whether it did. It sets Review
// if no time of change is known.
func (p *Policy) unsettled(d *Decision, s subject) bool {
	at, verb := s.latest()
	quiet := s.now.Sub(at)
	switch {
	case at.IsZero():
		d.Action, d.Mandatory = Review, false
		d.Reasons = append(d.Reasons, language.Messagef("its modification time is unknown"))
	// NotBefore is only the time of another look, because the file's own time may be years away.
	case quiet < -skew:
		d.Action, d.NotBefore, d.ReasonCode = Hold, s.now.Add(skew), ReasonClock
		d.Reasons = append(d.Reasons, language.Messagef("%s %s in the future: a clock is wrong", verb,
			language.About(-quiet)))
	case quiet < 0:
		d.Action, d.NotBefore, d.ReasonCode = Hold, at.Add(p.Settle), ReasonSettle
		d.Reasons = append(d.Reasons, language.Messagef("%s in the future, by a clock a little fast", verb))
	case quiet < p.Settle:
		d.Action, d.NotBefore, d.ReasonCode = Hold, at.Add(p.Settle), ReasonSettle
		d.Reasons = append(d.Reasons, language.Messagef("%s less than %s ago", verb, language.Duration(p.Settle)))
	default:
		return false
	}
	return true
}

// unconfirmed holds a trash decision until a scan finds the file again at least ConfirmAfter after the first one, and
// reports whether it did.
func (p *Policy) unconfirmed(d *Decision, s subject) bool {
	if p.ConfirmAfter <= 0 {
		return false
	}
	first := s.FirstSeen
	// A file without a record is seen for the first time now.
	if first.IsZero() {
		first = s.now
	}
	ahead, code := first.Sub(s.now), ReasonConfirm
	until := first.Add(p.ConfirmAfter)
	switch {
	case ahead > skew:
		code = ReasonClock
		d.Reasons = append(
			d.Reasons,
			language.Messagef("first seen %s in the future: a clock is wrong", language.About(ahead)),
		)
	case s.now.Before(until):
		d.Reasons = append(
			d.Reasons,
			language.Messagef(
				"first seen on %s, and must be seen again %s later",
				language.Moment(first),
				language.Duration(p.ConfirmAfter),
			),
		)
	default:
		d.Reasons = append(d.Reasons,
			language.Messagef("seen again %s or more after it was first seen", language.Duration(p.ConfirmAfter)))
		return false
	}
	d.Action, d.NotBefore, d.ReasonCode = Hold, until, code
	return true
}

// AsksPixels reports whether a rule depends on the size of a picture in pixels.
func (p *Policy) AsksPixels() bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.When.asksPixels() })
}
