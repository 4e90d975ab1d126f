package review

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// decision is what a person decides about a picture.
type decision string

const (
	keep    decision = "keep"
	approve decision = "approve"
	forget  decision = "undo"
)

// staleError refuses a decision on a file that is not as it was shown. how is in the user's language; Error is for the
// log and the tests.
type staleError struct{ how string }

// Error returns the reason with its details; why has the same in the user's language.
func (e *staleError) Error() string { return "it has changed since it was shown: " + e.how }

// errUnknown refuses a decision on a picture that no list of this server has.
var errUnknown = errors.New("it is not in the list; load the page again")

// outcome is the result of some decisions.
type outcome struct {
	Done     int               `json:"done"`
	Said     string            `json:"said"`
	Problems []string          `json:"problems"`
	Cards    map[string]string `json:"cards"` // the new cards as HTML, by the ID of the picture
	Tiles    string            `json:"tiles"` // as HTML
}

// decide carries out a decision on the pictures of a form. A button of one card has its picture with it; else those
// count that are selected. The answer is JSON for the script, and else a page. The status is 409 if no decision at all
// could be taken, 400 for a form that this page does not send.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	do, ids := decision(r.PostForm.Get("do")), r.PostForm["id"]
	if verb, id, ok := strings.Cut(r.PostForm.Get("one"), " "); ok {
		do, ids = decision(verb), []string{id}
	}
	if !slices.Contains([]decision{keep, approve, forget}, do) {
		http.Error(w, "there is no such decision", http.StatusBadRequest)
		return
	}
	query, _ := url.ParseQuery(r.PostForm.Get("query")) // else no filter
	out, problems := s.decideAll(r.Context(), do, ids, parseFilter(query))
	if !strings.Contains(r.Header.Get("Accept"), "application/json") {
		s.page(w, http.StatusOK, "decided.html", struct {
			frame
			outcome
			Query template.URL
		}{s.frame("found", s.in.Sprintf("Decided")), out, parseFilter(query).encoded()})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if problems > 0 && out.Done == 0 {
		w.WriteHeader(http.StatusConflict)
	}
	_ = json.NewEncoder(w).Encode(out) // a failure means that the client has gone
}

// decideAll carries out a decision on each picture, also after one on which it failed, and makes the new list. problems
// is the number of pictures on which it failed. It holds the engine throughout, so that no look replaces the list
// between the first decision and the new list. A client that has gone stops it between two pictures.
func (s *Server) decideAll(ctx context.Context, do decision, ids []string, f filter) (out outcome, problems int) {
	out.Cards, out.Problems = map[string]string{}, []string{}
	a, done := s.use()
	defer done()
	if a == nil {
		return out, 0
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	changed := map[string][]sweeper.Found{}
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		name, places, err := s.decideOne(ctx, a, do, id)
		if places != nil {
			changed[id] = places
		}
		if err == nil {
			out.Done++
			continue
		}
		problems++
		out.Problems = append(out.Problems, report.Sentence(s.plain(fmt.Sprintf("%s: %s", name, s.why(err)))))
	}
	was, l := s.renew(changed)
	for id := range changed {
		view := struct{ Cards []card }{[]card{s.card(l, l.pictures[was.at[id]], f)}}
		if html, err := s.render("cards.html", view); err == nil {
			out.Cards[id] = string(html)
		}
	}
	if html, err := s.render("tiles.html", struct{ Tiles []tile }{s.tiles(l, f)}); err == nil {
		out.Tiles = string(html)
	}
	out.Said = s.said(do, out.Done)
	return out, problems
}

// renew makes the list that has other places of some pictures, and returns the one before and the new one. A plan
// that was shown before is no longer that of the list.
func (s *Server) renew(changed map[string][]sweeper.Found) (was, l *listing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was = s.now
	s.now, s.plan = was.with(changed, s.nameOf), nil
	maps.Copy(s.former, s.now.without(was))
	return was, s.now
}

// said returns what was done. n is the number of pictures, not of their places.
func (s *Server) said(do decision, n int) string {
	pictures := language.Count(int64(n), "picture")
	switch do {
	case keep:
		return s.in.Sprintf("kept: %s, and every copy", pictures)
	case approve:
		return s.in.Sprintf("approved: %s, as shown", pictures)
	}
	return s.in.Sprintf("returned to the policy: %s", pictures)
}

// why returns an error in the user's language, if it is one of this page.
func (s *Server) why(err error) string {
	held, _ := errors.AsType[*sweeper.UnshownError](err)
	switch stale, ok := errors.AsType[*staleError](err); {
	case ok:
		return s.in.Sprintf("it has changed since it was shown: %s", stale.how)
	case held != nil:
		return s.in.Sprintf("something holds it that was not shown: %s; approve it again to lift that",
			language.Join(held.Why(), ", "))
	case errors.Is(err, errUnknown):
		return s.in.Sprintf("it is not in the list; load the page again")
	}
	return err.Error()
}

// decideOne carries out a decision on a picture: on all its places, if each of them is as it was shown. It returns the
// name of the picture, and its places with the decisions on them as they are then, nil if they are not known. A place
// that a guard holds, which the card did not show, is not approved: the new card shows the guard, and another approval
// lifts it. The other places are decided nevertheless. It returns errUnknown, a *staleError, a *sweeper.UnshownError, a
// *sweeper.KeptError, or an error of the storage.
func (s *Server) decideOne(
	ctx context.Context, a *opened, do decision, id string,
) (name string, places []sweeper.Found, err error) {
	if a.ReportOnly != nil {
		return "", nil, a.ReportOnly // the decision would not be remembered
	}
	p, stale := s.shown(id)
	if p == nil {
		return "", nil, errUnknown
	}
	name = p.places[0].Entry.Name()
	for _, at := range p.places {
		if err := s.unchanged(ctx, a, at); err != nil {
			return name, nil, err
		}
	}
	if stale {
		return name, nil, &staleError{s.in.Sprintf("its copies, or what holds it, are not the same")}
	}
	some, unshown := false, map[int]*sweeper.UnshownError{}
	for i, at := range p.places {
		if do == approve && !approvable(at) {
			continue // it is due already, or kept: by the error below if there is no other place
		}
		err := s.decidePlace(ctx, a, do, at)
		if held, ok := errors.AsType[*sweeper.UnshownError](err); ok {
			unshown[i] = held
			continue
		}
		if err != nil {
			return name, s.refind(ctx, a, p), err
		}
		some = true
	}
	if len(unshown) > 0 {
		places := s.refind(ctx, a, p)
		for i, held := range unshown {
			places[i].Decision.Guards, err = held.Held, held // the new card shows them
		}
		return name, places, err
	}
	if first := p.places[0]; !some && first.Decision.Action == policy.Keep {
		return name, nil, &sweeper.KeptError{Path: first.Entry.Path, Reasons: first.Decision.Reasons}
	}
	return name, s.refind(ctx, a, p), nil
}

// shown returns the picture with that ID. stale is true if it has left the list. Such pictures are kept for one
// purpose: to explain to the user of an old page why a decision is refused.
func (s *Server) shown(id string) (p *picture, stale bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if p = s.now.picture(id); p != nil {
		return p, false
	}
	return s.former[id], true
}

// unchanged returns a *staleError if the file is not as it was shown.
func (s *Server) unchanged(ctx context.Context, a *opened, at sweeper.Found) error {
	st := a.Storage(at.Storage)
	if st == nil {
		return fmt.Errorf("%s is not open", at.Storage)
	}
	e, err := st.Stat(ctx, at.Entry.Ref)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &staleError{s.in.Sprintf("it is no longer there")}
	case err != nil:
		return err
	case e.Revision != at.Entry.Revision:
		return &staleError{s.changed(at.Entry, e)}
	}
	return nil
}

// changed returns in what a file differs from what was shown.
func (s *Server) changed(was, is providers.Entry) string {
	var all []language.Message
	if was.Size != is.Size {
		all = append(all, language.Messagef("its size was %s and is %s", language.Size(was.Size),
			language.Size(is.Size)))
	}
	if !was.Modified.Equal(is.Modified) {
		all = append(all, language.Messagef("it was written to at %s", stamp(is.Modified)))
	}
	if was.Path != is.Path {
		all = append(all, language.Messagef("it is now %s", report.Plain(is.Path)))
	}
	if len(all) == 0 {
		all = append(all, language.Messagef("its properties were changed"))
	}
	return language.Join(all, ", ").In(s.in)
}

// decidePlace records a decision on one file.
func (s *Server) decidePlace(ctx context.Context, a *opened, do decision, at sweeper.Found) error {
	st := a.Storage(at.Storage)
	switch do {
	case keep:
		return a.Sweeper.Keep(ctx, st, at.Entry)
	case approve:
		return a.Sweeper.Approve(ctx, st, at.Entry, at.Decision.Guards)
	}
	return a.Sweeper.Forget(ctx, st, at.Entry)
}

// refind returns the places of a picture with the decisions on them as they are now. A place on which nothing is known
// keeps its decision.
func (s *Server) refind(ctx context.Context, a *opened, p *picture) []sweeper.Found {
	places := slices.Clone(p.places)
	for i, at := range places {
		if now, err := a.Sweeper.Refind(ctx, a.Storage(at.Storage), at.Entry); err == nil {
			places[i] = now
		}
	}
	return places
}

// undo restores files from the trash: of a run, or some by the keys of their operations. A restored file is kept from
// then on, as after sweepd undo.
func (s *Server) undo(w http.ResponseWriter, r *http.Request) {
	sum, err := s.undoForm(r)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := struct {
		frame
		Said     string
		Problems []string
	}{frame: s.frame("history", s.in.Sprintf("Restored")), Said: report.Sentence(report.Describe(sum).In(s.in))}
	l := s.listing()
	for _, p := range sum.Problems {
		v.Problems = append(v.Problems, report.Sentence(s.plain(report.Cannot(p, func(storage, path string) string {
			return s.place(l, storage, path)
		}))))
	}
	s.page(w, http.StatusOK, "restored.html", v)
}

// undoForm carries out the form, and looks again. The undo goes on if the request ends. An error beside a summary is
// that of the look.
func (s *Server) undoForm(r *http.Request) (*sweeper.Summary, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	a, done := s.use()
	defer done()
	if a == nil {
		return nil, errUnknown
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	ops, err := operationsOf(r.Context(), a.Journal, r.PostForm)
	if err != nil {
		return nil, err
	}
	sum, err := app.Undo(s.ctx, s.o.App(), ops, nil)
	if err != nil {
		return nil, err
	}
	_, err = s.look()
	return sum, err
}

// errNotInTrash is returned for files of an old page that were purged or restored meanwhile.
var errNotInTrash = errors.New("it is no longer in the trash: it was deleted permanently, or restored; " +
	"load the page again")

// operationsOf returns the trash operations that a form names and that can be undone. It returns errNotInTrash if one
// of them is no longer in the trash.
func operationsOf(ctx context.Context, j *journal.Journal, form url.Values) ([]journal.Operation, error) {
	var u journal.Undone
	if run := form.Get("run"); run != "" {
		if _, err := fmt.Sscanf(run, "%d", &u.Run); err != nil || u.Run <= 0 {
			return nil, fmt.Errorf("%q is not a run number", run)
		}
		return undoable(ctx, j, u)
	}
	keys := form["key"]
	if one := form.Get("one"); one != "" {
		keys = []string{one}
	}
	for _, key := range keys {
		u.Files = append(u.Files, journal.Filter{Key: key})
	}
	if len(u.Files) == 0 {
		return nil, errors.New("no file is selected")
	}
	return undoable(ctx, j, u)
}

// undoable is Journal.Undoable, whose error names what a command line named.
func undoable(ctx context.Context, j *journal.Journal, u journal.Undone) ([]journal.Operation, error) {
	ops, err := j.Undoable(ctx, u)
	if errors.Is(err, fs.ErrNotExist) {
		err = errNotInTrash
	}
	return ops, err
}
