package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"time"
)

// listener reads the lines that the user types, in the background: an interrupt ends the wait for one. Several readers
// of one standard input would each buffer a part of it, so all questions of init share one listener.
type listener struct{ typed chan typedLine }

// typedLine is a line without the spaces around it, or the error that ended the input.
type typedLine struct {
	text string
	err  error
}

// listen starts to read from in, until the program ends. A line waits until it is taken. After the end of the input
// every call of next gets io.EOF.
func listen(in io.Reader) *listener {
	l := &listener{make(chan typedLine)}
	go func() {
		for from := bufio.NewReader(in); ; {
			text, err := from.ReadString('\n')
			if text = strings.TrimSpace(text); text != "" {
				err = nil // the last line need not end
			}
			l.typed <- typedLine{text, err}
		}
	}()
	return l
}

// next returns the next line. It returns io.EOF after the last one, and the error of the context if that ends first.
func (l *listener) next(ctx context.Context) (string, error) {
	select {
	case line := <-l.typed:
		return line.text, line.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// until returns a context that ends with ctx, after the limit, or when the user types a line. The line is dropped. Once
// stop has returned, later lines are left for next.
func (l *listener) until(ctx context.Context, limit time.Duration) (ended context.Context, stop func()) {
	ended, cancel := context.WithTimeout(ctx, limit)
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		select {
		case <-l.typed:
			cancel()
		case <-ended.Done():
		}
	}()
	return ended, func() {
		cancel()
		<-idle
	}
}
