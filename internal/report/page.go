package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's text and style
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"sweepd/internal/language"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

// Picture is a thumbnail of a file that a run trashed.
type Picture struct {
	Name string // of the file
	JPEG []byte // see package thumbnail
}

// Page is a page that shows runs. It loads nothing, runs no script, and enforces both by its Content-Security-Policy.
type Page struct {
	Made     time.Time
	Runs     []Run               // newest first
	Pictures map[int64][]Picture // by run
	Language language.Printer
}

// Write writes the page as HTML.
func (p Page) Write(w io.Writer) error {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return err // a bug
	}
	sum := sha256.Sum256([]byte(pageStyle))
	view := pageView{
		Made: stamp(p.Made), Style: template.CSS(pageStyle), Hash: base64.StdEncoding.EncodeToString(sum[:]),
		Chart: chartOf(p.Language, p.Runs),
	}
	for _, r := range p.Runs {
		view.Runs = append(view.Runs, viewOf(p.Language, r, p.Pictures[r.ID]))
	}
	return t.Execute(w, view)
}

// IsPage reports whether a file with this beginning is a page that Write made.
func IsPage(head []byte) bool {
	before, _, _ := strings.Cut(pageText, "{{")
	return bytes.HasPrefix(head, []byte(before)) && bytes.Contains(head, []byte("<title>sweepd: what was done</title>"))
}

func stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// The data of the page's template: text only.
type (
	pageView struct {
		Made  string
		Style template.CSS
		Hash  string // of Style
		Chart *chart // nil: nothing to draw
		Runs  []runView
	}
	runView struct {
		ID                    int64
		Kind, Began, Headline string
		Paragraphs            []string
		Rules                 []ruleView
		Files                 []fileView
		More                  int64
		Pictures              []pictureView
	}
	ruleView    struct{ Name, Matched, Kept, Review, Held, Due, Done, Refused, Failed, Bytes string }
	fileView    struct{ Became, Place, Size string }
	pictureView struct {
		Name string
		Src  template.URL
	}
)

func viewOf(p language.Printer, r Run, pictures []Picture) runView {
	v := runView{
		ID: r.ID, Kind: Plain(r.Kind), Began: stamp(r.Began), Headline: language.Capital(r.headline().In(p)),
		More: r.More,
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
	for _, f := range r.Files {
		v.Files = append(v.Files, fileView{f.became().In(p), place(f.Storage, f.Path), language.Size(f.Size).In(p)})
	}
	for _, pic := range pictures {
		v.Pictures = append(v.Pictures, pictureView{
			Plain(pic.Name), template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(pic.JPEG)),
		})
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

// chart shows the bytes that were freed, and moved to the trash, up to each time.
type chart struct {
	Freed, Moved string // points of two lines: "x,y x,y"
	Top          string // the value of the upper edge
	From, To     string // the days of its left and right edges
	AllFreed     string
	AllMoved     string
}

// chartOf returns the chart of the runs, which are newest first; nil if nothing was freed or moved.
func chartOf(p language.Printer, runs []Run) *chart {
	var freed, moved int64
	for _, r := range runs {
		freed, moved = freed+max(r.Summary.Freed, 0), moved+r.Moved
	}
	if freed+moved == 0 {
		return nil
	}
	first, last := runs[len(runs)-1].Began, runs[0].Began
	at := func(t time.Time, n int64) string {
		x := 0.5 // for a single time
		if span := last.Sub(first); span > 0 {
			x = min(max(float64(t.Sub(first))/float64(span), 0), 1) // a clock may have gone back
		}
		return fmt.Sprintf("%.1f,%.1f", x*chartWidth, chartHeight*(1-float64(n)/float64(max(freed, moved))))
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
	return &chart{
		Freed: line(func(r Run) int64 { return max(r.Summary.Freed, 0) }),
		Moved: line(func(r Run) int64 { return r.Moved }),
		Top:   language.Size(max(freed, moved)).In(p), From: day(first), To: day(last),
		AllFreed: language.Size(freed).In(p), AllMoved: language.Size(moved).In(p),
	}
}
