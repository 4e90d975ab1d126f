package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"
)

// stream is one output of the program, with the properties of the terminal that it may be. The width is read once at
// the start: a terminal that is resized meanwhile breaks lines by its old width.
type stream struct {
	io.Writer
	tty    bool
	width  int  // columns; 0 if it is no terminal
	colour bool // SGR sequences are written
	links  bool // OSC 8 sequences are written
}

// newStream returns the stream of w, without colours and links until setColour has decided on them.
func newStream(w io.Writer) stream { return stream{Writer: w, tty: isTerminal(w), width: columns(w)} }

// isTerminal reports whether w, a reader or a writer, is a file that is a terminal.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// columns returns the width of the terminal that w is; 0 if w is none.
func columns(w any) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	n, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return n
}

// paint wraps text in an SGR sequence. code is the parameter of the sequence, such as 31 for red (ECMA-48, 8.3.117).
func (s stream) paint(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// colourWords are the values of --color.
func colourWords() []string { return []string{"auto", "always", "never"} }

// setColour sets the value of --color, which must be one of colourWords. By auto a stream has colours if it is a
// terminal and the environment has no objection; a flag of the user outranks the environment. Hyperlinks are for
// terminals only, and never switches them off too.
func (t *terminal) setColour(when string) error {
	if !slices.Contains(colourWords(), when) {
		return fmt.Errorf("it must be one of: %s", strings.Join(colourWords(), ", "))
	}
	t.when = when
	for _, s := range []*stream{&t.out, &t.err} {
		s.colour = when == "always" || when == "auto" && s.tty && !t.plain
		s.links = when != "never" && s.tty && t.linking
	}
	return nil
}

// paint, dim and bold are for results, on standard output; messages use those of t.err.
func (t *terminal) paint(code, s string) string { return t.out.paint(code, s) }
func (t *terminal) dim(s string) string         { return t.paint("2", s) }
func (t *terminal) bold(s string) string        { return t.paint("1", s) }
