package mentions

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// index returns the index of documents with the name and the texts.
func index(t testing.TB, document string, texts ...string) *Index {
	t.Helper()
	c := NewCollector()
	for i, text := range texts {
		if _, err := c.Read(uint32(i), document, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	x, err := Merge(c)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func finds(t testing.TB, x *Index, name string, want bool) {
	t.Helper()
	if _, found, known := x.Find(name); found != want || !known {
		t.Errorf("%q is found: %v, known: %v; want %v", name, found, known, want)
	}
}

const usual = "ChatGPT Image Apr 20, 2026, 01_17_00 AM.png"

func TestAPictureThatADocumentNamesIsFound(t *testing.T) {
	for name, c := range map[string]struct{ document, text, picture string }{
		"Markdown": {
			"a.md", "![](ChatGPT%20Image%20Apr%2020%2C%202026%2C%2001_17_00%20AM.png)", usual,
		},
		"Markdown with brackets": {"a.md", "see ![x](<img/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png>)", usual},
		"Markdown that escapes":  {"a.md", `ChatGPT Image Apr 20, 2026, 01\_17\_00 AM.png`, usual},
		"a link of Joplin": {
			"a.md", "![x](:/0123456789ABCDEF0123456789abcdef)", "0123456789abcdef0123456789abcdef.png",
		},
		"Joplin, at the end of a part": {
			"a.md", strings.Repeat("x", bufferSize-20) + "(:/0123456789abcdef0123456789abcdef) http://",
			"0123456789abcdef0123456789abcdef.webp",
		},
		"a wiki's link":                {"a.md", "![[ChatGPT Image Apr 20, 2026, 01_17_00 AM.png|300]]", usual},
		"a narrow space of macOS":      {"a.md", "ChatGPT Image Apr 20, 2026, 01_17_00\u202fAM.png", usual},
		"a wrapped line":               {"a.txt", "> ChatGPT Image Apr 20,\n> 2026, 01_17_00 AM.png", usual},
		"a plus for a space":           {"a.html", "?f=ChatGPT+Image+Apr+20%2C+2026%2C+01_17_00+AM.png&x", usual},
		"nbsp in a page":               {"a.html", "ChatGPT&nbsp;Image&#32;Apr&#x20;20, 2026, 01_17_00 AM.png", usual},
		"JSON":                         {"a.json", `{"f":"\u0043hatGPT Image Apr 20, 2026, 01_17_00 AM.png"}`, usual},
		"a slash in JSON":              {"a.json", `"img\/caf\u00e9.png"`, "café.png"},
		"a pair of surrogates":         {"a.json", `"\ud83c\udf89.png"`, "🎉.png"},
		"an address in a page in JSON": {"a.json", `"<img src=\"a%26b &amp; caf%C3%A9.png\">"`, "a&b & café.png"},
		"a line's end in JSON":         {"a.json", `"pictures:\nnew.png"`, "new.png"},
		"a path of Windows":            {"a.txt", `C:\pictures\new.png`, "new.png"},
		"another case":                 {"a.txt", "IMG_1.JPeG", "img_1.jpeg"},
		"a sharp s":                    {"a.txt", "STRASSE.png", "straße.png"},
		"the other Unicode form":       {"a.txt", norm.NFD.String("żółć.png"), norm.NFC.String("żółć.png")},
		"the one Unicode form":         {"a.txt", norm.NFC.String("żółć.png"), norm.NFD.String("żółć.png")},
		"Latin-1":                      {"a.htm", "<img src=\"caf\xe9.png\">", norm.NFD.String("café.png")},
		"a name that is an escape":     {"a.md", "![](100%25%2520real.png)", "100%%20real.png"},
		"a name like an escape":        {"a.txt", "the file foo%20bar.png", "foo%20bar.png"},
		"a name that is not UTF-8":     {"a.md", "![](caf%E9.png)", "caf\xe9.png"},
		"a longer name's end":          {"a.md", "apple tree.png", "tree.png"},
		"a very long name": {
			"a.md", strings.Repeat("long ", 49) + "x.png", strings.Repeat("long ", 49) + "x.png",
		},
		"a name of three alphabets": {"a.md", "кот猫cat.webp", "КОТ猫Cat.WebP"},
		"nothing but punctuation":   {"a.md", "see ---.gif", "---.gif"},
		"TeX without the extension": {"a.tex", `\includegraphics[width=1cm]{img/plot_1}`, "plot_1.jpg"},
		"TeX with a macro":          {"a.tex", `\includegraphics{\figures plot-1}`, "plot-1.jpg"},
		"a source":                  {"a.go", "//go:embed logo.webp", "logo.webp"},
		"a texture in a binary":     {"a.fbx", "\x00\x00tex\\wood.jpg\x00\x00", "wood.jpg"},
	} {
		t.Run(name, func(t *testing.T) { finds(t, index(t, c.document, c.text), c.picture, true) })
	}
}

func TestAPictureThatNoDocumentNamesIsNotFound(t *testing.T) {
	x := index(t, "a.md", "", "a text. Of two sentences.", "![](one.png) two.jpg", "three.", "{four}", "five.pn",
		"six.pdf")
	for _, name := range []string{
		"two.png", "one.jpg", "three.png", "four.png", "five.png", "six.png", "none.png", "alone.webp", "oneone.png",
	} {
		finds(t, x, name, false)
	}
	finds(t, x, "one.png", true)
}

func TestADocumentOfAnotherEncodingIsRead(t *testing.T) {
	for _, mark := range []string{"\ufeff", ""} {
		for order, put := range map[string]func(uint16) []byte{
			"little": func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} },
			"big":    func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} },
		} {
			var b strings.Builder
			for _, u := range utf16.Encode([]rune(mark + "see ![](kot 1.png), " + strings.Repeat("etc. ", 80_000) +
				"кот.png")) {
				b.Write(put(u))
			}
			x := index(t, "a.md", b.String())
			t.Log(order, mark != "")
			finds(t, x, "kot 1.png", true)
			finds(t, x, "pies.png", false)
			if mark != "" {
				finds(t, x, "кот.png", true)
			}
		}
	}
}

// A document is read in pieces; where they meet must not matter.
func TestANameAcrossTwoPiecesIsFound(t *testing.T) {
	for _, spelled := range []string{usual, url.PathEscape(usual), entities(usual), "{figure 1}"} {
		for shift := -len(spelled) - 10; shift <= 10; shift += rotation.Share() {
			text := strings.Repeat(".\n", bufferSize/2) + strings.Repeat("x", 100)
			text = text[:bufferSize+shift] + spelled + " is it"
			x := index(t, "a.tex", text)
			picture := usual
			if spelled[0] == '{' {
				picture = "figure 1.png"
			}
			if _, found, _ := x.Find(picture); !found {
				t.Fatalf("%q is not found at %d", spelled, shift)
			}
		}
	}
}

func TestAReadersErrorIsTheReads(t *testing.T) {
	for _, size := range []int{0, 10, 3 * bufferSize} {
		r := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(strings.Repeat("x", size))))
		if _, err := NewCollector().Read(0, "a.md", r); err != iotest.ErrTimeout && size > 0 {
			t.Errorf("of %d bytes: %v", size, err)
		}
		r = iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(strings.Repeat("x", size))))
		if err := NewWords().Read(r); err != iotest.ErrTimeout && size > 0 {
			t.Errorf("words of %d bytes: %v", size, err)
		}
	}
}

func TestAVideoIsNotReadAsTypeScript(t *testing.T) {
	packet := "G\x00\x01\x10" + strings.Repeat("a.png ", 31)[:184]
	if x := index(t, "a.ts", strings.Repeat(packet, 10)); x.Len() != 0 {
		t.Error("a video mentions something")
	}
	if x := index(t, "a.ts", "Good code: import x from './a.png'"); x.Len() != 1 {
		t.Error("TypeScript mentions nothing")
	}
}

func TestWhatIsSaidTwiceIsRememberedOnce(t *testing.T) {
	c := NewCollector()
	for range 3 {
		if _, err := c.Read(0, "a.md", strings.NewReader(strings.Repeat("/a.png", 40_000))); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.found) > 1<<16 {
		t.Errorf("%d mentions are held", len(c.found))
	}
	x, err := Merge(c)
	if err != nil || x.Len() != 1 {
		t.Errorf("%d mentions, %v", x.Len(), err)
	}
}

func TestTooManyMentionsAreAnError(t *testing.T) {
	c := NewCollector()
	c.found = make([]mention, MaxMentions+1)
	for i := range c.found {
		c.found[i].doc = uint32(i)
	}
	if _, err := c.Read(0, "a.md", strings.NewReader("")); err != ErrTooMany {
		t.Errorf("read: %v", err)
	}
	if _, err := Merge(c); err != ErrTooMany {
		t.Errorf("merge: %v", err)
	}
}

func TestMentionsOutliveTheirIndex(t *testing.T) {
	x := index(t, "a.md", "one.png", "two.png", "three.png")
	c := NewCollector()
	x.Again(c, func(doc uint32) (uint32, bool) { return doc + 10, doc != 1 })
	again, err := Merge(c)
	if err != nil {
		t.Fatal(err)
	}
	finds(t, again, "two.png", false)
	if doc, found, _ := again.Find("three.png"); !found || doc != 12 {
		t.Errorf("three.png is in %d, %v", doc, found)
	}
}

func TestDocumentsAreToldByTheirNames(t *testing.T) {
	for want, names := range map[Manner][]string{
		Read: {"a.md", "B.HTML", "x.y.tex", "main.go", "board.canvas", "site.webmanifest"},
		ReadAsItIs: {
			"md", ".md", "a.", "README", "Makefile", ".bashrc", "a.extensionless", "a.rtf", "a.eml", "a.gmi", "a.nfo",
			"a.mlt", "a.fcpxml", "a.otio", "a.kdenlive", "a.docx", "B.ODT", "",
		},
		NotRead: {"a.png", "b.JPEG", "c.mp4", "d.zip", "e.pdf"},
	} {
		for _, name := range names {
			if got := MannerOf([]byte(name)); got != want {
				t.Errorf("%q: got %d, want %d", name, got, want)
			}
		}
	}
}

func TestATextIsToldByItsBeginning(t *testing.T) {
	for begin, want := range map[string]bool{
		"see a.png": true, "{\\rtf1": true, "\xff\xfea\x00": true, "\xe4\xf6\xfc": true,
		"": false, "\x89PNG\r\n\x1a\n\x00": false, "%PDF-1.7\n": false, "a\x00b": false,
	} {
		if got := IsText([]byte(begin)); got != want {
			t.Errorf("%q: got %v, want %v", begin, got, want)
		}
	}
}

type brokenSource struct{}

func (brokenSource) ReadAt([]byte, int64) (int, error) { return 0, errors.New("I/O error") }

func TestANameWithoutAnExtensionIsFoundByItsWords(t *testing.T) {
	w := NewWords()
	for _, text := range []string{
		`{"asset":"file-service:\/\/file-AbC123xyz"}`, "see DALL%C2%B7E%202024-11-19%2005.35.03 and so on",
		`"first:\nfile_00000000deadbeef"`, "DALL&middot;E 2023-01-02 03.04.05", "a tree, a house",
		strings.Repeat("x ", bufferSize/2-4) + "piece 12 34 meets", "caf\\u00e9 77 b",
	} {
		if err := w.Read(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]bool{
		"file-AbC123xyz": true, "DALL·E 2024-11-19 05.35.03": true, "file_00000000deadbeef": true,
		"DALL·E 2023-01-02 03.04.05": true, "Tree": true, "piece 12 34 meets": true, "café 77 b": true,
		"file-AbC123xyy": false, "DALL·E 2024-11-19 05.35.04": false, "DALL·E 2023-11-19": false, "forest": false,
	} {
		if found, known := w.Has(name); found != want || !known {
			t.Errorf("%q is found: %v, known: %v", name, found, known)
		}
	}
	if _, known := w.Has("猫"); known {
		t.Error("a name without a word can be looked up")
	}
	if _, _, known := index(t, "a.md", "猫").Find("file-AbC123xyz"); known {
		t.Error("a name without an extension can be looked up in the index")
	}
}

func TestATextIsLookedAtWithoutAllocating(t *testing.T) {
	c := NewCollector()
	text := text{b: []byte(strings.Repeat("Some sentences. And e.g. a.pn or x.y; 3.14.", 100)), begins: true, end: true}
	if n := testing.AllocsPerRun(10, func() { text.from = 0; c.scan(&text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// entities writes every character as a character reference.
func entities(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r == '.' && i == strings.LastIndexByte(s, '.') {
			return b.String() + s[i:]
		}
		fmt.Fprintf(&b, "&#x%04x;", r)
	}
	return b.String()
}

// strings of JSON with every character escaped.
func escapes(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, `\u%04X`, u)
	}
	return b.String()
}

func percents(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // of a string, it cannot fail
	return string(b[1 : len(b)-1])
}

func latin1(s string) string {
	b, err := charmap.ISO8859_1.NewEncoder().String(s)
	if err != nil {
		return s
	}
	return b
}

// spellings of a stem, which the extension follows as it is.
var spellings = map[string]func(string) string{
	"as it is":           func(s string) string { return s },
	"address":            url.PathEscape,
	"query":              url.QueryEscape,
	"all percents":       percents,
	"page":               html.EscapeString,
	"all references":     func(s string) string { return strings.TrimSuffix(entities(s+"."), ".") },
	"JSON":               quoted,
	"all of JSON":        escapes,
	"address in page":    func(s string) string { return html.EscapeString(url.PathEscape(s)) },
	"address in JSON":    func(s string) string { return quoted(url.PathEscape(s)) },
	"page in JSON":       func(s string) string { return quoted(html.EscapeString(s)) },
	"all three":          func(s string) string { return quoted(html.EscapeString(url.PathEscape(s))) },
	"address in address": func(s string) string { return url.PathEscape(url.PathEscape(s)) },
	"JSON in JSON":       func(s string) string { return quoted(quoted(s)) },
	"composed":           norm.NFC.String,
	"decomposed":         norm.NFD.String,
	"upper case":         strings.ToUpper,
	"lower case":         strings.ToLower,
	"Latin-1":            latin1,
}

func FuzzSpellings(f *testing.F) {
	f.Add("see ![](", "ChatGPT Image Apr 20, 2026, 01_17_00 AM", ") there")
	f.Add("%2", "a%20b &amp; \\u0041", "\\")
	f.Add("\xff\xfe", "ﬀ ǅ İstanbul ΐ", "&#")
	f.Add(strings.Repeat("%", 3000), "猫🎉", "")
	f.Add("{\"", "C:\\new\\100%", "}")
	f.Add("(", "a \u009e", ")") // &#x9e; is ž in HTML
	c := NewCollector()
	f.Fuzz(func(t *testing.T, before, stem, after string) {
		if stem == "" || len(stem) > 250 || strings.ContainsAny(stem, "/\x00") ||
			strings.ToValidUTF8(stem, "") != stem {
			return // no name of a file, or one that not every spelling has
		}
		if recode([]byte(before+"("+stem+after), nil) != nil || isVideo([]byte(before+"("+stem+after)) {
			return // another encoding than that of the name in it
		}
		for name, spell := range spellings {
			// "%2" and "a" would be an asterisk: another character has to be between them.
			if _, err := c.Read(0, "a.md", strings.NewReader(before+"("+spell(stem)+".png"+after)); err != nil {
				t.Fatal(err)
			}
			x, err := Merge(c)
			if err != nil {
				t.Fatal(err)
			}
			if _, found, _ := x.Find(stem + ".png"); !found {
				t.Fatalf("%q as %s, %q, is not found between %.99q and %.99q", stem, name, spell(stem), before, after)
			}
		}
	})
}

func FuzzDocuments(f *testing.F) {
	f.Add([]byte("a.png"))
	f.Add([]byte("\xff\xfe.\x00p\x00n\x00g\x00"))
	f.Add([]byte(`\u{1}\x\ud800\u00.png&#x;&.png%.png%2.png{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		w := NewWords()
		if err := w.Read(strings.NewReader(string(b))); err != nil {
			t.Fatal(err)
		}
		w.Has(string(b))
		c := NewCollector()
		n, err := c.Read(1, "a.tex", strings.NewReader(string(b)))
		if err != nil || n > len(b) || len(c.found) > 16*n {
			t.Fatalf("%d mentions, %d remembered, %v", n, len(c.found), err)
		}
	})
}
