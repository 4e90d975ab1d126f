package review

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// policyView is the data of the page of the policy. Draft is exact, as the user will copy it into the file.
type policyView struct {
	frame
	File     string   // "" for the built-in policy
	Meaning  []string // paragraphs
	Notes    []string
	Cautions []string
	Differs  string // how the file differs from what the list was made with
	Draft    string // a changed text, as it is to be edited
	Effect   *effectView
	Invalid  string // why the draft is no policy
}

// effectView is what a draft would change.
type effectView struct {
	Turns          []turnView
	Removed, Added []string // what else differs, as lines
	Images         string
	Same, Partial  bool
}

// turnView is the files whose fate turns in one way.
type turnView struct {
	Title, Count, More string
	Files              []changeView
}

// changeView is one file with the change of its fate, as a clause.
type changeView struct{ Name, Place, Change string }

// maxChanges is the number of files that are listed for each turn.
const maxChanges = 200

// policyPage serves the policy by which the list was made: the file and what it means. A POST has a draft, of which the
// page shows what it would change; nothing is saved. The page has no button that saves: the file belongs to the user
// and his editor, and a service reloads it from there.
func (s *Server) policyPage(w http.ResponseWriter, r *http.Request) {
	l := s.listing()
	v := policyView{frame: s.frame("policy", s.in.Sprintf("Policy")), File: s.plain(l.policyFile)}
	if l.policyFile != "" {
		text, err := os.ReadFile(l.policyFile)
		if err != nil {
			v.Differs = s.plain(err.Error())
		} else {
			v.Draft, v.Differs = string(text), s.differs(l, text)
		}
	}
	v.Meaning = strings.Split(strings.TrimSpace(plainLines(l.policy.In(s.in))), "\n\n")
	for _, n := range l.policy.Notes() {
		v.Notes = append(v.Notes, report.Sentence(s.plain(n.In(s.in))))
	}
	for _, c := range l.policy.Cautions() {
		v.Cautions = append(v.Cautions, report.Sentence(s.plain(c.In(s.in))))
	}
	if r.Method == http.MethodPost {
		v.Draft = strings.ReplaceAll(r.PostFormValue("draft"), "\r\n", "\n") // as a browser sends lines
		if err := s.compare(r.Context(), l, &v); err != nil {
			s.failed(w, r, err)
			return
		}
	}
	s.page(w, http.StatusOK, "policy.html", v)
}

// differs returns what the user should know if the text of the file is not the policy of the list, "" if it is. The
// meaning on the page is that of the list, the draft is the file.
func (s *Server) differs(l *listing, text []byte) string {
	is, err := app.ParsePolicy(l.policyFile, text, s.o.Home)
	if err == nil && is.Hash() == l.policy.Hash() && is.In(s.in) == l.policy.In(s.in) {
		return ""
	}
	return s.in.Sprintf("The file has changed since the scan; this is what it meant then.")
}

// compare adds the effect of the draft on the files that are there now, as sweepd check --diff shows it. A draft that
// is no policy is a part of the page and no error. The comparison scans, so it holds the engine.
func (s *Server) compare(ctx context.Context, l *listing, v *policyView) error {
	after, err := app.ParsePolicy("draft", []byte(v.Draft), s.o.Home)
	if err != nil {
		v.Invalid = plainLines(err.Error())
		return nil
	}
	a, done := s.use()
	defer done()
	if a == nil {
		return errUnknown
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	j, err := a.Paths.ReadRecord(ctx)
	if err != nil {
		return err
	}
	if j != nil {
		defer j.Close()
	}
	before := app.NamedPolicy{File: l.policyFile, Policy: l.policy}
	turns := map[policy.Turn]*turned{}
	for _, turn := range policy.Turns() {
		turns[turn] = new(turned)
	}
	each := func(c sweeper.Change) { turns[c.Turn].add(c) }
	c, err := s.o.App().Compare(ctx, j, before, app.NamedPolicy{File: "draft", Policy: after}, each, nil)
	if err != nil {
		return err
	}
	e := &effectView{Images: language.Count(int64(c.Images), "image").In(s.in), Partial: c.Partial()}
	removed, added := report.Differing(before.Policy.Besides(s.in), after.Besides(s.in))
	for _, line := range removed {
		e.Removed = append(e.Removed, s.plain(line))
	}
	for _, line := range added {
		e.Added = append(e.Added, s.plain(line))
	}
	e.Same = len(removed)+len(added) == 0
	for _, turn := range policy.Turns() {
		if of := turns[turn]; of.files > 0 {
			e.Same = false
			e.Turns = append(e.Turns, s.turn(l, turn, of))
		}
	}
	v.Effect = e
	return nil
}

// turned is the files whose fate turns in one way: their number, and the first maxChanges of them.
type turned struct {
	files int
	first []sweeper.Change
}

// add adds a file. Between two calls of trim there are at most twice as many as are listed.
func (t *turned) add(c sweeper.Change) {
	t.files++
	if t.first = append(t.first, c); len(t.first) == 2*maxChanges {
		t.trim()
	}
}

// trim orders the files and drops those that are not listed.
func (t *turned) trim() {
	sweeper.SortChanges(t.first)
	t.first = slices.Delete(t.first, min(len(t.first), maxChanges), len(t.first))
}

// turn returns the view of the files whose fate turns in one way.
func (s *Server) turn(l *listing, turn policy.Turn, of *turned) turnView {
	of.trim()
	v := turnView{
		Title: language.Capital(report.TurnTitle(turn).In(s.in)),
		Count: language.Count(int64(of.files), "file").In(s.in),
	}
	for _, c := range of.first {
		v.Files = append(v.Files, changeView{
			report.Plain(c.Entry.Name()), s.place(l, c.Storage, c.Entry.Path),
			s.plain(report.FateChange(c).In(s.in)),
		})
	}
	if more := of.files - len(of.first); more > 0 {
		v.More = language.Number(more).In(s.in)
	}
	return v
}

// plainLines returns a text of several lines that is safe on a page.
func plainLines(text string) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range all {
		all[i] = report.Plain(strings.ReplaceAll(line, "\t", "    "))
	}
	return strings.Join(all, "\n")
}
