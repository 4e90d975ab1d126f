package review

import (
	"maps"
	"net/http"
	"slices"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// storagesView is the data of the page of the storages.
type storagesView struct {
	frame
	Storages []storageView
	General  []findingLine // of the doctor: about no storage in particular
	Checked  bool
	Service  string // the state of the running service; "" if there is none
}

// storageView is one storage.
type storageView struct {
	Name, Type string
	Error      string // why it could not be opened
	Facts      []report.Fact
	Lacks      []string // what cannot be done there
	Notes      []string
	Checks     []findingLine
}

// findingLine is a finding of the doctor. State is "ok", "warn" or "fail".
type findingLine struct{ State, Check, Text, Hint string }

// storagesPage serves the state of each storage. A POST also asks the doctor, who tries the trash of each folder with a
// file of its own.
func (s *Server) storagesPage(w http.ResponseWriter, r *http.Request) {
	l := s.listing()
	a, done := s.use()
	defer done()
	if a == nil {
		s.gone(w, r)
		return
	}
	v := storagesView{frame: s.frame("storages", s.in.Sprintf("Storages")), Checked: r.Method == http.MethodPost}
	notes := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(l.policy.Storages)) {
		for _, n := range l.policy.NotesOn(name) {
			notes[name] = append(notes[name], report.Sentence(s.plain(n.In(s.in))))
		}
	}
	checks := map[string][]findingLine{}
	if v.Checked {
		for f := range app.Doctor(r.Context(), s.o.App(), nil) {
			checks[f.Storage] = append(checks[f.Storage], findingLine{
				string(f.State), f.Check, s.plain(f.Text.In(s.in)), s.plain(f.Hint.In(s.in)),
			})
		}
	}
	v.General = checks[""]
	trashed := map[string]amount{}
	for op, err := range a.Journal.Operations(r.Context(), journal.Filter{InTrash: true}) {
		if err != nil {
			s.failed(w, r, err)
			return
		}
		is := trashed[op.Op.Storage]
		is.places, is.bytes = is.places+1, is.bytes+op.Op.Entry.Size
		trashed[op.Op.Storage] = is
	}
	for _, st := range a.Storages {
		view := s.storageView(a, l, st)
		is := trashed[st.Name()]
		view.Facts = append(view.Facts, report.Fact{
			Name:  s.in.Sprintf("In its trash, from sweepd"),
			Value: s.in.Sprintf("%s, %s", language.Number(is.places), language.Size(is.bytes)),
		})
		view.Notes, view.Checks = notes[st.Name()], checks[st.Name()]
		if of, _ := l.policy.Storage(st.Name()); of.Fleet != "" {
			view.Notes = notes[of.Fleet]
		}
		v.Storages = append(v.Storages, view)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Unopened)) {
		unopened, _ := l.policy.Storage(name)
		v.Storages = append(v.Storages, storageView{
			Name: report.Plain(name), Type: unopened.Type, Error: s.plain(a.Unopened[name].Error()),
			Checks: checks[name],
		})
	}
	if d, err := status.Status(r.Context(), a.Paths.Control()); err == nil {
		v.Service = s.in.Sprintf("The service runs since %s, in mode %s.", stamp(d.Since), report.Plain(d.Mode))
	}
	s.page(w, http.StatusOK, "storages.html", v)
}

// storageView returns an open storage with the figures of the last look.
func (s *Server) storageView(a *opened, l *listing, st *providers.Storage) storageView {
	of, _ := l.policy.Storage(st.Name())
	v := storageView{Name: report.Plain(st.Name()), Type: of.Type}
	fact := func(name, value string) { v.Facts = append(v.Facts, report.Fact{Name: name, Value: value}) }
	for _, root := range st.Roots() {
		fact(s.in.Sprintf("Folder"), s.place(l, st.Name(), root))
	}
	var files, bytes int64
	for _, p := range l.pictures {
		for _, at := range p.places {
			if at.Storage == st.Name() {
				files, bytes = files+1, bytes+at.Entry.Size
			}
		}
	}
	fact(s.in.Sprintf("Last scan"), stamp(l.made))
	fact(s.in.Sprintf("Files seen"), language.Number(l.sum.SeenIn[st.Name()]).In(s.in))
	fact(s.in.Sprintf("Pictures from ChatGPT"),
		s.in.Sprintf("%s, %s", language.Number(files), language.Size(bytes)))
	for _, x := range l.sum.Stopped {
		if x.Storage == st.Name() {
			v.Error = report.Sentence(s.plain(report.Incomplete(s.place(l, x.Storage, x.Root)).In(s.in)))
		}
	}
	v.Lacks = s.lacks(st.Can())
	return v
}

// lacks returns what a storage does not support. The texts complete "cannot ...".
func (s *Server) lacks(can providers.Can) (all []string) {
	for _, c := range []struct {
		can  providers.Can
		text string
	}{
		{providers.CanTrash, s.in.Sprintf("move files to a trash")},
		{providers.CanRestore, s.in.Sprintf("restore files from the trash")},
		{providers.CanPurge, s.in.Sprintf("delete single files from the trash permanently")},
		{providers.CanListTrash, s.in.Sprintf("list the trash")},
		{providers.CanWait, s.in.Sprintf("report changes")},
	} {
		if !can.Has(c.can) {
			all = append(all, c.text)
		}
	}
	return all
}
