package review

import (
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// cardsAtOnce is the number of cards that are sent together. It can be divided by each number of columns up to six, so
// that no row has a gap in it.
const cardsAtOnce = 60

// foundView is the data of the first page. The first cardsAtOnce pictures from the one that the address names are in
// it; the script loads others by /ids and /cards.
type foundView struct {
	frame
	choices
	Tiles          []tile
	Filtered       bool
	Made, Count    string
	Total          int
	Cards          []card
	Query          template.URL // of the filter
	Previous, Next template.URL // queries of the neighbouring pages, for a browser without a script; "": none
	Due            string       // what can be applied; "" if nothing is due
	Warnings       []string
	Help           []keyHelp
}

// keyHelp is a key with its meaning.
type keyHelp struct{ Key, Meaning string }

// foundPage serves the list of pictures. from in the address is rounded down to a multiple of cardsAtOnce, and to the
// last page if it is too large.
func (s *Server) foundPage(w http.ResponseWriter, r *http.Request) {
	l, q := s.listing(), r.URL.Query()
	f := parseFilter(q)
	all := f.of(l, s.o.Now())
	from, _ := strconv.Atoi(q.Get("from"))
	from = max(0, min(from, len(all)-1))
	from -= from % cardsAtOnce
	v := foundView{
		frame: s.frame("found", s.in.Sprintf("Found pictures")), choices: s.choices(l, f), Tiles: s.tiles(l, f),
		Filtered: f.some(), Made: stamp(l.made), Total: len(all),
		Count: language.Count(int64(len(all)), "picture").In(s.in), Query: f.encoded(),
		Warnings: s.warnings(l), Help: s.keys(),
	}
	if n := len(l.due.Trash) + len(l.due.Mark); n > 0 || l.amounts()[policy.Trash].pictures > 0 {
		v.Due = language.Count(int64(len(l.due.Trash)), "file").In(s.in)
	}
	to := min(len(all), from+cardsAtOnce)
	for _, p := range all[from:to] {
		v.Cards = append(v.Cards, s.card(l, p, f))
	}
	page := func(at int) template.URL {
		q := f.query()
		q.Set("from", strconv.Itoa(at))
		return template.URL(q.Encode())
	}
	if from > 0 {
		v.Previous = page(from - cardsAtOnce)
	}
	if to < len(all) {
		v.Next = page(to)
	}
	s.page(w, http.StatusOK, "found.html", v)
}

// keys returns the keys of the page.
func (s *Server) keys() []keyHelp {
	return []keyHelp{
		{"← → ↑ ↓", s.in.Sprintf("go to another picture")},
		{"Enter", s.in.Sprintf("large view with all evidence; Esc goes back")},
		{"k", s.in.Sprintf("keep it and all its copies")},
		{"a", s.in.Sprintf("approve: the next apply moves it to the trash")},
		{"u", s.in.Sprintf("take the decision back")},
		{"x", s.in.Sprintf("select; with Shift, all since the last one")},
		{"/", s.in.Sprintf("search in names and folders")},
		{"Esc", s.in.Sprintf("select nothing")},
		{"?", s.in.Sprintf("this help")},
	}
}

// warnings returns what the user should know of the look as a whole. They are about places that could not be read as a
// whole, and about a record that cannot be relied on.
func (s *Server) warnings(l *listing) (all []string) {
	place := func(storage, path string) string {
		if path == "" {
			return report.Plain(storage)
		}
		return s.place(l, storage, path)
	}
	for _, p := range l.sum.Problems {
		all = append(all, report.Sentence(s.plain(report.Cannot(p, place))))
	}
	for _, x := range l.sum.Stopped {
		all = append(all, report.Sentence(s.plain(report.Incomplete(place(x.Storage, x.Root)).In(s.in))))
	}
	if a, done := s.use(); a != nil {
		if a.ReportOnly != nil {
			all = append(all, report.Sentence(s.plain(a.ReportOnly.Error())))
		}
		done()
	}
	return all
}

// ids serves the IDs of the pictures that a filter takes, in its order. The answer is a JSON array of strings, empty
// and not null without any. With 100,000 pictures it has 1.9 MB.
func (s *Server) ids(w http.ResponseWriter, r *http.Request) {
	l := s.listing()
	all := []string{}
	for _, p := range parseFilter(r.URL.Query()).of(l, s.o.Now()) {
		all = append(all, p.id)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(all) // a failure means that the client has gone
}

// cards serves some cards, by the IDs of their pictures. One that is no longer in the list is left out. The answer is
// HTML to be inserted into the page. More than cardsAtOnce IDs are cut off.
func (s *Server) cards(w http.ResponseWriter, r *http.Request) {
	l, q := s.listing(), r.URL.Query()
	f := parseFilter(q)
	ids := strings.Split(q.Get("ids"), ",")
	var all []card
	for _, id := range ids[:min(len(ids), cardsAtOnce)] {
		if p := l.picture(id); p != nil {
			all = append(all, s.card(l, p, f))
		}
	}
	s.page(w, http.StatusOK, "cards.html", struct{ Cards []card }{all})
}

// pictureView is the data of the large view of a picture.
type pictureView struct {
	frame
	card
	At             []placeView
	Whole          int          // the place whose bytes are shown; -1: none can be
	Back           template.URL // the query of the list
	Previous, Next string       // IDs; "" if there is none
	Position       string
}

// placeView is one place of a picture with all evidence.
type placeView struct {
	Place, Storage  string
	Facts           []report.Fact
	Findings        []findingView
	Rules           []ruleView
	Guards, Reasons []string
	Error           string // why it could not be examined
}

// findingView is what one detector found: its steps in order, and the evidence that they gave.
type findingView struct {
	Detector, Read string
	Steps          []checkView
	Evidence       []string
}

// ruleView is a rule of the policy with its conditions, in the order in which they are written.
type ruleView struct {
	Name, Do, Note string
	Decides        bool
	Checks         []checkView
}

// checkView is a step of a detector or a condition of a rule. Holds is "yes", "no" or "unknown".
type checkView struct{ Holds, Text string }

// picturePage serves the large view: each place is examined afresh, as by sweepd explain. It holds the engine while it
// does so, and shows an error of one place beside the others. The neighbours are those in the filtered list that the
// user comes from.
func (s *Server) picturePage(w http.ResponseWriter, r *http.Request) {
	l := s.listing()
	p := l.picture(r.PathValue("id"))
	if p == nil {
		s.gone(w, r)
		return
	}
	f := parseFilter(r.URL.Query())
	v := pictureView{
		frame: s.frame("found", report.Plain(p.places[0].Entry.Name())), card: s.card(l, p, f), Back: f.encoded(),
	}
	all := f.of(l, s.o.Now())
	if i := slices.Index(all, p); i >= 0 {
		if i > 0 {
			v.Previous = all[i-1].id
		}
		if i+1 < len(all) {
			v.Next = all[i+1].id
		}
		v.Position = s.in.Sprintf("%s of %s", language.Number(i+1), language.Number(len(all)))
	}
	a, done := s.use()
	defer done()
	if a == nil {
		s.gone(w, r)
		return
	}
	v.Whole = -1
	for _, at := range nearest(a, p.places)[:1] {
		if showable(at.Verdict.MediaType) && at.Entry.Size <= maxWhole {
			v.Whole = slices.IndexFunc(p.places, func(other sweeper.Found) bool {
				return other.Storage == at.Storage && other.Entry.Ref == at.Entry.Ref
			})
		}
	}
	s.engine.Lock()
	for _, at := range p.places {
		v.At = append(v.At, s.placeView(r, a, l, at))
	}
	s.engine.Unlock()
	s.page(w, http.StatusOK, "picture.html", v)
}

// gone sends the page for a picture that is not in the list.
func (s *Server) gone(w http.ResponseWriter, r *http.Request) {
	s.page(w, http.StatusNotFound, "gone.html", s.frame("", s.in.Sprintf("Not in the list")))
}

// placeView examines one place. A file that has changed since the look is explained as it is now, with a note on the
// change.
func (s *Server) placeView(r *http.Request, a *opened, l *listing, at sweeper.Found) placeView {
	v := placeView{
		Place: s.place(l, at.Storage, at.Entry.Path), Storage: report.Plain(at.Storage),
		Facts: []report.Fact{
			{Name: s.in.Sprintf("Due"), Value: report.When(at.Decision).In(s.in)},
			{Name: s.in.Sprintf("Rule"), Value: report.Plain(at.Decision.Rule)},
			{Name: s.in.Sprintf("Confidence"), Value: at.Verdict.Confidence.String()},
			{Name: s.in.Sprintf("Size"), Value: language.Size(at.Entry.Size).In(s.in)},
			{Name: s.in.Sprintf("Pixels"), Value: pixels(at.Verdict)},
			{Name: s.in.Sprintf("Modified"), Value: stamp(at.Entry.Modified)},
		},
	}
	if !at.Verdict.Made.IsZero() {
		v.Facts = append(v.Facts, report.Fact{Name: s.in.Sprintf("Signed"), Value: stamp(at.Verdict.Made)})
	}
	st := a.Storage(at.Storage)
	if st == nil {
		v.Error = s.in.Sprintf("its storage is not open")
		return v
	}
	e, err := st.Stat(r.Context(), at.Entry.Ref)
	if err == nil && e.Revision != at.Entry.Revision {
		v.Error = s.in.Sprintf("it has changed since: %s", s.changed(at.Entry, e))
	}
	x, err2 := sweeper.Explanation{}, err
	if err == nil {
		x, err2 = a.Explain(r.Context(), st, e)
	}
	if err2 != nil {
		v.Error = s.plain(err2.Error())
		return v
	}
	s.explain(&v, x)
	return v
}

// pixels returns width and height in pixels; "?" if they are not known.
func pixels(v fingerprint.Verdict) string {
	if v.Width == 0 {
		return "?"
	}
	return strconv.Itoa(v.Width) + " × " + strconv.Itoa(v.Height)
}

// explain adds the findings of the detectors and the trace of the rules.
func (s *Server) explain(v *placeView, x sweeper.Explanation) {
	for _, f := range x.Findings {
		view := findingView{Detector: f.Detector, Read: language.Size(f.BytesRead).In(s.in)}
		for _, step := range f.Steps {
			text := language.Phrase(step.Check).In(s.in)
			if !step.Detail.IsZero() {
				text += ": " + step.Detail.In(s.in)
			}
			holds := "no"
			if step.OK {
				holds = "yes"
			}
			view.Steps = append(view.Steps, checkView{holds, s.plain(text)})
		}
		for _, e := range f.Evidence {
			view.Evidence = append(view.Evidence, s.plain(e.Detector+": "+x.Verdict.Clause(e).In(s.in)))
		}
		v.Findings = append(v.Findings, view)
	}
	for _, r := range x.Rules {
		view := ruleView{Name: report.Plain(r.Rule), Do: string(r.Do), Decides: r.Decides}
		if r.Mandatory {
			view.Do += ", " + s.in.Sprintf("mandatory")
		}
		view.Note = s.in.Sprintf("does not match")
		switch {
		case r.Decides:
			view.Note = s.in.Sprintf("decides")
		case r.Matches:
			view.Note = s.in.Sprintf("matches, but an earlier rule decides")
		}
		s.checks(&view, r.Checks)
		v.Rules = append(v.Rules, view)
	}
	for _, g := range x.Guards {
		v.Guards = append(v.Guards, s.plain(g.Why.In(s.in)))
	}
	for _, why := range x.Decision.Reasons {
		v.Reasons = append(v.Reasons, s.plain(why.In(s.in)))
	}
}

// checks adds the conditions of a rule, with those inside of others.
func (s *Server) checks(v *ruleView, all []policy.Check) {
	for _, c := range all {
		v.Checks = append(v.Checks, checkView{c.Holds, s.plain(c.Seen.In(s.in))})
		s.checks(v, c.Of)
	}
}
