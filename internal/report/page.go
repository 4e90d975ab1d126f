package report

import (
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// Page is a page that shows runs. It loads nothing, runs no script, and enforces both by its Content-Security-Policy.
type Page struct {
	Made     time.Time
	Runs     []Run                // newest first, with all their files: see ReadWhole
	Pictures map[string]Thumbnail // of the files, by File.Key
	// Documents are documents with pictures from ChatGPT in them. Their texts are in the Printer's language.
	Documents []ListedDocument
	Language  language.Printer
}

const pageTitle = "sweepd: what was done"

// Write writes the page as HTML.
func (p Page) Write(w io.Writer) error {
	view := pageView{
		head:  headOf(p.Language, p.Language.Sprintf(pageTitle), pageStyle, p.Made),
		Count: language.CountPlainly(int64(len(p.Runs)), "run"), Chart: ChartOf(p.Language, p.Runs),
		Documents: p.Documents,
	}
	for _, r := range p.Runs {
		view.Runs = append(view.Runs, viewOf(p.Language, r, p.Pictures))
	}
	return pageTo(w, p.Language, "page.html", view)
}

// manyFiles is the number of files from which a page shows a list only when it is opened.
const manyFiles = 20

// The data of the page's template: text, and pictures.
type (
	pageView struct {
		head
		Count language.Counted // of Runs
		Chart *Chart           // nil: nothing to draw
		Runs  []runView

		Documents []ListedDocument
	}
	runView struct {
		ID                    int64
		Kind, Began, Headline string
		Paragraphs            []string
		Rules                 []ruleView
		Files                 []fileView
		Count                 string // of the files
		Open                  bool   // the list of the files is short
		Pictures              int
	}
	ruleView struct{ Name, Matched, Kept, Review, Held, Due, Done, Refused, Failed, Bytes string }
	fileView struct {
		ID                        string // its place on the page
		Became, Name, Place, Size string
		Picture                   Thumbnail
	}
)

// viewOf returns the data of one run. A file without a thumbnail in pictures is listed without one.
func viewOf(p language.Printer, r Run, pictures map[string]Thumbnail) runView {
	v := runView{
		ID: r.ID, Kind: Plain(r.Kind), Began: stamp(r.Began), Headline: language.Capital(r.Headline().In(p)),
		Count: language.Count(int64(len(r.Files)), "file").In(p), Open: len(r.Files) <= manyFiles,
	}
	for _, text := range []string{
		r.seen(p), r.refused(p), r.trouble(p, true), r.stopped(p, true), r.kept(p), r.ending(p, true),
	} {
		if text != "" {
			v.Paragraphs = append(v.Paragraphs, text)
		}
	}
	for _, name := range r.ruled() {
		sum := r.Summary.Rules[name]
		v.Rules = append(v.Rules, ruleView{
			ruleName(name).In(p), number(p, sum.Matched), parts(sum.Kept).In(p), number(p, sum.Review), held(sum).In(p),
			number(p, sum.Due), number(p, sum.Trashed+sum.Purged+sum.Restored), number(p, sum.Refused),
			number(p, sum.Failed), sized(p, sum.Bytes),
		})
	}
	for i, f := range r.Files {
		file := fileView{
			fmt.Sprintf("%d-%d", r.ID, i+1), f.became().In(p), Plain(path.Base(f.Path)), place(f.Storage, f.Path),
			language.Size(f.Size).In(p), pictures[f.Key],
		}
		if file.Picture.JPEG != nil {
			v.Pictures++
		}
		v.Files = append(v.Files, file)
	}
	return v
}

// number returns n as text, or "" for 0, so that other values stand out.
func number(p language.Printer, n int64) string {
	if n == 0 {
		return ""
	}
	return language.Number(n).In(p)
}

// sized returns n bytes as text, or "" for 0.
func sized(p language.Printer, n int64) string {
	if n == 0 {
		return ""
	}
	return language.Size(n).In(p)
}

// The size of the chart, in the units of its picture.
const (
	chartWidth  = 720
	chartHeight = 160
)

// Chart shows the bytes that were freed, and moved to the trash for good, up to each time.
type Chart struct {
	Freed, Moved string // points of two lines: "x,y x,y"
	Top          string // the value of the upper edge
	From, To     string // the days of its left and right edges
	AllFreed     string
	AllMoved     string
	AllBack      string // moved and restored since, which the lines leave out; "" if nothing was
}

// ChartOf returns the chart of the runs, which are newest first; nil if nothing was freed or moved. The x axis is time,
// the y axis the sum up to then; each run is a step. Files that were restored count in neither line.
func ChartOf(p language.Printer, runs []Run) *Chart {
	var freed, moved, back int64
	for _, r := range runs {
		freed, moved, back = freed+max(r.Summary.Freed, 0), moved+r.stayed(), back+r.Back
	}
	if freed+moved+back == 0 {
		return nil
	}
	first, last := runs[len(runs)-1].Began, runs[0].Began
	at := func(t time.Time, n int64) string {
		x := 0.5 // for a single time
		if span := last.Sub(first); span > 0 {
			x = min(max(float64(t.Sub(first))/float64(span), 0), 1) // a clock may have gone back
		}
		return fmt.Sprintf("%.1f,%.1f", x*chartWidth, chartHeight*(1-float64(n)/float64(max(freed, moved, 1))))
	}
	line := func(of func(Run) int64) string {
		n, points := int64(0), []string{fmt.Sprintf("0,%d", chartHeight)}
		for i := len(runs) - 1; i >= 0; i-- {
			points = append(points, at(runs[i].Began, n)) // a step, not a slope: nothing happened between
			n += of(runs[i])
			points = append(points, at(runs[i].Began, n))
		}
		_, y, _ := strings.Cut(at(last, n), ",")
		return strings.Join(append(points, fmt.Sprintf("%d,%s", chartWidth, y)), " ")
	}
	return &Chart{
		Freed: line(func(r Run) int64 { return max(r.Summary.Freed, 0) }),
		Moved: line(Run.stayed),
		Top:   language.Size(max(freed, moved)).In(p), From: day(first), To: day(last),
		AllFreed: language.Size(freed).In(p), AllMoved: language.Size(moved).In(p), AllBack: sized(p, back),
	}
}
