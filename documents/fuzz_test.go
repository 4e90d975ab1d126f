package documents

import (
	"archive/zip"
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// lowered keeps a fuzzed reading short.
func lowered(w *world) {
	w.reader.limits.Picture, w.reader.limits.Unpacked, w.reader.limits.Slack = 1<<20, 4<<20, 1<<16
	w.reader.limits.Pictures, w.reader.limits.Members, w.reader.limits.Directory = 100, 1000, 1<<16
}

// Any bytes are read to an end, and a picture behind them is found.
func FuzzZip(f *testing.F) {
	w := newWorld(f)
	w.learn(w.plain, "c1")
	lowered(w)
	f.Add(zipOf(f, zip.Deflate, part{"word/media/a.png", w.signed}, part{"a.docx", nil}), "word/media/a.png")
	f.Add(directZip(f, zip.Store, part{"Pictures/a.webp", w.photo}), "a")
	f.Add([]byte("PK\x03\x04"), "x.docx")
	f.Fuzz(func(t *testing.T, document []byte, name string) {
		w := w.in(t)
		w.read("a.docx", document)
		if len(name) > 1<<15 || strings.HasSuffix(name, "/") || kindOf(name) == zipped || strings.HasSuffix(name, `\`) {
			return
		}
		got := w.read("a.odt", zipOf(t, zip.Deflate, part{"inner.docx", document}, part{name, w.plain}))
		if n := len(got.Pictures); n == 0 || got.Pictures[n-1].Verdict.Product != "c1" {
			t.Errorf("the picture was not found: %s", summary(got))
		}
	})
}

// Base64 is found whatever stands before and behind it.
func FuzzBase64(f *testing.F) {
	w := newWorld(f)
	w.learn(w.plain, "c1")
	lowered(w)
	f.Add([]byte("<img src='data:,"), []byte("'>"), "\n")
	f.Add([]byte("iVBORw0KGgo="), []byte("=\r\n"), "\r\n ")
	f.Add([]byte("/9j/4AAQ\n"), []byte(""), `\n`)
	f.Fuzz(func(t *testing.T, before, behind []byte, lineBreak string) {
		w := w.in(t)
		if n, ok := lineBreak16(lineBreak); !ok || n != len(lineBreak) {
			lineBreak = "\n"
		}
		document := append(append(append(bytes.Clone(before), '\n', '>'), lines(w.plain, lineBreak)...), '=')
		got := w.read("a.html", append(document, behind...))
		for _, p := range got.Pictures {
			if p.Verdict.Product == "c1" {
				return
			}
		}
		if got.Incomplete == nil {
			t.Errorf("the picture was not found: %s", summary(got))
		}
	})
}

func lineBreak16(s string) (int, bool) {
	if len(s) > longestBreak || s == "" {
		return 0, false
	}
	return lineBreak([]byte(s), false)
}

// A stream is found whatever stands before it.
func FuzzPDF(f *testing.F) {
	w := newWorld(f)
	w.learn(w.photo, "c1")
	lowered(w)
	const dictionary = "/Subtype /Image /Filter /DCTDecode"
	f.Add(pdfOf(stream(dictionary, w.photo)), "")
	f.Add([]byte("stream endstream obj << /Length 5 >> stream\r"), "/Length 3")
	f.Fuzz(func(t *testing.T, before []byte, more string) {
		w := w.in(t)
		w.read("a.pdf", before)
		unknown := regexp.MustCompile("stream|obj|Filter|Encrypt")
		if bytes.Contains(before, []byte("stream")) || unknown.MatchString(more) || len(more) > 1<<10 {
			return
		}
		got := w.read("a.pdf", append(bytes.Clone(before), "\n7 0 obj\n"+stream(dictionary+" "+more, w.photo)...))
		if len(got.Pictures) == 0 {
			t.Errorf("the picture was not found: %s", summary(got))
		}
	})
}

// in returns the world for one run of a fuzz test.
func (w *world) in(t *testing.T) *world {
	inner := *w
	inner.TB = t
	return &inner
}
