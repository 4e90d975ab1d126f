package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// undoOptions are the arguments and flags of undo. Exactly one of args, last and since is given (check).
type undoOptions struct {
	args  []string // the numbers of runs, or files
	last  bool
	since string // "": see args
	json  bool
}

// newUndoCmd returns the verb undo.
func newUndoCmd(p *program) *cobra.Command {
	var o undoOptions
	cmd := &cobra.Command{
		Use:               "undo RUN... | --last | --since TIME | PATH|STORAGE:PATH|STORAGE:ID...",
		ValidArgsFunction: p.completeUndo,
		SuggestFor:        []string{"restore"},
		Short:             "restore the files of runs, or single files",
		Long: `undo restores files under their old names and never overwrites another file. Of
several runs the newest is restored first: if two moved files of one name, the
newer file gets it, and the older stays in the trash. If one of the runs has no
files in the trash, undo restores nothing.

Restored files are kept permanently, whatever the policy says: sweepd forget RUN
returns them to the policy, and sweepd keep --list lists them.

Exit status: 1 if a file could not be restored, 3 if all was refused for safety,
as during another sweep.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.args = args
			return runUndo(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.last, "last", false, "the latest run that still has files in the trash")
	cmd.Flags().StringVar(&o.since, "since", "", "all runs since a `TIME`, "+sinceUsage)
	offer(cmd, "since", "today", "yesterday", "1h", "1d")
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per line")
	return cmd
}

// runUndo restores the files and prints the summary of the run. It returns errTrouble if a file could not be restored.
// The operations are read first and undone by app.Undo, which opens exactly the storages that they need, so that it
// works with any policy or with none.
func runUndo(ctx context.Context, p *program, o undoOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	ops, err := p.undoable(ctx, o)
	if err != nil {
		return err
	}
	sum, err := app.Undo(ctx, p.options(), ops, func(done int) { p.term.progress("done: %d of %d", done, len(ops)) })
	p.term.settle()
	if sum != nil {
		p.done(o.json, sum)
		p.printRestored(o.json, sum)
	}
	if err != nil {
		return err
	}
	return trouble(sum)
}

// printRestored prints how the restored files are treated from now on.
func (p *program) printRestored(asJSON bool, sum *sweeper.Summary) {
	if asJSON || sum.Restored == 0 {
		return
	}
	forget := p.term.bold(fmt.Sprintf("sweepd forget %d", sum.Run))
	if sum.Restored == 1 {
		p.term.printf("it is kept from now on, whatever the policy says; to return it to the policy: %s\n", forget)
		return
	}
	p.term.printf("they are kept from now on, whatever the policy says; to return them to the policy: %s\n", forget)
}

// check returns a *app.UsageError unless the user has chosen in exactly one way what to restore.
func (o undoOptions) check() error {
	ways := 0
	for _, chosen := range []bool{len(o.args) > 0, o.last, o.since != ""} {
		if chosen {
			ways++
		}
	}
	text := "undo needs a run, --last, --since, or paths"
	switch {
	case ways == 1:
		return nil
	case ways > 1:
		text = "undo takes only one of runs or paths, --last, and --since"
	}
	return &app.UsageError{Err: errors.New(text), Hint: "list runs with: sweepd history"}
}

// undoable returns the operations in the journal that are to be undone, those of the newest run first. It returns
// a *app.UsageError if there is none. It closes the journal: Open opens it again for writing.
func (p *program) undoable(ctx context.Context, o undoOptions) (ops []journal.Operation, err error) {
	j, err := p.journal(ctx)
	if err != nil {
		return nil, err
	}
	defer j.Close()
	runs := runNumbers(o.args)
	switch {
	case o.last:
		var run int64
		if run, err = j.NewestRunInTrash(ctx); err == nil {
			ops, err = ofRuns(ctx, j, []int64{run})
		}
	case o.since != "":
		ops, err = p.undoableSince(ctx, j, o.since)
	case runs != nil:
		ops, err = ofRuns(ctx, j, runs)
	default:
		ops, err = p.ofFiles(ctx, j, o.args)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = &app.UsageError{Err: err, Hint: "list runs with: sweepd history"}
	}
	return ops, err
}

// runNumbers returns the numbers of runs in args, newest first and each once; nil if an argument is no number of a run:
// then all are files.
func runNumbers(args []string) (runs []int64) {
	for _, arg := range args {
		run, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || run <= 0 {
			return nil
		}
		runs = append(runs, run)
	}
	slices.Sort(runs)
	slices.Reverse(runs)
	return slices.Compact(runs)
}

// ofRuns returns the operations of the runs, or fs.ErrNotExist if one of them has none that can be undone.
func ofRuns(ctx context.Context, j *journal.Journal, runs []int64) (ops []journal.Operation, err error) {
	for _, run := range runs {
		some, err := j.Undoable(ctx, journal.Undone{Run: run})
		if err != nil {
			return nil, err
		}
		ops = append(ops, some...)
	}
	return ops, nil
}

// undoableSince returns the operations of all runs since a time, or fs.ErrNotExist if none can be undone. Unlike ofRuns
// it passes over a run without files in the trash: the user has named a time and not that run.
func (p *program) undoableSince(ctx context.Context, j *journal.Journal, since string) ([]journal.Operation, error) {
	from, err := parseSince(since, p.now())
	if err != nil {
		return nil, err
	}
	runs, err := j.RunsSince(ctx, from)
	if err != nil {
		return nil, err
	}
	var ops []journal.Operation
	for _, r := range runs {
		some, err := j.Undoable(ctx, journal.Undone{Run: r.ID})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		ops = append(ops, some...)
	}
	if len(ops) == 0 {
		return nil, fmt.Errorf(
			"no run since %s has files in the trash: %w",
			from.Format("2006-01-02 15:04"),
			fs.ErrNotExist,
		)
	}
	return ops, nil
}

// ofFiles returns the latest move of each file to the trash. A file is named by its path, or as STORAGE:PATH or
// STORAGE:ID for one of an account. It returns fs.ErrNotExist if one of them is not in the trash.
func (p *program) ofFiles(ctx context.Context, j *journal.Journal, files []string) ([]journal.Operation, error) {
	var u journal.Undone
	for _, arg := range files {
		if storage, file := app.SplitFile(p.accounts(), arg); storage != "" {
			u.Files = append(u.Files, app.FilterOf(storage, file))
			continue
		}
		f, err := recorded(ctx, j, arg)
		if err != nil {
			return nil, err
		}
		u.Files = append(u.Files, f)
	}
	return j.Undoable(ctx, u)
}

// recorded returns the filter for a file of this machine by its path: with links resolved, or else as given, since
// the folder may have been moved and linked back.
func recorded(ctx context.Context, j *journal.Journal, arg string) (journal.Filter, error) {
	path, err := absolute(arg)
	if err != nil {
		return journal.Filter{}, err
	}
	f := journal.Filter{Path: path, Ref: providers.Ref(path)} // a local file's ref is its path
	given, err := filepath.Abs(arg)
	if err != nil || given == path {
		return f, err
	}
	// A path that is recorded under its real name is undone by that, also if another file has the given one.
	if _, err := j.Undoable(ctx, journal.Undone{Files: []journal.Filter{f}}); !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	return journal.Filter{Path: given, Ref: providers.Ref(given)}, nil
}

// absolute returns the path of a file with its folder's links resolved. Neither need exist. The file itself is not
// followed if it is a link, since sweepd moves no links.
func absolute(arg string) (string, error) {
	path, err := filepath.Abs(arg)
	if err != nil {
		return "", err
	}
	return filepath.Join(app.RealPath(filepath.Dir(path)), filepath.Base(path)), nil
}
