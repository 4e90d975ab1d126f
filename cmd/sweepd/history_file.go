package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// fileHistory prints the moves of one file to the trash, oldest first, each with what became of the file since.
// The file need not exist. It returns a *app.UsageError if sweepd has never moved it.
func (p *program) fileHistory(ctx context.Context, j *journal.Journal, arg string, asJSON bool) error {
	ops, err := p.moves(ctx, j, arg)
	if err != nil {
		return err
	}
	if len(ops) == 0 {
		return &app.UsageError{
			Err:  fmt.Errorf("sweepd has never moved %q", arg),
			Hint: "to see how the policy treats it: sweepd explain FILE; to list runs: sweepd history",
		}
	}
	for i, op := range ops {
		if asJSON {
			p.json(operationLine(op))
			continue
		}
		if i == 0 {
			p.term.printf("%s\n", p.term.bold(p.place(op.Op.Storage, op.Op.Entry.Path)))
		}
		p.printMove(op)
	}
	return nil
}

// printMove prints one move of a file to the trash in its history: one line, and below it the result, with the command
// that restores the file if it is still there. The state comes first: an operation that failed can have been completed
// by a later run.
func (p *program) printMove(op journal.Operation) {
	note := stateOfOperation(op)
	switch {
	case op.Err != nil:
	case op.Resolved != "":
		note = language.Messagef("done; %s", report.Since(op.Resolved))
		if !op.ResolvedAt.IsZero() {
			note = language.Messagef("%s, on %s", note, op.ResolvedAt.Local().Format("2006-01-02 15:04"))
		}
	case op.State() == "done":
		note = language.Messagef("in the trash; to restore: %s", fmt.Sprintf("sweepd undo %d", op.Op.Cause.Run))
	}
	p.term.printf("  run %d  %s  %s  %s\n", op.Op.Cause.Run, op.Began.Local().Format("2006-01-02 15:04"), op.Op.Kind,
		size(op.Op.Entry.Size))
	p.term.note(p.term.text(ruled(note, op.Op.Cause)), 11)
}

// moves returns the operations that moved the file to the trash, also those that failed. A file of this machine is
// found by its path with links resolved, or else as given. The path as given is tried because a folder may have been
// replaced by a link to its new place since the move. A file of an account is found by its path at the time of the
// move, or by its ID.
func (p *program) moves(ctx context.Context, j *journal.Journal, arg string) ([]journal.Operation, error) {
	if storage, file := app.SplitFile(p.accounts(), arg); storage != "" {
		return operationsOf(ctx, j, app.FilterOf(storage, file))
	}
	// The record has paths without links, since a scan lists them so.
	real, err := absolute(arg)
	given, givenErr := filepath.Abs(arg)
	if err = errors.Join(err, givenErr); err != nil {
		return nil, err
	}
	ops, err := operationsOf(ctx, j, journal.Filter{Path: real, Ref: providers.Ref(real)})
	if err != nil || len(ops) > 0 || given == real {
		return ops, err
	}
	return operationsOf(ctx, j, journal.Filter{Path: given, Ref: providers.Ref(given)})
}

// operationsOf returns the operations that the filter matches, or the first error of reading them.
func operationsOf(ctx context.Context, j *journal.Journal, f journal.Filter) (ops []journal.Operation, err error) {
	for op, err := range j.Operations(ctx, f) {
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}
