package tui

import (
	"fmt"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"github.com/gdamore/tcell/v3"
	"github.com/gdamore/tcell/v3/color"

	"github.com/sweepd/sweepd/internal/language"
)

// area is a rectangle of cells.
type area struct{ x, y, width, height int }

// The numbers of lines around the list, and the widths from which on it has its columns, and a picture beside it.
const (
	above, below = 2, 4
	columnsFrom  = 70
	pictureFrom  = 60
)

// layout returns the areas of the list and, if pictures can be shown, of the picture beside it. The picture takes a
// third of the width, at most 48 cells. The area of the picture is empty if the terminal is too small for it, and that
// of the list if it is lower than what is around it.
func layout(width, height int, pictures bool) (list, picture area) {
	list = area{0, above, width, max(height-above-below, 0)}
	if side := min(width/3, 48); pictures && width >= pictureFrom && list.height >= 6 {
		list.width -= side + 1
		picture = area{width - side, above, side, list.height}
	}
	return list, picture
}

// put writes one line of text in at most width cells. tcell itself would go on to the edge of the screen. A longer text
// is cut with an ellipsis.
func put(s tcell.Screen, x, y, width int, text string, style tcell.Style) {
	if width > 0 {
		s.PutStrStyled(x, y, displaywidth.TruncateString(text, width, "…"), style)
	}
}

// pad returns the text in exactly width cells. Wide letters count as two cells (displaywidth).
func pad(text string, width int, right bool) string {
	text = displaywidth.TruncateString(text, width, "…")
	space := strings.Repeat(" ", max(width-displaywidth.String(text), 0))
	if right {
		return space + text
	}
	return text + space
}

// draw draws everything but the picture, and returns the area for that; it is empty if none is shown. It draws into
// tcell's buffer; Show sends the cells that differ from what the terminal has.
func (m *model) draw(s tcell.Screen, columns []Column, pictures bool) (picture area) {
	s.Clear()
	width, height := s.Size()
	bold := tcell.StyleDefault.Bold(true)
	if m.page != listPage {
		m.resize(height - 1)
		for y, line := range m.text[m.textTop:min(m.textTop+m.height, len(m.text))] {
			put(s, 1, y, width-2, line, tcell.StyleDefault)
		}
		put(s, 0, height-1, width, m.in.Sprintf("Up Down scroll  q back"), bold.Reverse(true))
		return area{}
	}
	list, picture := layout(width, height, pictures)
	m.resize(list.height)
	put(s, 0, 0, width, m.headline(), bold)
	m.drawList(s, list, columns)
	m.drawFoot(s, width, height)
	return picture
}

// headline returns the numbers of pictures, and the filter. The number of selected ones counts those that are shown,
// because only these are decided on.
func (m *model) headline() string {
	text := m.in.Sprintf("%s, %s shown", language.Count(int64(len(m.rows)), "image"),
		language.Number(int64(len(m.shown))))
	if n := len(m.chosen()); len(m.selected) > 0 && n > 0 && m.selected[m.chosen()[0]] {
		text += m.in.Sprintf(", %d selected", n)
	}
	if m.typing || m.filter != "" {
		text += "   /" + m.filter
	}
	if m.typing {
		text += "_"
	}
	return text
}

// drawList draws the rows. The column of the actions is as wide as the longest in the user's language. The row of the
// cursor is reversed, without colours in it.
func (m *model) drawList(s tcell.Screen, at area, columns []Column) {
	actions := 0
	for _, r := range m.rows {
		actions = max(actions, displaywidth.String(r.Action))
	}
	line := func(action string, cells []string) string {
		text := pad(action, actions, false)
		for i, c := range columns {
			if i < len(cells) && at.width >= columnsFrom {
				text += "  " + pad(cells[i], c.Width, c.Right)
			}
		}
		return text + "  "
	}
	var headings []string
	for _, c := range columns {
		headings = append(headings, c.Heading)
	}
	dim := tcell.StyleDefault.Dim(true)
	put(s, 2, at.y-1, at.width-2, line("", headings)+m.in.Sprintf("file"), dim)
	for y := range min(at.height, len(m.shown)-m.top) {
		row := m.shown[m.top+y]
		r, style := m.rows[row], tcell.StyleDefault
		mark := "  "
		if m.selected[row] {
			mark, style = "x ", style.Bold(true)
		}
		text := mark + line(r.Action, r.Cells) + r.Name
		if m.top+y == m.at {
			put(s, at.x, at.y+y, at.width, pad(text, at.width, false), style.Reverse(true))
			continue
		}
		put(s, at.x, at.y+y, at.width, text, style)
		put(s, at.x+2, at.y+y, min(actions, at.width-2), r.Action, style.Foreground(r.Kind.colour()))
	}
}

// colour returns the colour of an action, as scan has it.
func (k Kind) colour() color.Color {
	switch k {
	case Going:
		return color.Maroon
	case Waiting:
		return color.Purple
	case Binned:
		return color.Teal
	}
	return color.Default
}

// drawFoot draws the place and the reason of the row under the cursor, the result of the last decision, and the keys.
// The last four lines of the screen are its own.
func (m *model) drawFoot(s tcell.Screen, width, height int) {
	if row := m.row(); row >= 0 {
		put(s, 0, height-4, width, m.rows[row].Place, tcell.StyleDefault)
		put(s, 0, height-3, width, m.rows[row].Why, tcell.StyleDefault)
	} else {
		put(s, 0, height-4, width, m.in.Sprintf("nothing to show"), tcell.StyleDefault)
	}
	put(s, 0, height-2, width, m.said, tcell.StyleDefault.Bold(true))
	keys := m.in.Sprintf("k keep  a approve  u undo  x select  / filter  Enter evidence  ? help  q quit")
	if m.typing {
		keys = m.in.Sprintf("type words; Enter ends, Esc clears")
	}
	put(s, 0, height-1, width, pad(keys, width, false), tcell.StyleDefault.Reverse(true))
}

// String returns the area for messages.
func (a area) String() string { return fmt.Sprintf("%dx%d at %d,%d", a.width, a.height, a.x, a.y) }
