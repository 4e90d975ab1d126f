package report

import (
	"io"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// Checklist is a page of conversations in ChatGPT to go through by hand. Like Page, it loads nothing and runs no
// script: the boxes are ticked by the browser, which keeps no ticks.
type Checklist struct {
	Made     time.Time
	Lead     []string // sentences on all of them
	Items    []Checked
	Language language.Printer
}

// Checked is one conversation on a Checklist. Its texts are safe for a page as Plain returns them.
type Checked struct {
	Title string
	Made  string // the day
	Link  string
	Note  string // how many pictures and copies, as a sentence

	Found, Swept []string // the places of the copies
}

const checklistTitle = "sweepd: conversations"

// checklistView is the data of the checklist's template.
type checklistView struct {
	head
	Checklist
}

// Write writes the checklist as HTML.
func (c Checklist) Write(w io.Writer) error {
	view := checklistView{headOf(c.Language, c.Language.Sprintf(checklistTitle), checklistStyle, c.Made), c}
	return pageTo(w, c.Language, "checklist.html", view)
}
