package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/sweepd/sweepd/internal/app"
)

// runReviewPassword prints the hash of a password for review: in a policy. On a terminal it asks for the password twice
// without showing it; else it reads one line.
func runReviewPassword(ctx context.Context, p *program) error {
	word, err := p.readPassword(ctx)
	if err != nil {
		return err
	}
	hash, err := app.HashPassword(word)
	if errors.Is(err, app.ErrPassword) {
		return &app.UsageError{Err: err, Hint: "several unrelated words are easy to remember and hard to guess"}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, hash)
	return err
}

// readPassword returns the password that the user types twice, without showing it, or the first line of a pipe or a
// file, for scripts. It returns a *app.UsageError if the two differ.
func (p *program) readPassword(ctx context.Context) (string, error) {
	in, ok := p.stdin.(*os.File)
	if !ok || !isTerminal(p.stdin) {
		line, err := bufio.NewReader(p.stdin).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return strings.TrimRight(line, "\r\n"), err
	}
	first, err := p.askHidden(ctx, in, p.term.in.Sprintf("Password for the review page:"))
	if err != nil {
		return "", err
	}
	again, err := p.askHidden(ctx, in, p.term.in.Sprintf("The same again:"))
	if err == nil && again != first {
		err = &app.UsageError{Err: errors.New("the two passwords differ"), Hint: "try again"}
	}
	return first, err
}

// askHidden asks for a line that the terminal does not show. An interrupt leaves the terminal as it was.
func (p *program) askHidden(ctx context.Context, in *os.File, what string) (string, error) {
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	fmt.Fprint(p.stderr, what+" ")
	defer fmt.Fprintln(p.stderr)
	read := make(chan typedLine, 1)
	go func() {
		word, err := term.ReadPassword(fd)
		read <- typedLine{string(word), err}
	}()
	select {
	case line := <-read:
		return line.text, line.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}
