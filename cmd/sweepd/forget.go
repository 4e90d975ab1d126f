package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// forgetOptions are the arguments and flags of forget. A run, a file and a content are different overrides in the
// record: an undo protects the files of a run, keep and approve are about one file, and keep also about every file with
// the same bytes.
type forgetOptions struct {
	args []string // the number of a run, or files and contents
	last bool
}

// newForgetCmd returns the verb forget.
func newForgetCmd(p *program) *cobra.Command {
	var o forgetOptions
	cmd := &cobra.Command{
		Use:               "forget RUN | --last | PATH|STORAGE:PATH|STORAGE:ID|sha256:HASH...",
		ValidArgsFunction: p.completeForget,
		SuggestFor:        []string{"unkeep", "unapprove", "disapprove"},
		Short:             "cancel keep, approve, or the protection after an undo",
		Long: `forget cancels keep and approve for single files, or returns the files of a run
that undo restored to the policy; RUN is the number of the undo or of the run
that it undid. sweepd keep --list shows all overrides, each with the command that
cancels it.

Exit status: 1 if a file could not be returned to the policy, 2 if no override has
that run or content, 3 if the record is damaged or incomplete.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.args = args
			return runForget(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.last, "last", false, "the latest undo that still protects files")
	return cmd
}

// runForget returns files to the policy: those of a run, or single ones. One number alone is a run; a file whose name
// is a number is given as ./7.
func runForget(ctx context.Context, p *program, o forgetOptions) error {
	if o.last == (len(o.args) > 0) {
		return &app.UsageError{
			Err:  errors.New("forget needs a run, --last, or paths"),
			Hint: "list kept files with: sweepd keep --list",
		}
	}
	if o.last {
		return p.forgetRun(ctx, 0)
	}
	if run, err := strconv.ParseInt(o.args[0], 10, 64); err == nil && len(o.args) == 1 && run > 0 {
		return p.forgetRun(ctx, run)
	}
	return p.each(o.args, func(arg string) error { return p.forgetOne(ctx, arg) })
}

// forgetRun returns to the policy the files that a run brought back, or that were brought back of a run. 0 is the
// latest run by which a file is kept. It prints an error for each file that it could not return, and then returns
// errTrouble. It needs the record itself: a temporary one in its place is an error. The storages are opened by the
// operations and not by the policy, which may have dropped a storage since.
func (p *program) forgetRun(ctx context.Context, run int64) error {
	ops, run, err := p.broughtBack(ctx, run)
	if err != nil {
		return err
	}
	o := p.options()
	o.Scopes = app.ScopesOf(ops)
	a, err := p.openApp(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	if a.ReportOnly != nil {
		return a.ReportOnly
	}
	files, failed := 0, false
	for _, op := range ops {
		forgot, err := forgetBack(ctx, a, op)
		if err != nil {
			p.exit(fmt.Errorf("%s: %w", p.place(op.Op.Storage, op.Op.Entry.Path), err))
			failed = true
		} else if forgot {
			files++
		}
	}
	p.term.printf("run %d: %s returned to the policy\n", run, count(int64(files), "file"))
	if failed {
		return errTrouble
	}
	return nil
}

// broughtBack returns the operations of files that an undo brought back, and their run: those that the run itself
// restored, and those of the run that were restored later. It returns a *app.UsageError if there are none. So both
// numbers that a user may have at hand work: that of the undo, which undo prints, and that of the run that it undid.
func (p *program) broughtBack(ctx context.Context, run int64) (ops []journal.Operation, _ int64, err error) {
	j, err := p.journal(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer j.Close()
	if run == 0 {
		if run, err = lastKept(ctx, j); err != nil {
			return nil, 0, err
		}
	}
	if _, err := j.Run(ctx, run); errors.Is(err, fs.ErrNotExist) {
		return nil, 0, noRun(run)
	}
	for op, err := range j.Operations(ctx, journal.Filter{Run: run}) {
		if err != nil {
			return nil, 0, err
		}
		if op.Op.Kind == providers.OpRestore && op.State() == "done" || op.Resolved == providers.OpRestore {
			ops = append(ops, op)
		}
	}
	if len(ops) == 0 {
		return nil, 0, &app.UsageError{
			Err:  fmt.Errorf("run %d has no restored files", run),
			Hint: "list kept files with: sweepd keep --list",
		}
	}
	return ops, run, nil
}

// lastKept returns the latest run by which a file is kept. It returns a *app.UsageError if there is none.
func lastKept(ctx context.Context, j *journal.Journal) (run int64, err error) {
	all, err := j.OverrideRecords(ctx)
	for _, s := range all {
		run = max(run, s.Undo)
	}
	if err == nil && run == 0 {
		err = &app.UsageError{
			Err:  errors.New("no restored file is kept"),
			Hint: "list kept files with: sweepd keep --list",
		}
	}
	return run, err
}

// forgetBack returns one file that was brought back to the policy, with its content, unless the user has decided to
// keep it since. It reports whether the file was kept by the undo. The file may have changed or be gone since: its
// present state decides which content loses its override, and a file that is gone has only the override by its ref. A
// later keep of the user has no run (OverrideRecord.Undo is 0) and is left as it is.
func forgetBack(ctx context.Context, a *app.App, op journal.Operation) (forgot bool, err error) {
	e := op.Op.Entry
	st, now, err := a.At(ctx, op.Op.Storage, e.Ref)
	gone := errors.Is(err, fs.ErrNotExist)
	if err != nil && !gone {
		return false, err
	}
	if !gone {
		e = now
	}
	if said, err := a.Journal.OverrideRecord(ctx, e); err != nil || said.Undo == 0 {
		return false, err
	}
	if !gone {
		c, err := a.Sweeper.Content(ctx, st, e)
		if err == nil {
			err = a.Journal.SetContentOverride(ctx, c, journal.NoOverride)
		}
		if err != nil {
			return false, err
		}
	}
	_, err = a.Journal.ClearOverrides(ctx, e.Ref)
	return err == nil, err
}

// forgetOne removes the decisions on one file, which may be gone, or on one content. For a file that is gone it tries
// the argument as a ref, as the ID of an account's file, and as a local path. It returns the error of the first
// attempt, fs.ErrNotExist, if no override has any of these.
func (p *program) forgetOne(ctx context.Context, arg string) error {
	if hash, ok := strings.CutPrefix(arg, "sha256:"); ok {
		return p.forgetContent(ctx, hash)
	}
	err := p.setOverride(ctx, arg, forgetFile)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	a, openErr := p.openRecord(ctx)
	if openErr != nil {
		return openErr
	}
	defer a.Close()
	refs := []providers.Ref{providers.Ref(arg)}
	if storage, file := app.SplitFile(p.accounts(), arg); storage != "" {
		refs = append(refs, providers.Ref(file))
	} else if path, err := absolute(arg); err == nil {
		refs = append(refs, providers.Ref(path))
	}
	// The argument may name the file in several ways; the first that has an override decides.
	for _, ref := range refs {
		switch n, unsayErr := a.Journal.ClearOverrides(ctx, ref); {
		case unsayErr != nil:
			return unsayErr
		case n > 0:
			p.term.printf("%s: forgotten; the file no longer exists\n", safe(arg))
			return nil
		}
	}
	return err
}

// forgetContent removes the decision on all files with a content, by its SHA-256 in hexadecimal, in any case. It
// returns a *app.UsageError if there is no such decision.
func (p *program) forgetContent(ctx context.Context, hash string) error {
	a, err := p.openRecord(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	all, err := a.Journal.OverrideRecords(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Ref == "" && hex.EncodeToString(s.Content.SHA256[:]) == strings.ToLower(hash) {
			if err := a.Journal.SetContentOverride(ctx, s.Content, journal.NoOverride); err != nil {
				return err
			}
			p.term.printf("sha256:%s: returned to the policy\n", strings.ToLower(hash))
			return nil
		}
	}
	return &app.UsageError{
		Err:  fmt.Errorf("no override exists for the content sha256:%s", safe(hash)),
		Hint: "list kept files with: sweepd keep --list",
	}
}

// openRecord opens the record for a decision that needs no file. The App has a scope that is of no storage of the
// policy, because it needs one. It returns an error if the record cannot be relied on. The caller closes the App.
func (p *program) openRecord(ctx context.Context) (*app.App, error) {
	o := p.options()
	o.Scopes = []sweeper.Scope{{Storage: "(record)", Roots: []string{app.Existing(filepath.Clean(p.home()))}}}
	a, err := p.openApp(ctx, o)
	if err == nil && a.ReportOnly != nil {
		err = errors.Join(a.ReportOnly, a.Close())
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}
