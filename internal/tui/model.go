package tui

import (
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
)

// Row is one line of the list. Its texts are in the user's language and safe for a terminal.
type Row struct {
	Action string // in the first column
	Kind   Kind   // selects the colour of Action
	Cells  []string
	Name   string // in the last column
	Place  string // with Why, shown for the row of the cursor
	Why    string
}

// Kind is a class of rows. It decides the colour of the action only; the meaning is the caller's.
type Kind int

// The kinds.
const (
	Plain Kind = iota
	Going
	Waiting
	Binned
)

// Column is one column of the list, besides those of the action and the name.
type Column struct {
	Heading string
	Width   int
	Right   bool // aligned to the right
}

// Act is a decision that a key takes. The caller carries it out: see Source.
type Act int

// The decisions.
const (
	None Act = iota
	Keep
	Approve
	Undo
)

// page is what the screen shows.
type page int

const (
	listPage page = iota
	evidencePage
	helpPage
)

// key is a key that was pressed: its name, or the letter of text.
type key struct {
	name string // "up", "down", "pageup", "pagedown", "home", "end", "enter", "esc", "backspace", "interrupt", "redraw"
	text string
}

// todo is what a key asks of Run. The zero value asks for nothing: the model has changed, and is drawn again.
type todo struct {
	quit, redraw bool
	act          Act
	evidence     bool
	rows         []int // for act and evidence
}

// model is the state of the screen. It changes by keys and by the results of what they ask. It knows neither the
// terminal nor the source, so that tests press keys without either. Only the loop of Run uses it.
type model struct {
	in   language.Printer
	rows []Row

	shown    []int // the rows that pass the filter
	at, top  int   // the places of the cursor and of the first line on the screen, in shown
	selected map[int]bool
	filter   string
	typing   bool // the filter

	page    page
	text    []string // of the evidence or the help
	textTop int
	said    string // about the last decision
	working bool   // on a decision

	height int // lines of the list or of the text
}

// newModel returns a model that shows all rows, with the cursor on the first. It takes over rows.
func newModel(rows []Row, in language.Printer) *model {
	m := &model{in: in, rows: rows, selected: map[int]bool{}}
	m.sift()
	return m
}

// sift applies the filter, and leaves the cursor on its row if that is still shown.
func (m *model) sift() {
	row := m.row()
	m.shown = m.shown[:0]
	for i, r := range m.rows {
		if m.passes(r) {
			m.shown = append(m.shown, i)
		}
	}
	m.at = max(slices.Index(m.shown, row), 0)
	m.scroll()
}

// passes reports whether the row has each word of the filter, in any case.
func (m *model) passes(r Row) bool {
	all := strings.ToLower(strings.Join(append([]string{r.Action, r.Name, r.Place, r.Why}, r.Cells...), "\n"))
	for _, word := range strings.Fields(strings.ToLower(m.filter)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// row returns the row of the cursor; -1 if none is shown.
func (m *model) row() int {
	if m.at >= len(m.shown) {
		return -1
	}
	return m.shown[m.at]
}

// chosen returns the rows that a decision is about: the selected ones that are shown, else that of the cursor.
func (m *model) chosen() (rows []int) {
	for _, i := range m.shown {
		if m.selected[i] {
			rows = append(rows, i)
		}
	}
	if row := m.row(); len(rows) == 0 && row >= 0 {
		rows = []int{row}
	}
	return rows
}

// resize sets the number of lines.
func (m *model) resize(height int) {
	m.height = max(height, 1)
	m.scroll()
	m.textTop = max(min(m.textTop, len(m.text)-m.height), 0)
}

// scroll brings the cursor on the screen.
func (m *model) scroll() {
	height := max(m.height, 1)
	m.at = max(min(m.at, len(m.shown)-1), 0)
	m.top = max(min(m.top, m.at, len(m.shown)-height), m.at-height+1, 0)
}

// press returns what a key asks for, after it has changed the model. An interrupt quits on every page and in the
// filter.
func (m *model) press(k key) todo {
	switch {
	case k.name == "interrupt":
		return todo{quit: true}
	case k.name == "redraw":
		return todo{redraw: true}
	case m.page != listPage:
		return m.pressInText(k)
	case m.typing:
		m.pressInFilter(k)
		return todo{}
	case m.move(k.name):
		return todo{}
	}
	return m.command(k)
}

// command returns what a key of the list asks for.
func (m *model) command(k key) todo {
	switch {
	case k.text == "q":
		return todo{quit: true}
	case k.text == "?":
		m.show(helpPage, m.help())
	case k.text == "/":
		m.typing = true
	case k.name == "esc":
		m.filter, m.said = "", ""
		clear(m.selected)
		m.sift()
	case k.text == "x" && m.row() >= 0:
		m.selected[m.row()] = !m.selected[m.row()]
		m.move("down")
	case k.name == "enter" && m.row() >= 0:
		return todo{evidence: true, rows: []int{m.row()}}
	case k.text == "k":
		return m.decide(Keep)
	case k.text == "a":
		return m.decide(Approve)
	case k.text == "u":
		return m.decide(Undo)
	}
	return todo{}
}

// decide asks for a decision, unless one is being worked on.
func (m *model) decide(act Act) todo {
	rows := m.chosen()
	if m.working || len(rows) == 0 {
		return todo{}
	}
	m.working = true
	m.said = m.in.Sprintf("working ...")
	return todo{act: act, rows: rows}
}

// done takes the result of a decision. The selection ends, and a row that the filter no longer takes disappears.
func (m *model) done(changed map[int]Row, said string) {
	for i, r := range changed {
		m.rows[i] = r
	}
	m.working, m.said = false, said
	clear(m.selected)
	m.sift()
}

// move moves the cursor, or the text, and reports whether the key is one for that. It stops at the ends.
func (m *model) move(name string) bool {
	at, last := &m.at, len(m.shown)-1
	if m.page != listPage {
		at, last = &m.textTop, max(len(m.text)-m.height, 0)
	}
	switch name {
	case "up":
		*at--
	case "down":
		*at++
	case "pageup":
		*at -= m.height
	case "pagedown":
		*at += m.height
	case "home":
		*at = 0
	case "end":
		*at = last
	default:
		return false
	}
	*at = max(min(*at, last), 0)
	m.scroll()
	return true
}

// pressInText handles a key while evidence or help is shown.
func (m *model) pressInText(k key) todo {
	if !m.move(k.name) && (k.text == "q" || k.name == "esc" || k.name == "enter" || k.text == "?") {
		m.page = listPage
	}
	return todo{}
}

// pressInFilter handles a key while the filter is typed. The list follows each letter; the arrows still move the
// cursor.
func (m *model) pressInFilter(k key) {
	switch {
	case k.name == "enter":
		m.typing = false
	case k.name == "esc":
		m.typing, m.filter = false, ""
	case k.name == "backspace":
		letters := []rune(m.filter)
		m.filter = string(letters[:max(len(letters)-1, 0)])
	case k.text != "":
		m.filter += k.text
	default:
		m.move(k.name)
		return
	}
	m.sift()
}

// show shows a text in place of the list.
func (m *model) show(p page, text []string) { m.page, m.text, m.textTop = p, text, 0 }

// help returns the lines of the help.
func (m *model) help() []string {
	line := func(keys string, what string) string { return "  " + keys + strings.Repeat(" ", 14-len(keys)) + what }
	return []string{
		m.in.Sprintf("Keys"), "",
		line("Up, Down", m.in.Sprintf("another picture; also PgUp, PgDn, Home, End")),
		line("Enter", m.in.Sprintf("all evidence, and what each rule says")),
		line("k", m.in.Sprintf("keep it, and every copy, whatever the policy says")),
		line("a", m.in.Sprintf("approve it as it is: the next apply moves it to the trash")),
		line("u", m.in.Sprintf("undo: take back keep or approve, or restore it from the trash")),
		line("x", m.in.Sprintf("select it; k, a and u are then about all that are selected")),
		line("/", m.in.Sprintf("filter by words in names, places, reasons and rules")),
		line("Esc", m.in.Sprintf("end the filter and the selection")),
		line("q", m.in.Sprintf("quit")), "",
		m.in.Sprintf("Nothing is moved to the trash here; that takes sweepd apply, or the service."),
	}
}
