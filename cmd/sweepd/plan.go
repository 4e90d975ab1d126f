package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/sweeper"
)

func (p *program) plan() *cobra.Command {
	var l look
	out := outputFile{doing: "save the plan", kind: "a saved plan", is: sweeper.IsPlan}
	cmd := &cobra.Command{
		Use:               "plan [-o FILE] [PATH|STORAGE]...",
		ValidArgsFunction: p.where,
		Short:             "scan and save a plan that apply executes exactly",
		Long: `plan scans as scan does and, with -o, saves what is due. Review or share the file,
then apply it with: sweepd apply FILE. apply touches only files in the plan, skips
files that have changed since, and refuses the whole plan if the policy changed.

With -o - the plan goes to standard output and everything else to standard error.
plan replaces a file that is not a saved plan only with --force; it writes to a
device or a pipe without it.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			stdout := p.term.out
			if out.stdout() {
				if l.json {
					return &app.UsageError{
						Err:  errors.New("--json and --output - both use standard output"),
						Hint: "use only one of them",
					}
				}
				p.term.out = p.stderr
			}
			if out.named != "" {
				if err := out.check(); err != nil {
					return err
				}
			}
			a, err := p.open(cmd.Context(), args, false)
			if err != nil {
				return err
			}
			defer a.Close()
			var due *sweeper.Plan
			sum, err := p.show(l, a, func(o sweeper.ScanOptions) (sum *sweeper.Summary, err error) {
				due, sum, err = a.Plan(cmd.Context(), o)
				return sum, err
			})
			if err != nil {
				return err
			}
			p.conclude(l, a, sum, nil)
			p.barred(a, sum)
			if out.named != "" {
				if err := out.write(stdout, func(w io.Writer) error { return due.Save(escaping{w}) }); err != nil {
					return err
				}
			}
			if !l.json {
				p.term.printf("due: %s\n", due)
				for _, it := range due.Spared {
					p.term.printf("kept as the last copy: %s\n", p.place(it.Storage, it.Entry.Path))
				}
				if err := a.Sweeper.Allow(cmd.Context(), due); err != nil {
					p.term.printf("apply would refuse this plan: %s\n", safe(err.Error()))
				}
				if out.named != "" && !out.stdout() {
					p.term.printf("saved; to apply it: %s\n", p.term.bold("sweepd apply "+quoted(out.named)))
				}
				p.term.printf("nothing was changed\n")
			}
			return trouble(sum)
		},
	}
	l.flags(cmd)
	cmd.Flags().StringVarP(&out.named, "output", "o", "", "save the plan to `file`; - is standard output")
	cmd.Flags().BoolVar(&out.force, "force", false, "replace the file even if it is not a saved plan")
	return cmd
}

// loadPlan reads a saved plan.
func loadPlan(file string) (*sweeper.Plan, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	due, err := sweeper.LoadPlan(io.LimitReader(f, 1<<30))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return due, nil
}
