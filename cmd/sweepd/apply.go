package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/internal/report"
	"sweepd/sweeper"
)

func (p *program) apply() *cobra.Command {
	var l look
	var yes bool
	cmd := &cobra.Command{
		Use:               "apply [PLAN | PATH|STORAGE...]",
		ValidArgsFunction: p.where,
		Short:             "move files that are due to the trash, from a saved plan or a new scan",
		Long: `apply executes a saved plan, or scans and executes what is due: it moves files to
the trash of their own storage, starts grace periods, and permanently deletes
what the policy's trash: section allows.

The plan is checked against the policy's limits before the first file is moved.
Every move is recorded before and after it happens; sweepd undo restores files.

On a terminal apply asks for confirmation. Without a terminal, as in a script,
it changes nothing and exits with status 3, unless given a saved plan or --yes.`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			var due *sweeper.Plan
			file := ""
			if len(args) == 1 && isFile(args[0]) {
				file = args[0]
				if due, err = loadPlan(args[0]); err != nil {
					return &app.UsageError{Err: err, Hint: "create one with: sweepd plan -o FILE"}
				}
				args = nil
			}
			a, err := p.openFor(cmd.Context(), args, due)
			if err != nil {
				return err
			}
			defer a.Close()
			if due == nil {
				var sum *sweeper.Summary
				if due, sum, err = p.planNow(cmd.Context(), l, a); err != nil {
					return err
				}
				if sum.Errors > 0 {
					defer func() { err = firstError(err, errTrouble) }()
				}
				if !yes && !due.Empty() {
					if agreed, err := p.agree(cmd.Context(), l, a, due); err != nil || !agreed {
						return err
					}
					due.Reviewed = true
				}
			}
			if run, err := a.Sweeper.CarriedOut(cmd.Context(), due); err != nil || run != 0 {
				return p.printCarriedOut(l, file, due, run, err)
			}
			total := len(due.Trash) + len(due.Purge)
			sum, err := a.Sweeper.Execute(cmd.Context(), due,
				func(done int) { p.term.progress("done: %d of %d", done, total) })
			p.term.settle()
			if sum != nil {
				p.done(l, sum)
				err = errors.Join(err, p.printKept(cmd.Context(), l, a, sum))
			}
			if err != nil {
				return err
			}
			return trouble(sum)
		},
	}
	l.flags(cmd)
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation")
	return cmd
}

// unaskedError refuses a plan because the user cannot be asked.
type unaskedError struct{ plan string }

func (e *unaskedError) Error() string {
	return "apply would " + e.plan + ", but there is no terminal to ask for confirmation"
}

// agree asks the user whether to execute the plan. It returns an *unaskedError if the question cannot be shown and
// answered, or the reason if the plan is refused regardless of the answer.
func (p *program) agree(ctx context.Context, l look, a *app.App, due *sweeper.Plan) (bool, error) {
	err := a.Paths.Paused(p.now())
	if err == nil {
		err = a.Sweeper.Allow(ctx, due)
	}
	if l.json || !p.term.live || !isTerminal(p.stdin) {
		return false, firstError(err, &unaskedError{due.String()})
	}
	if err := p.printSurge(err); err != nil {
		return false, err
	}
	if p.confirm(ctx, due) {
		return true, nil
	}
	p.term.printf("nothing was changed\n")
	return false, nil
}

// printCarriedOut reports that a saved plan was executed before. It returns err, if that could not be determined.
func (p *program) printCarriedOut(l look, file string, due *sweeper.Plan, run int64, err error) error {
	switch {
	case err != nil:
		return err
	case l.json:
		p.json(jsonCarriedOut{"carried_out", run, due.ID})
	default:
		p.term.printf("%s was already applied as run %d; nothing was changed\n", safe(file), run)
	}
	return nil
}

// printSurge prints a surge as a warning before the question. It returns any other error.
func (p *program) printSurge(err error) error {
	surge, ok := errors.AsType[*sweeper.SurgeError](err)
	if !ok {
		return err
	}
	fmt.Fprintf(p.stderr, "%s %s\n", p.term.paint("33", "warning:"), surge)
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func isFile(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Mode().IsRegular()
}

// openFor opens the storages of a saved plan, or those in args.
func (p *program) openFor(ctx context.Context, args []string, due *sweeper.Plan) (*app.App, error) {
	o := p.options()
	if o.Gone = due != nil; due != nil {
		for _, sc := range due.Scope {
			if sc.Roots == nil {
				args = append(args, sc.Storage)
			}
			args = append(args, sc.Roots...)
		}
	}
	o.Only, o.Act = args, true
	return p.openApp(ctx, o)
}

// planNow scans, prints the results, and returns the plan of what is due.
func (p *program) planNow(ctx context.Context, l look, a *app.App) (due *sweeper.Plan, sum *sweeper.Summary, err error) {
	sum, err = p.show(l, a, func(o sweeper.ScanOptions) (sum *sweeper.Summary, err error) {
		due, sum, err = a.Plan(ctx, o)
		return sum, err
	})
	if err != nil {
		return nil, sum, err
	}
	if l.json {
		p.json(problemLines(sum)...)
	} else {
		p.conclude(l, a, sum, nil)
	}
	return due, sum, nil
}

// confirm shows what would be done and reports whether the user answers yes. An interrupt is a no.
func (p *program) confirm(ctx context.Context, due *sweeper.Plan) bool {
	fmt.Fprintf(p.stderr, "%s? [y/N] ", due)
	answers := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(p.stdin).ReadString('\n')
		answers <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case answer := <-answers:
		return answer == "y" || answer == "yes"
	case <-ctx.Done():
		fmt.Fprintln(p.stderr)
		return false
	}
}

// printKept prints how long the trash of each account keeps the files.
func (p *program) printKept(ctx context.Context, l look, a *app.App, sum *sweeper.Summary) error {
	if l.json || sum.Trashed == 0 || len(p.accounts()) == 0 {
		return nil
	}
	r, err := report.Read(ctx, a.Journal, sum.Run, a.Policy)
	for _, k := range r.Kept {
		if k.Account {
			p.term.printf("%s\n", k)
		}
	}
	return err
}

// done prints the summary of a run that may have changed something.
func (p *program) done(l look, sum *sweeper.Summary) {
	if l.json {
		p.json(problemLines(sum)...)
		p.json(runLine(sum))
		return
	}
	p.problems(sum)
	p.term.printf("run %d: %s", sum.Run, report.Describe(sum))
	if sum.Trashed > 0 {
		p.term.printf("; to restore: %s", p.term.bold(fmt.Sprintf("sweepd undo %d", sum.Run)))
	}
	p.term.printf("\n")
}
