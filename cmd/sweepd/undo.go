package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/journal"
	"sweepd/providers"
	"sweepd/sweeper"
)

// undoOptions are the arguments and flags of undo.
type undoOptions struct {
	args []string // the number of a run, or files
	last bool
	json bool
}

func newUndoCmd(p *program) *cobra.Command {
	var o undoOptions
	cmd := &cobra.Command{
		Use:               "undo RUN | --last | PATH|STORAGE:PATH|STORAGE:ID...",
		ValidArgsFunction: p.completeUndo,
		SuggestFor:        []string{"restore"},
		Short:             "restore the files of a run, or single files",
		Long: `undo restores files under their old names and never overwrites another file.
Restored files are kept permanently, whatever the policy says: sweepd forget RUN
returns them to the policy, and sweepd keep --list lists them.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.args = args
			return runUndo(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.last, "last", false, "the latest run that still has files in the trash")
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per line")
	return cmd
}

// runUndo restores the files and prints the summary of the run.
func runUndo(ctx context.Context, p *program, o undoOptions) error {
	if o.last == (len(o.args) > 0) {
		return &app.UsageError{
			Err:  errors.New("undo needs a run, --last, or paths"),
			Hint: "list runs with: sweepd history",
		}
	}
	ops, err := p.undoable(ctx, o)
	if err != nil {
		return err
	}
	opts := p.options()
	opts.Act, opts.Scopes = true, scopesOf(ops)
	a, err := app.Open(ctx, opts)
	if err != nil {
		return err
	}
	defer a.Close()
	sum, err := a.Sweeper.Undo(ctx, ops, func(done int) { p.term.progress("done: %d of %d", done, len(ops)) })
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
	what := "they are kept from now on, whatever the policy says; to return them"
	if sum.Restored == 1 {
		what = "it is kept from now on, whatever the policy says; to return it"
	}
	p.term.printf("%s to the policy: %s\n", what, p.term.bold(fmt.Sprintf("sweepd forget %d", sum.Run)))
}

// undoable returns the operations in the journal that are to be undone.
func (p *program) undoable(ctx context.Context, o undoOptions) ([]journal.Operation, error) {
	j, err := p.journal(ctx)
	if err != nil {
		return nil, err
	}
	defer j.Close()
	var u sweeper.Undone
	if o.last {
		u.Run, err = sweeper.LastRun(ctx, j)
	} else if run, nerr := strconv.ParseInt(o.args[0], 10, 64); nerr == nil && len(o.args) == 1 && run > 0 {
		u.Run = run
	} else {
		for _, arg := range o.args {
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
	}
	var ops []journal.Operation
	if err == nil {
		ops, err = sweeper.Undoable(ctx, j, u)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = &app.UsageError{Err: err, Hint: "list runs with: sweepd history"}
	}
	return ops, err
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
	if _, err := sweeper.Undoable(ctx, j,
		sweeper.Undone{Files: []journal.Filter{f}}); !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	return journal.Filter{Path: given, Ref: providers.Ref(given)}, nil
}

// scopesOf returns the storages of the operations, with the folders of this machine. The ref of an account's file is
// not its path, so an account has no folders.
func scopesOf(ops []journal.Operation) (scopes []sweeper.Scope) {
	for _, op := range ops {
		i := slices.IndexFunc(scopes, func(sc sweeper.Scope) bool { return sc.Storage == op.Op.Storage })
		if i < 0 {
			i, scopes = len(scopes), append(scopes, sweeper.Scope{Storage: op.Op.Storage})
		}
		if refOf(op.Op.Entry) != "" {
			continue
		}
		if dir := existing(filepath.Dir(op.Op.Entry.Path)); !slices.Contains(scopes[i].Roots, dir) {
			scopes[i].Roots = append(scopes[i].Roots, dir)
		}
	}
	return scopes
}

// existing returns the folder, or the nearest parent that still exists: a restore creates the rest.
func existing(dir string) string {
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

// absolute returns the path of a file with its folder's links resolved. Neither need exist.
func absolute(arg string) (string, error) {
	path, err := filepath.Abs(arg)
	if err != nil {
		return "", err
	}
	return filepath.Join(app.RealPath(filepath.Dir(path)), filepath.Base(path)), nil
}
