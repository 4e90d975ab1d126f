package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// The templates and styles of the pages.
var (
	//go:embed head.html documents.html page.html sheet.html checklist.html
	pages embed.FS
	//go:embed base.css
	baseStyle string
	//go:embed page.css
	pageStyle string
	//go:embed sheet.css
	sheetStyle string
	//go:embed checklist.css
	checklistStyle string
)

// head is the data of the head of a page.
type head struct {
	Title string
	Style template.CSS
	Hash  string // of Style, for the Content-Security-Policy
	On    string // when the page was made
	Lang  string // BCP 47; "" is English, which is that of the whole document
}

// headOf returns the head of a page. style is that of the page in addition to the one that all share; its hash lets the
// Content-Security-Policy allow this one style and no other.
func headOf(p language.Printer, title, style string, made time.Time) head {
	style = baseStyle + style
	sum := sha256.Sum256([]byte(style))
	h := head{title, template.CSS(style), base64.StdEncoding.EncodeToString(sum[:]), stamp(made), p.Tag()}
	if h.Lang == "en" {
		h.Lang = ""
	}
	return h
}

// pageTo writes the page of a template, whose texts are in the Printer's language. html/template escapes the values. It
// returns an error of w.
func pageTo(w io.Writer, p language.Printer, file string, view any) error {
	t, err := template.New(file).Funcs(template.FuncMap{"say": p.Sprintf}).
		ParseFS(pages, "head.html", "documents.html", file)
	if err != nil {
		return err // a bug
	}
	return t.ExecuteTemplate(w, file, view)
}

// The beginning of each page, in any language, by which the guard mentioned knows it (providers/local/guards), and of
// earlier ones.
const (
	beginning = "<!DOCTYPE html>\n<html lang=\"en\" data-page=\"sweepd\">\n"
	earlier   = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
)

// IsPage reports whether a file with this beginning is a page that sweepd made.
func IsPage(head []byte) bool {
	return bytes.HasPrefix(head, []byte(beginning)) ||
		bytes.HasPrefix(head, []byte(earlier)) && bytes.Contains(head, []byte("<title>"+pageTitle+"</title>"))
}

// stamp returns a time in the machine's zone, to the minute.
func stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
