package tui

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"sync"

	"github.com/gdamore/tcell/v3"
	"github.com/gdamore/tcell/v3/tty"

	"github.com/sweepd/sweepd/internal/language"
)

// List is what is shown.
type List struct {
	Columns  []Column
	Rows     []Row
	Language language.Printer
}

// Source has what belongs to the rows of a list. Its methods may be called at the same time, Decide only once at a
// time. The texts that they return are safe for a terminal.
type Source interface {
	// Decide takes a decision on some rows, and returns the changed ones and a sentence on what was done or refused.
	Decide(ctx context.Context, act Act, rows []int) (changed map[int]Row, said string)
	// Evidence returns all that is known of a row, in lines of at most width columns.
	Evidence(ctx context.Context, row, width int) []string
	// Picture returns a small JPEG of a row that was made by this program, or nothing if it has none. After an error it
	// is asked again when the cursor comes back to the row.
	Picture(ctx context.Context, row int) ([]byte, error)
}

// Terminal is the terminal of the process, as a screen. It has one user at a time: Run, until it returns.
type Terminal struct {
	screen   tcell.Screen
	out      io.Writer // pictures are written to it
	pictures protocol
	cell     cell
}

// Open takes over the terminal of the process. The caller closes it. It returns an error if there is none. Without
// colour, it draws none.
func Open(getenv func(string) string, colour bool) (*Terminal, error) {
	dev, err := tty.NewDevTty()
	if err != nil {
		return nil, err
	}
	return openOn(dev, getenv, colour)
}

// openOn takes over a terminal. It closes dev if it fails after the probe. Texts are sanitised by tcell once more, in
// addition to the caller's care.
func openOn(dev tty.Tty, getenv func(string) string, colour bool) (*Terminal, error) {
	pictures, err := probe(dev, getenv)
	if err != nil {
		return nil, err
	}
	options := []tcell.TerminfoScreenOption{tcell.OptSanitizeContent(true), tcell.OptTerm(getenv("TERM"))}
	if !colour {
		options = append(options, tcell.OptColors(0))
	}
	screen, err := tcell.NewTerminfoScreenFromTty(dev, options...)
	if err == nil {
		err = screen.Init()
	}
	if err != nil {
		return nil, errors.Join(err, dev.Close())
	}
	return &Terminal{screen: screen, out: dev, pictures: pictures}, nil
}

// Close gives the terminal back.
func (t *Terminal) Close() { t.screen.Fini() }

// view is a list on a terminal. The loop of Run alone uses its fields. A job runs in a goroutine of its own and sends
// what is to be done with its result, a function, to results, so that no field needs a lock.
type view struct {
	t       *Terminal
	m       *model
	columns []Column
	source  Source

	results chan func() // what the loop is to do after a job
	jobs    sync.WaitGroup
	ended   context.Context // of the pictures and the evidence

	at    area                // where a picture is, or may be
	drawn drawn               // what is there
	want  int                 // the row whose picture is wanted; -1: none
	has   map[int]image.Image // by row; nil: it has none
	asked int                 // the row whose picture was asked for since the cursor is there; -1: none
	stop  context.CancelFunc  // of the picture that is being made
}

// drawn is a picture on the screen.
type drawn struct {
	row int // -1: none
	in  area
}

// Run shows the list until the user quits, or ctx ends, which is an error. A decision that was begun is finished. It
// returns once all jobs have ended. Pictures and evidence are given up at the end; they may be read from a slow disk.
func (t *Terminal) Run(ctx context.Context, l List, source Source) error {
	ended, cancel := context.WithCancel(ctx)
	v := &view{
		t: t, m: newModel(l.Rows, l.Language), columns: l.Columns, source: source, results: make(chan func(), 1),
		ended: ended, drawn: drawn{row: -1}, want: -1, has: map[int]image.Image{}, asked: -1,
		stop: func() {},
	}
	defer v.jobs.Wait()
	defer cancel()
	for {
		if err := v.draw(); err != nil {
			return err
		}
		select {
		case ev := <-t.screen.EventQ():
			if quit := v.event(ctx, ev); quit {
				return nil
			}
		case done := <-v.results:
			done()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// event handles what happened on the terminal, and reports whether the user quits.
func (v *view) event(ctx context.Context, ev tcell.Event) (quit bool) {
	switch ev := ev.(type) {
	case nil: // the terminal is gone
		return true
	case *tcell.EventResize:
		v.t.size(ev)
		v.redraw()
	case *tcell.EventKey:
		do := v.m.press(keyOf(ev))
		switch {
		case do.quit:
			return true
		case do.redraw:
			v.redraw()
		case do.act != None:
			v.job(func() func() {
				changed, said := v.source.Decide(ctx, do.act, do.rows)
				return func() { v.m.done(changed, said) }
			})
		case do.evidence:
			v.showEvidence(do.rows[0])
		}
	}
	return false
}

// size notes the size of a cell. A terminal that does not report its pixels counts as one with usual cells.
func (t *Terminal) size(ev *tcell.EventResize) {
	t.cell = usual()
	width, height := ev.Size()
	if x, y := ev.PixelSize(); x > 0 && y > 0 && width > 0 && height > 0 {
		t.cell = cell{max(x/width, 1), max(y/height, 1)}
	}
}

// redraw draws all cells again, and the picture.
func (v *view) redraw() {
	v.erase()
	v.t.screen.Sync()
}

// job calls do beside the loop, and what it returns in the loop.
func (v *view) job(do func() (then func())) {
	v.jobs.Go(func() {
		then := do()
		select {
		case v.results <- then:
		case <-v.ended.Done():
		}
	})
}

// showEvidence shows all that is known of a row. It is read in a job, and ignored while another is under way, so that
// two answers cannot cross.
func (v *view) showEvidence(row int) {
	if v.m.working {
		return
	}
	v.m.working, v.m.said = true, v.m.in.Sprintf("working ...")
	width, _ := v.t.screen.Size()
	v.job(func() func() {
		text := v.source.Evidence(v.ended, row, width-2)
		return func() {
			v.m.working, v.m.said = false, ""
			v.m.show(evidencePage, text)
		}
	})
}

// draw draws the model, and the picture of the row under the cursor once it is there. It is called after each event,
// and writes little if little has changed. A picture that is wanted and not there is asked for; the next call after its
// job draws it.
func (v *view) draw() error {
	v.at = v.m.draw(v.t.screen, v.columns, v.t.pictures != noPictures)
	v.want = -1
	if v.at.width > 0 {
		v.want = v.m.row()
	}
	if v.drawn.row >= 0 && (v.drawn.row != v.want || v.drawn.in != v.at) {
		v.erase()
	}
	if v.asked != v.want {
		v.stop()
		v.asked = -1
	}
	v.t.screen.Show()
	if v.want < 0 || v.drawn.row == v.want {
		return nil
	}
	img, ok := v.has[v.want]
	if !ok {
		v.fetch(v.want)
		return nil
	}
	v.drawn = drawn{v.want, v.at}
	if img == nil {
		return nil // it has none
	}
	if v.t.cell == (cell{}) {
		v.t.cell = usual()
	}
	shown, err := v.t.pictures.show(img, v.t.cell, v.at)
	if err == nil {
		_, err = io.WriteString(v.t.out, shown)
	}
	return err
}

// erase removes the picture from the screen.
func (v *view) erase() {
	if v.drawn.row >= 0 {
		_, _ = io.WriteString(v.t.out, v.t.pictures.erase(v.drawn.in)) // what is drawn next has the error
		v.drawn.row = -1
	}
}

// maxPictures is the number of pictures that are kept for another look. A thumbnail is small, but decoded it has about
// 4 bytes for each pixel.
const maxPictures = 64

// fetch makes the picture of the row under the cursor, once while the cursor is there. A user who holds an arrow key
// passes many rows: only the last one's picture is made. That a row has none is remembered as a nil picture.
func (v *view) fetch(row int) {
	if v.asked == row {
		return
	}
	ctx, stop := context.WithCancel(v.ended)
	v.asked, v.stop = row, stop
	v.job(func() func() {
		defer stop()
		var img image.Image
		content, err := v.source.Picture(ctx, row)
		if err == nil && content != nil {
			img, err = jpeg.Decode(bytes.NewReader(content))
		}
		return func() {
			if err != nil { // stopped, or too slow for now
				return
			}
			if len(v.has) >= maxPictures {
				clear(v.has)
			}
			v.has[row] = img
			if v.asked == row {
				v.asked = -1
			}
		}
	})
}

// keyOf returns the key of an event.
func keyOf(ev *tcell.EventKey) key {
	names := map[tcell.Key]string{
		tcell.KeyUp: "up", tcell.KeyDown: "down", tcell.KeyPgUp: "pageup", tcell.KeyPgDn: "pagedown",
		tcell.KeyHome: "home", tcell.KeyEnd: "end", tcell.KeyEnter: "enter", tcell.KeyEsc: "esc",
		tcell.KeyBackspace: "backspace", tcell.KeyDelete: "backspace", tcell.KeyCtrlC: "interrupt",
		tcell.KeyCtrlL: "redraw",
	}
	if ev.Key() == tcell.KeyRune {
		return key{text: ev.Str()}
	}
	return key{name: names[ev.Key()]}
}
