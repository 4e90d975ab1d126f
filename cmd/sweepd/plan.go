package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/sweeper"
)

// planOptions are the arguments and flags of plan.
type planOptions struct {
	listing
	where []string // folders and storages; none: all storages of the policy
	out   outputFile
}

// newPlanCmd returns the verb plan. --force is one flag for both of its output files, the plan and the page.
func newPlanCmd(p *program) *cobra.Command {
	o := planOptions{
		listing: listing{page: newSheetFile()},
		out:     outputFile{doing: "save the plan", kind: "a saved plan", is: sweeper.IsPlan},
	}
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

--html writes what was found, and what the plan would do, as one web page with
thumbnails, as scan does. With --force it replaces any file but a picture.

Exit status: 1 if a file or a folder could not be read.`,
		Example: `  sweepd plan -o plan.json --html plan.html    # look at plan.html, then:
  sweepd apply plan.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.where = args
			o.page.force = o.out.force
			return runPlan(cmd.Context(), p, o)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVarP(&o.out.named, "output", "o", "", "save the plan to `FILE`; - is standard output")
	cmd.Flags().BoolVar(&o.out.force, "force", false, "replace the file even if it is not a saved plan, or a page")
	sheetFlag(cmd, &o.page)
	return cmd
}

// runPlan scans, prints what is due, and saves it if a file is given. The files are written in the end, once the scan
// is complete: a scan that is interrupted leaves no plan that looks like a whole one.
func runPlan(ctx context.Context, p *program, o planOptions) error {
	if o.out.stdout() && (o.json || o.page.stdout()) {
		other := map[bool]string{true: "--json", false: "--html -"}[o.json]
		return &app.UsageError{
			Err:  fmt.Errorf("%s and --output - both use standard output", other),
			Hint: "use only one of them",
		}
	}
	stdout, err := p.aside(o.out, o.page)
	if err != nil {
		return err
	}
	a, err := p.open(ctx, o.where, false)
	if err != nil {
		return err
	}
	defer a.Close()
	found, due, sum, err := p.showPlan(ctx, o.listing, a)
	if err != nil {
		return err
	}
	p.conclude(o.json, a, sum, ending{})
	p.barred(a, sum)
	if o.page.named != "" {
		if err := p.planSheet(ctx, a, o, found, due, sum, stdout); err != nil {
			return err
		}
	}
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

// showPlan scans, prints the files, and returns them and the plan of what is due.
func (p *program) showPlan(
	ctx context.Context, l listing, a *app.App,
) (found []sweeper.Found, due *sweeper.Plan, sum *sweeper.Summary, err error) {
	found, sum, err = p.show(l, selection{}, func(o sweeper.ScanOptions) (sum *sweeper.Summary, err error) {
		due, sum, err = a.Plan(ctx, o)
		return sum, err
	})
	return found, due, sum, err
}

// printPlan prints what is due, whether apply would refuse it, and where it was saved.
func (p *program) printPlan(ctx context.Context, a *app.App, due *sweeper.Plan, out outputFile) {
	p.term.printf("due: %s\n", due)
	for _, it := range due.Spared {
		p.term.printf("kept as the last copy: %s\n", p.listed(it.Storage, it.Entry.Path, 23))
	}
	if err := p.refuses(ctx, a, due); err != nil {
		p.term.printf("apply would refuse this plan: %s\n", p.term.text(language.Explanation(err)))
	}
	if out.named != "" && !out.stdout() {
		p.term.printf("saved; to apply it: %s\n", p.term.bold(p.withPolicy("sweepd apply")+" "+quoted(out.named)))
	}
	p.term.printf("nothing was changed\n")
}

// refuses returns why apply would refuse the plan; nil if it would not. An empty plan is never refused: apply does
// nothing with it. It asks only; the same checks are made again when the plan is carried out.
func (p *program) refuses(ctx context.Context, a *app.App, due *sweeper.Plan) error {
	if due.Empty() {
		return nil
	}
	return cmp.Or(a.Paused(ctx), a.Sweeper.Allow(ctx, due))
}

// loadPlan reads a saved plan from a file. "-" is standard input, from which it counts as not reviewed: the user may
// have seen nothing of it. It reads at most 1 GiB. A text that is no plan, or of a version that this program does not
// know, is an error that names the file.
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
