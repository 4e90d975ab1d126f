package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/journal"
)

func (p *program) keep() *cobra.Command {
	return &cobra.Command{
		Use:   "keep PATH...",
		Short: "keep files as they are, whatever the policy says",
		Args:  cobra.MinimumNArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return p.say(cmd, args, journal.Keep) },
	}
}

func (p *program) forget() *cobra.Command {
	return &cobra.Command{
		Use:   "forget PATH...",
		Short: "take back keep, or the keeping that follows an undo",
		Args:  cobra.MinimumNArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return p.say(cmd, args, journal.NoWord) },
	}
}

// say records a person's word on each file as it is now. It needs no lease: a
// sweep under way obeys it at its next file.
func (p *program) say(cmd *cobra.Command, args []string, word journal.Word) error {
	failed := false
	for _, arg := range args {
		if err := p.sayOne(cmd, arg, word); err != nil {
			if usage := (*app.UsageError)(nil); errors.As(err, &usage) {
				return err
			}
			p.exit(err)
			failed = true
		}
	}
	if failed {
		return errTrouble
	}
	return nil
}

func (p *program) sayOne(cmd *cobra.Command, arg string, word journal.Word) error {
	a, path, err := p.openFile(cmd, arg)
	if err != nil {
		return err
	}
	defer a.Close()
	_, e, err := a.Look(cmd.Context(), path)
	if err != nil {
		return err
	}
	if err := a.Journal.Say(cmd.Context(), e, word); err != nil {
		return err
	}
	said := "kept as it is"
	if word == journal.NoWord {
		said = "left to the policy"
	}
	p.term.printf("%s: %s\n", safe(tilde(path, p.home())), said)
	return nil
}

// openFile opens the storage that one file is in, and gives the file's path.
func (p *program) openFile(cmd *cobra.Command, arg string) (*app.App, string, error) {
	path, err := absolute(arg)
	if err != nil {
		return nil, "", err
	}
	fi, err := os.Lstat(path)
	if err != nil {
		return nil, "", err
	}
	if !fi.Mode().IsRegular() {
		return nil, "", &app.UsageError{Err: fmt.Errorf("%q is not a file", arg), Hint: "to look at a folder: sweepd scan FOLDER"}
	}
	a, err := p.open(cmd, []string{filepath.Dir(path)}, false)
	return a, path, err
}
