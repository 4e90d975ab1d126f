package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// keepOptions are the arguments and flags of keep.
type keepOptions struct {
	files []string
	list  bool
	json  bool // with list
}

// newKeepCmd returns the verb keep. The list of overrides is a flag of it and not a verb, since it is looked at in
// order to change it.
func newKeepCmd(p *program) *cobra.Command {
	var o keepOptions
	cmd := &cobra.Command{
		Use:               "keep PATH|STORAGE:PATH|STORAGE:ID... | --list",
		ValidArgsFunction: p.which,
		Short:             "keep files permanently, whatever the policy says",
		Long: `keep protects a file until it is modified, and any file with the same content,
under any name and in any storage, permanently. sweepd forget cancels it.

--list shows all kept and approved files, including those that undo restored,
each with the command that cancels the override.

Exit status: 1 if a file could not be found or kept, 3 if the record is damaged or
incomplete.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return runKeep(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.list, "list", false, "list all kept and approved files")
	cmd.Flags().BoolVar(&o.json, "json", false, "with --list: print one JSON object per line")
	return cmd
}

// runKeep keeps the files, or lists the files that are kept or approved.
func runKeep(ctx context.Context, p *program, o keepOptions) error {
	switch {
	case o.list && len(o.files) > 0:
		return &app.UsageError{Err: errors.New("keep takes files or --list, not both"), Hint: "leave out one of them"}
	case !o.list && len(o.files) == 0:
		return &app.UsageError{
			Err:  errors.New("keep needs a file"),
			Hint: "list kept files with: sweepd keep --list",
		}
	case o.json && !o.list:
		return &app.UsageError{Err: errors.New("--json requires --list"), Hint: "sweepd keep --list --json"}
	case o.list:
		return p.listOverrides(ctx, o.json)
	}
	return p.setOverrides(ctx, o.files, keepFile)
}

// newApproveCmd returns the verb approve, the one override that lets more go. It is for a revision and not for a
// content, so that it covers only what the user has seen.
func newApproveCmd(p *program) *cobra.Command {
	return &cobra.Command{
		Use:               "approve PATH|STORAGE:PATH|STORAGE:ID...",
		ValidArgsFunction: p.which,
		Short:             "release files that are held or up for review",
		Long: `approve lets the next apply trash a file that a rule puts up for review, or that a
guard, a grace period or the clock holds. It covers the file exactly as it is now:
if the file changes in any way, it is held again. Files that a rule or sweepd keep
keeps stay. Approved files count toward the limits.

Exit status: 1 if a file could not be found or approved, 2 if it is neither held
nor up for review, 3 if the record is damaged or incomplete.`,
		Args: needs("a file"),
		RunE: func(cmd *cobra.Command, args []string) error { return runApprove(cmd.Context(), p, args) },
	}
}

// runApprove approves the files as they are now.
func runApprove(ctx context.Context, p *program, files []string) error {
	return p.setOverrides(ctx, files, approveFile)
}

// setOverride records a decision of the user on one file and returns a description of it. It returns errors that each
// reports for that file alone, so that the others are still decided.
type setOverride func(
	ctx context.Context, a *app.App, st *providers.Storage, e providers.Entry,
) (language.Message, error)

// keepFile keeps the file and its content, for which the file is read whole. The text names the rule if a mandatory one
// trashes the file all the same.
func keepFile(
	ctx context.Context, a *app.App, st *providers.Storage, e providers.Entry,
) (language.Message, error) {
	said := language.Messagef("kept, and so is every copy of it")
	if err := a.Sweeper.Keep(ctx, st, e); err != nil || !a.Policy.Mandates(st.Name()) {
		return said, err
	}
	x, err := a.Explain(ctx, st, e)
	if err == nil && x.Decision.Mandatory {
		said = language.Messagef("recorded as kept, but rule %s is mandatory and trashes it", x.Decision.Rule)
	}
	return said, err
}

// forgetFile removes the overrides of the file and of its content.
func forgetFile(
	ctx context.Context, a *app.App, st *providers.Storage, e providers.Entry,
) (language.Message, error) {
	return language.Messagef("returned to the policy"), a.Sweeper.Forget(ctx, st, e)
}

// approveFile approves the file as it is now. A guard that holds it is lifted with it, and named in the text, because
// the user has had no list of guards to look at. It returns a *app.UsageError if a rule or an override keeps the file.
func approveFile(
	ctx context.Context, a *app.App, st *providers.Storage, e providers.Entry,
) (language.Message, error) {
	said := language.Messagef("approved as it is")
	err := a.Sweeper.Approve(ctx, st, e, nil)
	if held, ok := errors.AsType[*sweeper.UnshownError](err); ok {
		said = language.Messagef("approved as it is, although it is held: %s", language.Join(held.Why(), ", "))
		err = a.Sweeper.Approve(ctx, st, e, held.Held)
	}
	if kept, ok := errors.AsType[*sweeper.KeptError](err); ok {
		err = &app.UsageError{Err: kept, Hint: "to see why: sweepd explain; to cancel keep: sweepd forget"}
	}
	return said, err
}

// setOverrides records a decision on each of the files.
func (p *program) setOverrides(ctx context.Context, args []string, do setOverride) error {
	return p.each(args, func(arg string) error { return p.setOverride(ctx, arg, do) })
}

// each calls do for each argument, also after a failure. It returns an error that concerns them all: one of the command
// line, or a refusal for safety. Any other error is printed, and in the end each returns errTrouble.
func (p *program) each(args []string, do func(arg string) error) error {
	failed := false
	for _, arg := range args {
		if err := do(arg); err != nil {
			// A damaged record, or a wrong argument, would be the same for each of the others.
			if status, _ := p.diagnose(err); status != exitTrouble {
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

// setOverride opens the storage of one file, finds the file, and records the decision on it. Every file opens the app
// anew: the files may be in different storages, and there are few of them.
func (p *program) setOverride(ctx context.Context, arg string, do setOverride) error {
	a, file, err := p.openFile(ctx, arg)
	if err != nil {
		return err
	}
	defer a.Close()
	if a.ReportOnly != nil {
		return a.ReportOnly // the decision would not be remembered
	}
	st, e, err := a.Look(ctx, file)
	if err != nil {
		return err
	}
	said, err := do(ctx, a, st, e)
	if err != nil {
		return err
	}
	p.term.printf("%s: %s\n", p.place(st.Name(), e.Path), said)
	return nil
}
