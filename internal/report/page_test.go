package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"image/jpeg"
	"io"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/journal"
)

// elements are the elements of a document, by their names.
func elements(t *testing.T, page []byte) map[string][]*html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]*html.Node{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all[n.Data] = append(all[n.Data], n)
		}
	}
	return all
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) (text string) {
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text += d.Data
		}
	}
	return text
}

// hostile are folders that a page must show and not obey.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`</style><svg onload=alert(1)>`,
	"gnp.\u202e",
	`{{.Style}} javascript:alert(1)`,
}

// page is a page of two runs with hostile names, and a picture for each file.
func page(t *testing.T) (text []byte, p report.Page) {
	t.Helper()
	b := newBox(t, rules)
	for i, name := range hostile {
		b.put("/data/root/"+name+"/"+path.Base(ours("", i)), i)
	}
	first := b.read(b.apply(func() {}))
	b.clock = b.clock.AddDate(0, 0, 40)
	b.put(ours("", 20), 20)
	second := b.read(b.apply(func() {}))
	p = report.Page{Made: b.clock, Runs: []report.Run{second, first}, Pictures: map[string]report.Thumbnail{}}
	for i, f := range first.Files {
		p.Pictures[f.Key] = thumb(t, i)
	}
	for _, name := range hostile {
		p.Documents = append(p.Documents, report.ListedDocument{
			Path: report.Plain(name), Note: report.Plain(name),
			Pictures: []report.ListedMember{{Confidence: "likely", Place: report.Plain(name), Why: report.Plain(name)}},
		})
	}
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), p
}

// whole returns the run with all its files.
func (b *box) whole(run int64) report.Run {
	b.Helper()
	r, err := report.ReadWhole(b.Context(), b.journal, run, b.policy)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// undo restores the files of a run.
func (b *box) undo(run int64) {
	b.Helper()
	var ops []journal.Operation
	for op, err := range b.journal.Operations(b.Context(), journal.Filter{Run: run, InTrash: true}) {
		if err != nil {
			b.Fatal(err)
		}
		ops = append(ops, op)
	}
	if _, err := b.sweeper().Undo(b.Context(), ops, nil); err != nil {
		b.Fatal(err)
	}
}

// thumb is a thumbnail of the picture of that number.
func thumb(t *testing.T, n int) report.Thumbnail {
	t.Helper()
	content := painted(n)
	jpg, err := thumbnail.NewMaker().Make(t.Context(), thumbnail.Picture{
		Size: int64(len(content)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return report.Thumbnail{JPEG: jpg}
}

func TestThePageLoadsNothingAndRunsNothing(t *testing.T) {
	text, _ := page(t)
	inert(t, text)
}

// inert checks that a page loads nothing and runs nothing, and that its policy enforces both.
func inert(t *testing.T, text []byte, links ...string) {
	t.Helper()
	all := elements(t, text)
	for _, name := range []string{
		"script", "link", "iframe", "object", "embed", "form", "base", "audio", "video", "foreignObject",
	} {
		if n := len(all[name]); n > 0 {
			t.Errorf("there are %d %s elements", n, name)
		}
	}
	for name, nodes := range all {
		for _, n := range nodes {
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcset" ||
					a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !slices.Contains(links, a.Val) ||
					a.Key == "src" && !strings.HasPrefix(a.Val, "data:image/jpeg;base64,") {
					t.Errorf("%s has %s=%q", name, a.Key, a.Val)
				}
			}
		}
	}
	if len(all["style"]) != 1 {
		t.Fatalf("there are %d style elements, want 1", len(all["style"]))
	}
	sum := sha256.Sum256([]byte(textOf(all["style"][0])))
	want := "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'"
	policy := ""
	for _, n := range all["meta"] {
		if attribute(n, "http-equiv") == "Content-Security-Policy" {
			policy = attribute(n, "content")
		}
	}
	if policy != want {
		t.Errorf("the page's policy is %q, want %q", policy, want)
	}
	if strings.Contains(string(text), "\u202e") {
		t.Error("the page has a mark that turns the letters round")
	}
}

func TestThePageShowsEachRunWithItsNamesAsTheyAre(t *testing.T) {
	text, p := page(t)
	all := elements(t, text)
	if len(all["article"]) != 2 || attribute(all["article"][0], "id") != "run-2" ||
		attribute(all["article"][1], "id") != "run-1" {
		t.Fatalf("want run 2 and then run 1, got %d articles", len(all["article"]))
	}
	first := all["article"][1]
	for _, name := range hostile {
		if !strings.Contains(textOf(first), report.Plain(name)) {
			t.Errorf("%q is not on the page as a text", name)
		}
	}
	if len(all["img"]) != len(hostile) {
		t.Fatalf("there are %d pictures, want %d", len(all["img"]), len(hostile))
	}
	for i, n := range all["img"] {
		if got, want := attribute(n, "alt"), path.Base(p.Runs[1].Files[i].Path); got != want {
			t.Errorf("a picture is called %q, want %q", got, want)
		}
		data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(attribute(n, "src"), "data:image/jpeg;base64,"))
		if err == nil {
			_, err = jpeg.Decode(bytes.NewReader(data))
		}
		if err != nil {
			t.Errorf("picture %d: %v", i, err)
		}
	}
	second := textOf(all["article"][0])
	for _, want := range []string{"rule mine", "trash: files that sweepd put there", "sweepd undo 2"} {
		if !strings.Contains(second, want) {
			t.Errorf("run 2 does not say %q:\n%s", want, second)
		}
	}
	if got := attribute(all["polyline"][1], "points"); !strings.HasPrefix(got, "0,160 ") ||
		!strings.Contains(got, " 720.0,") || p.Runs[0].Summary.Freed == 0 {
		t.Errorf("the line of what was freed is %q of %d bytes", got, p.Runs[0].Summary.Freed)
	}
}

func TestPicturesAndNamesOnThePageLeadToEachOther(t *testing.T) {
	text, p := page(t)
	all := elements(t, text)
	at := map[string]*html.Node{}
	for _, nodes := range all {
		for _, n := range nodes {
			if id := attribute(n, "id"); id != "" {
				if at[id] != nil {
					t.Errorf("two elements are %q", id)
				}
				at[id] = n
			}
		}
	}
	if len(all["a"]) != 2*len(p.Pictures) {
		t.Errorf("there are %d links, want two for each of %d pictures", len(all["a"]), len(p.Pictures))
	}
	for _, a := range all["a"] {
		to := at[strings.TrimPrefix(attribute(a, "href"), "#")]
		if to == nil {
			t.Fatalf("a link leads to %s, which is not there", attribute(a, "href"))
		}
		if to.Data != map[string]string{"img": "li", "code": "a"}[a.FirstChild.Data] {
			t.Errorf("a link around %s leads to %s", a.FirstChild.Data, to.Data)
		}
	}
}

func TestThePageCountsNothingThatCameBack(t *testing.T) {
	b := newBox(t, rules)
	for i := range 3 {
		b.put(ours("", i), i)
	}
	run := b.apply(func() {})
	b.undo(run)
	b.put(ours("", 9), 9)
	later := b.apply(func() {})
	first, second := b.whole(run), b.whole(later)
	if first.Back == 0 || first.Back != first.Moved || second.Back != 0 {
		t.Fatalf("of %d bytes, %d are back; of %d, %d", first.Moved, first.Back, second.Moved, second.Back)
	}
	var out bytes.Buffer
	if err := (report.Page{Runs: []report.Run{second, first}}).Write(&out); err != nil {
		t.Fatal(err)
	}
	caption := textOf(elements(t, out.Bytes())["figcaption"][0])
	if want := "Moved to the trash: " + language.Size(second.Moved).String(); !strings.Contains(caption, want) ||
		!strings.Contains(caption, "Restored since, and not counted: "+language.Size(first.Back).String()) {
		t.Errorf("the caption is %q, want %q", caption, want)
	}
}

func TestThePageShowsAllFilesOfARun(t *testing.T) {
	b := newBox(t, rules)
	for i := range 25 {
		b.put(ours("", i), i)
	}
	run := b.apply(func() {})
	if r := b.read(run); len(r.Files) != 20 || r.More != 5 {
		t.Errorf("a text has %d files and %d more, want 20 and 5", len(r.Files), r.More)
	}
	var out bytes.Buffer
	if err := (report.Page{Runs: []report.Run{b.whole(run)}}).Write(&out); err != nil {
		t.Fatal(err)
	}
	all := elements(t, out.Bytes())
	if items := strings.Count(out.String(), `<li id="file-`); items != 25 {
		t.Errorf("the page has %d files, want 25", items)
	}
	for _, a := range all["details"][0].Attr {
		if a.Key == "open" {
			t.Error("the long list is open")
		}
	}
}

func TestAPageOfNothingIsAPage(t *testing.T) {
	var out bytes.Buffer
	if err := (report.Page{}).Write(&out); err != nil {
		t.Fatal(err)
	}
	all := elements(t, out.Bytes())
	if len(all["article"])+len(all["svg"]) != 0 || !strings.Contains(textOf(all["body"][0]), "Nothing was moved") {
		t.Errorf("got:\n%s", out.String())
	}
}
