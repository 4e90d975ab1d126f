package review

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// maxRuns is the number of runs that the history shows, and maxRunFiles that of the files of one.
const (
	maxRuns     = 100
	maxRunFiles = 2000
)

// historyView is the data of the page of all runs.
type historyView struct {
	frame
	Chart *report.Chart // nil: nothing to draw
	Runs  []runLine
	More  bool
}

// runLine is a run in the list.
type runLine struct {
	Path, Headline, Kind, Began string
	ID                          int64
	InTrash                     string // its files that can be brought back; "" if there are none
}

// runPath returns the address of the page of a run.
func runPath(id int64) string { return fmt.Sprintf("/history/%d", id) }

// historyPage serves the latest runs. It reads the record of the App of the last look, in which runs of other processes
// appear as well.
func (s *Server) historyPage(w http.ResponseWriter, r *http.Request) {
	l := s.listing()
	a, done := s.use()
	defer done()
	if a == nil {
		s.gone(w, r)
		return
	}
	runs, err := a.Journal.Runs(r.Context(), maxRuns)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := historyView{frame: s.frame("history", s.in.Sprintf("History")), More: len(runs) == maxRuns}
	var all []report.Run
	for _, j := range runs {
		run, err := report.Read(r.Context(), a.Journal, j.ID, l.policy)
		if err != nil {
			s.failed(w, r, err)
			return
		}
		all = append(all, run)
		line := runLine{
			Path: runPath(run.ID), ID: run.ID, Kind: report.Plain(run.Kind), Began: stamp(run.Began),
			Headline: report.Sentence(s.plain(run.Headline().In(s.in))),
		}
		var left int64
		for _, k := range run.Kept {
			left += k.Files
		}
		if left > 0 {
			line.InTrash = language.Count(left, "file").In(s.in)
		}
		v.Runs = append(v.Runs, line)
	}
	v.Chart = report.ChartOf(s.in, all)
	s.page(w, http.StatusOK, "history.html", v)
}

// runView is the data of the page of a run.
type runView struct {
	frame
	ID         int64
	Headline   string
	Began      string
	Paragraphs []string
	InTrash    []operationView
	Others     []operationView // with what became of them
	Count      string          // of InTrash
	More       bool
}

// operationView is a file that a run changed, or tried to.
type operationView struct{ Key, Name, Place, Size, Became string }

// runPage serves one run with its files.
func (s *Server) runPage(w http.ResponseWriter, r *http.Request) {
	l := s.listing()
	a, done := s.use()
	defer done()
	id, err := strconv.ParseInt(r.PathValue("run"), 10, 64)
	if err != nil || a == nil {
		s.gone(w, r)
		return
	}
	run, err := report.Read(r.Context(), a.Journal, id, l.policy)
	if errors.Is(err, fs.ErrNotExist) {
		s.gone(w, r)
		return
	}
	v := runView{
		frame: s.frame("history", s.in.Sprintf("Run %d", id)), ID: id, Began: stamp(run.Began),
		Headline: report.Sentence(s.plain(run.Headline().In(s.in))),
	}
	if err == nil {
		err = s.operations(r.Context(), a, l, &v)
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	for _, k := range run.Kept {
		v.Paragraphs = append(v.Paragraphs, report.Sentence(s.plain(k.In(s.in))))
	}
	v.Count = language.Count(int64(len(v.InTrash)), "file").In(s.in)
	s.page(w, http.StatusOK, "run.html", v)
}

// operations adds the files of a run. Those that are in the trash now can be restored and come apart from the others.
// It stops at maxRunFiles, and sets More.
func (s *Server) operations(ctx context.Context, a *opened, l *listing, v *runView) error {
	for op, err := range a.Journal.Operations(ctx, journal.Filter{Run: v.ID}) {
		if err != nil {
			return err
		}
		if len(v.InTrash)+len(v.Others) == maxRunFiles {
			v.More = true
			return nil
		}
		e := op.Op.Entry
		view := operationView{
			op.Key, report.Plain(path.Base(e.Path)), s.place(l, op.Op.Storage, e.Path), language.Size(e.Size).In(s.in),
			s.plain(report.Became(op).In(s.in)),
		}
		if op.Op.Kind == providers.OpTrash && op.State() == "done" && op.Resolved == "" {
			v.InTrash = append(v.InTrash, view)
		} else {
			v.Others = append(v.Others, view)
		}
	}
	return nil
}
