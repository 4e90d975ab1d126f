package review

import (
	"cmp"
	"html/template"
	"maps"
	"net/http"
	"slices"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
)

// waitingView is the data of the page of what is held and waits.
type waitingView struct {
	frame
	Stops  []stopView // of everything
	Groups []waitView
}

// stopView is a reason why nothing is deleted at all, with what to do about it.
type stopView struct{ What, Do string }

// waitView is a reason why pictures wait. Query is a filter for exactly these pictures.
type waitView struct {
	Query                template.URL
	Why, Do, Count, Size string
	key                  [2]string
	amount
}

// waitingPage serves what is due by a rule and held, by the reason, and what stops the plan as a whole.
func (s *Server) waitingPage(w http.ResponseWriter, r *http.Request) {
	l := s.listing()
	v := waitingView{frame: s.frame("waiting", s.in.Sprintf("Held and waiting")), Groups: s.waits(l)}
	a, done := s.use()
	defer done()
	if a != nil {
		v.Stops = s.stops(r, a, l)
	}
	s.page(w, http.StatusOK, "waiting.html", v)
}

// stops returns why sweepd apply or the service would refuse the plan of the last look. It waits for the engine for the
// limits, since these count what other runs have used.
func (s *Server) stops(r *http.Request, a *opened, l *listing) (all []stopView) {
	add := func(what, do string) {
		all = append(all, stopView{report.Sentence(s.plain(what)), do})
	}
	if err := a.Paused(r.Context()); err != nil {
		add(err.Error(), s.whatToDo(err))
	}
	if !l.due.Empty() {
		s.engine.Lock()
		err := a.Sweeper.Allow(r.Context(), l.due)
		s.engine.Unlock()
		if err != nil {
			add(err.Error(), s.whatToDo(err))
		}
	}
	if a.ReportOnly != nil {
		add(a.ReportOnly.Error(), s.in.Sprintf("To see what is wrong: sweepd doctor"))
	}
	if !a.Differs.IsZero() {
		add(a.Differs.In(s.in), s.in.Sprintf("To load the policy: sweepd reload"))
	}
	for _, x := range l.sum.Stopped {
		add(report.Incomplete(s.place(l, x.Storage, x.Root)).In(s.in), s.plain(x.Why))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Unopened)) {
		add(name+": "+a.Unopened[name].Error(), "")
	}
	return all
}

// waits returns the reasons why pictures wait, with the most pictures first. A picture counts once, by the place that
// goes first.
func (s *Server) waits(l *listing) []waitView {
	by := map[[2]string]*waitView{}
	for _, p := range l.pictures {
		at := p.places[0]
		if !approvable(at) {
			continue
		}
		f := filter{show: string(at.Decision.Action), reason: string(at.Decision.ReasonCode), sort: sorts()[0]}
		key := [2]string{f.show, f.reason}
		if by[key] == nil {
			by[key] = &waitView{
				Query: f.encoded(), key: key, Why: s.waitText(at.Decision), Do: s.waitAnswer(at.Decision),
			}
		}
		by[key].pictures++
		by[key].bytes += at.Entry.Size
	}
	var all []waitView
	for _, v := range by {
		v.Count = language.Count(v.pictures, "picture").In(s.in)
		v.Size = language.Size(v.bytes).In(s.in)
		all = append(all, *v)
	}
	slices.SortFunc(all, func(x, y waitView) int {
		return cmp.Or(cmp.Compare(y.pictures, x.pictures), slices.Compare(x.key[:], y.key[:]))
	})
	return all
}

// waitText returns the class of a reason.
func (s *Server) waitText(d policy.Decision) string {
	if d.Action == policy.Review {
		return s.in.Sprintf("up for review by a rule")
	}
	return report.Class(d.ReasonCode).In(s.in)
}

// waitAnswer returns what ends a wait.
func (s *Server) waitAnswer(d policy.Decision) string {
	switch {
	case d.Action == policy.Review:
		return s.in.Sprintf("They stay until you approve them.")
	case d.ReasonCode == policy.ReasonGrace, d.ReasonCode == policy.ReasonSettle,
		d.ReasonCode == policy.ReasonConfirm:
		return s.in.Sprintf("They go by themselves when the time is over. Keep those that shall stay.")
	case d.ReasonCode == policy.ReasonUnmarked:
		return s.in.Sprintf("The next apply starts the time that the rule gives them.")
	case d.ReasonCode == policy.ReasonClock:
		return s.in.Sprintf("Set the clock right, then: sweepd doctor")
	case d.ReasonCode == policy.ReasonUnlisted:
		return s.in.Sprintf("They can go after a scan that reads everything in that place.")
	case d.ReasonCode == policy.ReasonReturned:
		return s.in.Sprintf("Another program brought them back. Keep them, or approve them to let them go.")
	}
	return s.in.Sprintf("They stay as long as that is so. Approve those that may go all the same.")
}
