package report

import (
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// Thumbnail is a small picture of a file on a page, or the reason why there is none.
type Thumbnail struct {
	JPEG   []byte           // see package thumbnail; nil: none
	None   language.Message // why there is none
	NoRoom bool             // because of the others on the page
}

// Src returns the thumbnail as the address of an image; "" if there is none.
func (t Thumbnail) Src() template.URL {
	if t.JPEG == nil {
		return ""
	}
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(t.JPEG))
}

// Sheet is a contact sheet: a page that shows what a scan found, before anything is changed. Like Page, it loads
// nothing and runs no script. Its texts are safe for a page as Plain returns them.
type Sheet struct {
	Made      time.Time
	Lead      []string // sentences on the whole scan
	Command   string   // that carries it out; "" for none
	Warnings  []string
	Groups    []Group // empty ones are left out
	Totals    *Totals // nil: not wanted
	Documents []ListedDocument
	Language  language.Printer
}

// Group is the part of a sheet with the files that have the same fate.
type Group struct {
	Key   string // names its colour and its place on the page
	Title string
	Note  string // the fate, as a sentence
	Files []Listed
	More  int64 // number of further files, which are not on the page
	Bytes int64 // size of all its files
}

// Listed is one file on a sheet.
type Listed struct {
	Name      string // the last element of its path
	Why       string // the deciding reason, as a sentence
	Evidence  string // why it counts as a ChatGPT image, as a sentence
	Facts     []Fact
	Commands  []string // to change its fate, for a shell
	Thumbnail *Thumbnail
}

// Fact is one property of a listed file.
type Fact struct{ Name, Value string }

// ListedDocument is a document on a sheet or a page. Its texts are safe for a page as Plain returns them.
type ListedDocument struct {
	Path     string
	Note     string // a sentence on what was not looked at; "" if all of it was
	Pictures []ListedMember
}

// ListedMember is a picture in a document.
type ListedMember struct{ Confidence, Place, Why string }

// Totals are the sums of the listed files by folder or by rule.
type Totals struct {
	Key   string // "folder" or "rule"
	Lines []Total
}

// Total is the sum of some files.
type Total struct{ Name, Files, Bytes, Due, DueBytes, Held string }

// sheetTitle is the title of a sheet, a text of the catalogs.
const sheetTitle = "sweepd: what was found"

// sheetView is the data of the sheet's template.
type sheetView struct {
	head
	Sheet
	Groups []groupView
	NoRoom int // files without a thumbnail for lack of room
}

// groupView is a group in the template.
type groupView struct {
	Group
	Count, Size string // of all its files
	Left        string // the number of files that are not on the page; "" if all are
}

// Write writes the sheet as HTML. Groups come without translation, as Groups returns them; every other text is the
// caller's, in the user's language. It returns an error of w.
func (s Sheet) Write(w io.Writer) error {
	view := sheetView{head: headOf(s.Language, s.Language.Sprintf(sheetTitle), sheetStyle, s.Made), Sheet: s}
	for _, g := range s.Groups {
		g.Title, g.Note = s.Language.Text(g.Title), s.Language.Text(g.Note)
		n := int64(len(g.Files)) + g.More
		if n == 0 {
			continue
		}
		view.Groups = append(view.Groups, groupView{
			g, language.Count(n, "file").In(s.Language), language.Size(g.Bytes).In(s.Language), number(s.Language,
				g.More),
		})
		for _, f := range g.Files {
			if f.Thumbnail.NoRoom {
				view.NoRoom++
			}
		}
	}
	return pageTo(w, s.Language, "sheet.html", view)
}

// Groups returns the groups of a sheet, without files, in the order of the page: what goes first is first.
func Groups() []Group {
	return []Group{
		{Key: "purge", Title: "Deleted permanently", Note: "The next apply deletes these files from the trash for " +
			"good."},
		{Key: string(policy.Trash), Title: "Due now", Note: "The next apply moves these files to the trash."},
		{Key: string(policy.Hold), Title: "Held", Note: "These files are due by a rule, but something holds them."},
		{Key: string(policy.Review), Title: "Up for review", Note: "These files stay until you approve them."},
		{Key: string(policy.Keep), Title: "Kept", Note: "These files stay."},
	}
}

// Because returns the reason that decides about a file, as a clause. It is for a list in groups by action, where Why
// would leave the rule out.
func Because(f sweeper.Found) language.Message {
	d := f.Decision
	switch by := Decisive(f); {
	case !by.IsZero():
		return by
	case d.Rule == "":
		return language.Messagef("kept: %s", language.Join(d.Reasons, ", "))
	case d.Action == policy.Trash:
		return language.Messagef("due by %s", ruleName(d.Rule))
	case d.Action == policy.Review:
		return language.Messagef("up for review by %s", ruleName(d.Rule))
	}
	return language.Messagef("kept by %s", ruleName(d.Rule))
}

// When returns when a file is due, in a few words.
func When(d policy.Decision) language.Message {
	switch {
	case d.Action == policy.Trash:
		return language.Messagef("now")
	case d.Action == policy.Hold && !d.NotBefore.IsZero():
		return language.Messagef("%s, if nothing changes", stamp(d.NotBefore))
	case d.Action == policy.Hold && d.ReasonCode == policy.ReasonUnmarked:
		return language.Messagef("after a grace that has not started")
	case d.Action == policy.Hold:
		return language.Messagef("when nothing holds it")
	case d.Action == policy.Review:
		return language.Messagef("when you approve it")
	}
	return language.Messagef("never")
}

// Sentence returns a clause as a sentence. The first letter becomes a capital, and there is one point at the end.
func Sentence(clause string) string {
	if clause == "" {
		return ""
	}
	return language.Capital(strings.TrimRight(clause, ".")) + "."
}
