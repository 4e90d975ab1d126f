package review

import (
	"errors"
	"net/http"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/sweeper"
)

// planned is a plan that was shown to the user, who can execute it once. Every look and every decision drops it
// (Server.plan), so that nothing is executed but the plan that is on the screen.
type planned struct {
	id   string
	plan *sweeper.Plan
}

// maxPlanned is the number of files of a plan that its page lists.
const maxPlanned = 1000

// errOldPlan refuses a plan that is not the one that was shown last.
var errOldPlan = errors.New("this plan is no longer the present one; look at it again")

// planView is the data of the page of a plan. Refusal and Surge exclude each other: a surge is what the user's look at
// this page is for.
type planView struct {
	frame
	ID, Plan string
	Refusal  string // why it would be refused; "" if it would not
	Hint     string
	Surge    string // a warning that the user answers by applying it
	Empty    bool
	Trash    []plannedView
	More     string
	Marks    string
}

// plannedView is one file that the plan moves. ID is that of its picture in the list.
type plannedView struct{ ID, Name, Place, Size, Rule string }

// applyPage looks again and serves the plan of what is due. Nothing is purged by it: only sweepd apply and the service
// delete permanently. It holds the engine for the whole scan; other pages that need none are served meanwhile. The
// checks of apply are made here already, for the user to see, and again when the plan is executed.
func (s *Server) applyPage(w http.ResponseWriter, r *http.Request) {
	s.engine.Lock()
	defer s.engine.Unlock()
	a, err := s.look()
	if err != nil {
		s.failed(w, r, err)
		return
	}
	l := s.listing()
	due := *l.due
	due.Purge = nil
	v := planView{
		frame: s.frame("found", s.in.Sprintf("Apply")), ID: secret(), Plan: due.In(s.in), Empty: due.Empty(),
	}
	if err = s.o.MayApply(); err == nil {
		err = a.Paused(r.Context())
	}
	if err == nil {
		err = a.Sweeper.Allow(r.Context(), &due)
	}
	if surge, ok := errors.AsType[*sweeper.SurgeError](err); ok {
		v.Surge, err = report.Sentence(s.plain(surge.Error())), nil
	}
	if err != nil && !due.Empty() {
		v.Refusal, v.Hint = report.Sentence(s.plain(err.Error())), s.whatToDo(err)
	}
	ids := map[string]string{}
	for _, p := range l.pictures {
		for _, at := range p.places {
			ids[at.Storage+"\x00"+string(at.Entry.Ref)] = p.id
		}
	}
	for i, it := range due.Trash {
		if i == maxPlanned {
			v.More = language.Count(int64(len(due.Trash)-maxPlanned), "file").In(s.in)
			break
		}
		v.Trash = append(v.Trash, plannedView{
			ids[it.Storage+"\x00"+string(it.Entry.Ref)], report.Plain(it.Entry.Name()),
			s.place(l, it.Storage, it.Entry.Path), language.Size(it.Entry.Size).In(s.in),
			report.Plain(it.Decision.Rule),
		})
	}
	if len(due.Mark) > 0 {
		v.Marks = language.Count(int64(len(due.Mark)), "file").In(s.in)
	}
	s.mu.Lock()
	s.plan = &planned{v.ID, &due}
	s.mu.Unlock()
	s.page(w, http.StatusOK, "apply.html", v)
}

// whatToDo returns what the user can do about a refused plan. It returns the hint of app.Hint, possibly "", for any
// other error.
func (s *Server) whatToDo(err error) string {
	_, limit := errors.AsType[*sweeper.LimitError](err)
	_, surge := errors.AsType[*sweeper.SurgeError](err)
	_, leased := errors.AsType[*journal.LeasedError](err)
	switch {
	case limit:
		return s.in.Sprintf("Keep some of the pictures, name fewer folders, or raise limits: in the policy.")
	case surge:
		return s.in.Sprintf("Look at what is due, and apply it from this page.")
	case leased:
		return s.in.Sprintf("Wait until the other sweep has ended.")
	case errors.Is(err, sweeper.ErrPaused):
		return s.in.Sprintf("To continue: sweepd resume")
	}
	return app.Hint(err)
}

// apply executes the plan that was shown last, as sweepd apply does, and shows its run. A run that moved something is
// shown even if it ended early. A request that is sent twice finds no plan the second time and gets errOldPlan.
func (s *Server) apply(w http.ResponseWriter, r *http.Request) {
	sum, err := s.execute(r.PostFormValue("plan"))
	switch {
	case sum != nil && sum.Run != 0 && (err == nil || sum.Trashed+sum.Marked > 0):
		http.Redirect(w, r, runPath(sum.Run), http.StatusSeeOther)
	case err != nil:
		s.failed(w, r, err)
	default:
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

// execute executes the plan of that ID, and looks again. The storages are opened anew, for changes, within the scope of
// the look. A request that ends does not cut it short. The plan is forgotten before it runs, also if it fails. The
// summary is nil if nothing was begun; an error beside a summary ended the run early, or is of the look after it.
func (s *Server) execute(id string) (*sweeper.Summary, error) {
	s.engine.Lock()
	defer s.engine.Unlock()
	s.mu.Lock()
	shown := s.plan
	s.plan = nil
	s.mu.Unlock()
	if shown == nil || shown.id != id || id == "" {
		return nil, errOldPlan
	}
	if err := s.o.MayApply(); err != nil {
		return nil, err
	}
	o := s.o.App()
	o.Act, o.WholeHome = true, false // a whole home is only looked at
	a, err := app.Open(s.ctx, o)
	if err != nil {
		return nil, err
	}
	due := *shown.plan
	due.Reviewed = true
	sum, err := a.Sweeper.Execute(s.ctx, &due, nil)
	if err = errors.Join(err, a.Close()); sum == nil {
		return nil, err
	}
	_, lookErr := s.look()
	return sum, errors.Join(err, lookErr)
}

// lookAgain scans again.
func (s *Server) lookAgain(w http.ResponseWriter, r *http.Request) {
	if err := s.Look(); err != nil {
		s.failed(w, r, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
