package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/sweeper"
)

// planOptions are the arguments and flags of plan.
type planOptions struct {
	listing
	where []string // folders and storages; none: all storages of the policy
	out   outputFile
}

func newPlanCmd(p *program) *cobra.Command {
	o := planOptions{out: outputFile{doing: "save the plan", kind: "a saved plan", is: sweeper.IsPlan}}
	cmd := &cobra.Command{
		Use:               "plan [-o FILE] [PATH|STORAGE]...",
		ValidArgsFunction: p.where,
		Short:             "scan and save a plan that apply executes exactly",
		Long: `plan scans as scan does and, with -o, saves what is due. Review or share the file,
then apply it with: sweepd apply FILE. apply touches only files in the plan, skips
files that have changed since, and refuses the whole plan if the policy changed.

With -o - the plan goes to standard output and everything else to standard error.
plan replaces a file that is not a saved plan only with --force; it writes to a
device or a pipe without it.

Exit status: 1 if a file or a folder could not be read.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.where = args
			return runPlan(cmd.Context(), p, o)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVarP(&o.out.named, "output", "o", "", "save the plan to `FILE`; - is standard output")
	cmd.Flags().BoolVar(&o.out.force, "force", false, "replace the file even if it is not a saved plan")
	return cmd
}

// runPlan scans, prints what is due, and saves it if a file is given.
func runPlan(ctx context.Context, p *program, o planOptions) error {
	stdout := p.term.out
	if o.out.stdout() {
		if o.json {
			return &app.UsageError{
				Err:  errors.New("--json and --output - both use standard output"),
				Hint: "use only one of them",
			}
		}
		p.term.out = p.term.err
	}
	if o.out.named != "" {
		if err := o.out.check(); err != nil {
			return err
		}
	}
	a, err := p.open(ctx, o.where, false)
	if err != nil {
		return err
	}
	defer a.Close()
	due, sum, err := p.showPlan(ctx, o.listing, a)
	if err != nil {
		return err
	}
	p.conclude(o.json, a, sum, ending{})
	p.barred(a, sum)
	if o.out.named != "" {
		if err := o.out.write(stdout, func(w io.Writer) error { return due.Save(escaping{w}) }); err != nil {
			return err
		}
	}
	if !o.json {
		p.printPlan(ctx, a, due, o.out)
	}
	return trouble(sum)
}

// showPlan scans, prints the files, and returns the plan of what is due.
func (p *program) showPlan(
	ctx context.Context, l listing, a *app.App,
) (due *sweeper.Plan, sum *sweeper.Summary, err error) {
	_, sum, err = p.show(l, selection{}, func(o sweeper.ScanOptions) (sum *sweeper.Summary, err error) {
		due, sum, err = a.Plan(ctx, o)
		return sum, err
	})
	return due, sum, err
}

// printPlan prints what is due, whether apply would refuse it, and where it was saved.
func (p *program) printPlan(ctx context.Context, a *app.App, due *sweeper.Plan, out outputFile) {
	p.term.printf("due: %s\n", due)
	for _, it := range due.Spared {
		p.term.printf("kept as the last copy: %s\n", p.listed(it.Storage, it.Entry.Path, 23))
	}
	if err := firstError(a.Paths.Paused(p.now()), a.Sweeper.Allow(ctx, due)); err != nil && !due.Empty() {
		p.term.printf("apply would refuse this plan: %s\n", safe(err.Error()))
	}
	if out.named != "" && !out.stdout() {
		p.term.printf("saved; to apply it: %s\n", p.term.bold(p.withPolicy("sweepd apply")+" "+quoted(out.named)))
	}
	p.term.printf("nothing was changed\n")
}

// loadPlan reads a saved plan from a file. "-" is standard input, from which it counts as not reviewed: the user may
// have seen nothing of it.
func (p *program) loadPlan(file string) (*sweeper.Plan, error) {
	from, name := p.stdin, standardInput
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from, name = f, file
	}
	due, err := sweeper.LoadPlan(io.LimitReader(from, 1<<30))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	due.Reviewed = due.Reviewed && file != "-"
	return due, nil
}
