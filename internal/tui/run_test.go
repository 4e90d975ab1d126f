package tui

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gdamore/tcell/v3"
	"github.com/gdamore/tcell/v3/vt"
)

// pictured is a source that only has pictures, by row.
type pictured func(row int) ([]byte, error)

func (pictured) Decide(context.Context, Act, []int) (map[int]Row, string) { return nil, "" }
func (pictured) Evidence(context.Context, int, int) []string              { return nil }
func (p pictured) Picture(_ context.Context, row int) ([]byte, error)     { return p(row) }

// A picture that could not be made, for want of time or because the file was away, is asked for again; that a row has
// none is remembered.
func TestAPictureThatFailedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var picture bytes.Buffer
		if err := jpeg.Encode(&picture, noise(), nil); err != nil {
			t.Fatal(err)
		}
		var asked [2]int
		source := pictured(func(row int) ([]byte, error) {
			asked[row]++
			switch {
			case row == 1:
				return nil, nil
			case asked[0] == 1:
				return nil, errors.New("it takes too long")
			}
			return picture.Bytes(), nil
		})
		screen, err := tcell.NewTerminfoScreenFromTty(vt.NewMockTerm(vt.MockOptSize{X: 80, Y: 24}))
		if err == nil {
			err = screen.Init()
		}
		if err != nil {
			t.Fatal(err)
		}
		defer screen.Fini()
		var out bytes.Buffer
		terminal := &Terminal{screen: screen, out: &out, pictures: kitty}
		ended := make(chan error)
		go func() {
			ended <- terminal.Run(t.Context(), List{Rows: make([]Row, 2)}, source)
		}()
		shown := func(key tcell.Key) bool {
			synctest.Wait()
			out.Reset()
			screen.EventQ() <- tcell.NewEventKey(key, "", tcell.ModNone)
			synctest.Wait()
			return strings.Contains(out.String(), "\x1b_Ga=T,")
		}
		if shown(tcell.KeyDown) || asked != [2]int{1, 1} {
			t.Errorf("below, a picture is shown, or the rows were asked %v times", asked)
		}
		if !shown(tcell.KeyUp) || asked != [2]int{2, 1} {
			t.Errorf("back again there is no picture, or the rows were asked %v times", asked)
		}
		if shown(tcell.KeyDown) || !shown(tcell.KeyUp) || asked != [2]int{2, 1} {
			t.Errorf("the picture is not kept, or the rows were asked %v times", asked)
		}
		screen.EventQ() <- tcell.NewEventKey(tcell.KeyCtrlC, "", tcell.ModNone)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
