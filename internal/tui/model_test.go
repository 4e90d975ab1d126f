package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
)

// fruits returns a model of n rows on a screen of ten lines.
func fruits(n int) *model {
	var rows []Row
	for i := range n {
		rows = append(rows, Row{
			Action: "trash", Name: fmt.Sprintf("apple %02d.png", i), Place: fmt.Sprintf("~/%d/apple.png", i%2),
			Why: "held: Git tracks it", Cells: []string{"likely", "1 MB", "3d"},
		})
	}
	m := newModel(rows, language.Printer{})
	m.resize(10)
	return m
}

// typed presses keys: names in angle brackets, letters as they are. It returns what the last one asks.
func (m *model) typed(keys string) (last todo) {
	for keys != "" {
		if name, rest, ok := strings.Cut(strings.TrimPrefix(keys, "<"), ">"); ok && keys[0] == '<' {
			last, keys = m.press(key{name: name}), rest
			continue
		}
		last, keys = m.press(key{text: keys[:1]}), keys[1:]
	}
	return last
}

func TestKeysMoveTheCursorAndTheLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows    int
		keys    string
		at, top int
	}{
		{30, "", 0, 0},
		{30, "<down><down><up>", 1, 0},
		{30, "<up>", 0, 0},
		{30, "<pagedown>", 10, 1},
		{30, "<pagedown><pagedown><pagedown><pagedown>", 29, 20},
		{30, "<end><up>", 28, 20},
		{30, "<end><home>", 0, 0},
		{3, "<end><down>", 2, 0},
		{0, "<down><end>kx<enter>", 0, 0},
	} {
		m := fruits(c.rows)
		m.typed(c.keys)
		if m.at != c.at || m.top != c.top {
			t.Errorf("%q in %d rows: row %d, first %d; want %d, %d", c.keys, c.rows, m.at, m.top, c.at, c.top)
		}
	}
}

func TestADecisionIsAboutTheSelectedRowsThatAreShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		keys string
		act  Act
		rows []int
	}{
		{"k", Keep, []int{0}},
		{"<down>a", Approve, []int{1}},
		{"<end>u", Undo, []int{29}},
		{"xxk", Keep, []int{0, 1}},
		{"x<up>xk", Keep, []int{1}},              // selected, and not any more
		{"xx<end>k", Keep, []int{0, 1}},          // not that of the cursor
		{"xxx/APPLE 02<enter>k", Keep, []int{2}}, // words in any case
		{"xx/~/1/<enter>k", Keep, []int{1}},      // a selected row that is not shown stays as it is
		{"xx/nothing<enter>k", None, nil},
		{"xx<esc><end>k", Keep, []int{29}},
		{"/29<enter><esc>k", Keep, []int{29}}, // the cursor stays on its row
		{"/k<esc>", None, nil},                // a letter of the filter is no command
		{"/2<backspace>9<enter>k", Keep, []int{9}},
		{"?k", None, nil},
		{"?qk", Keep, []int{0}},
		{"ka", None, nil}, // one at a time
	} {
		do := fruits(30).typed(c.keys)
		if do.act != c.act || !slices.Equal(do.rows, c.rows) {
			t.Errorf("%q asks for %v on %d, want %v on %d", c.keys, do.act, do.rows, c.act, c.rows)
		}
	}
}

func TestADecisionChangesItsRows(t *testing.T) {
	t.Parallel()
	m := fruits(3)
	m.typed("xxk")
	changed := Row{Action: "keep", Name: "apple 00.png"}
	m.done(map[int]Row{0: changed}, "kept")
	if m.rows[0].Action != "keep" || m.rows[1].Action != "trash" || m.said != "kept" || m.working {
		t.Errorf("got %+v, %q, working: %v", m.rows, m.said, m.working)
	}
	if do := m.typed("a"); do.act != Approve {
		t.Errorf("the next decision asks for %+v", do)
	}
}

func TestKeysAskToQuitAndForEvidence(t *testing.T) {
	t.Parallel()
	m := fruits(3)
	if do := m.typed("<down><enter>"); !do.evidence || !slices.Equal(do.rows, []int{1}) {
		t.Errorf("Enter asks for %+v", do)
	}
	m.show(evidencePage, strings.Split(strings.Repeat("line\n", 25), "\n"))
	m.typed("<pagedown><pagedown><pagedown>")
	if m.textTop != 16 {
		t.Errorf("the text of 26 lines begins at line %d on a page of 10, want 16", m.textTop)
	}
	for keys, quits := range map[string]bool{
		"q": false, "qq": true, "<interrupt>": true, "<esc>q": true, "<enter>q": true,
	} {
		m.show(evidencePage, []string{"line"})
		if do := m.typed(keys); do.quit != quits {
			t.Errorf("%q in a text quits: %v", keys, do.quit)
		}
	}
	if do := m.typed("/q"); do.quit {
		t.Error("a letter of the filter quits")
	}
}

func TestPicturesAreShownInTheirProportions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width, height int
		want          string
	}{
		{256, 256, "26x13 at 54,2"}, // as large as the area
		{256, 100, "26x5 at 54,2"},
		{10, 20, "2x2 at 54,2"}, // at most twice its size
		{1, 1000, "1x17 at 54,2"},
		{0, 5, "0x0 at 54,2"},
	} {
		in := area{54, 2, 26, 17}
		if got := (cell{10, 20}).fit(point(c.width, c.height), in).String(); got != c.want {
			t.Errorf("%d x %d pixels: %s, want %s", c.width, c.height, got, c.want)
		}
	}
}

func TestLayoutLeavesRoomForTheList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width, height int
		list, picture string
	}{
		{80, 24, "53x18 at 0,2", "26x18 at 54,2"},
		{200, 24, "151x18 at 0,2", "48x18 at 152,2"},
		{59, 24, "59x18 at 0,2", "0x0 at 0,0"},
		{80, 10, "80x4 at 0,2", "0x0 at 0,0"},
		{10, 3, "10x0 at 0,2", "0x0 at 0,0"},
	} {
		list, picture := layout(c.width, c.height, true)
		if list.String() != c.list || picture.String() != c.picture {
			t.Errorf("%d x %d: list %v, picture %v; want %s, %s", c.width, c.height, list, picture, c.list, c.picture)
		}
	}
}
