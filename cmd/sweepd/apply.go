package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/sweeper"
)

// applyOptions are the arguments and flags of apply.
type applyOptions struct {
	listing
	args []string // the file of a saved plan; or folders and storages; none: all storages of the policy
	yes  bool
}

// newApplyCmd returns the verb apply. It takes either one file with a saved plan, or folders and storages to scan now;
// a regular file is a plan, because scans take folders only.
func newApplyCmd(p *program) *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:               "apply [PLAN | PATH|STORAGE...]",
		ValidArgsFunction: p.where,
		SuggestFor:        []string{"redo"},
		Short:             "move files that are due to the trash, from a saved plan or a new scan",
		Long: `apply executes a saved plan, or scans and executes what is due: it moves files to
the trash of their own storage, starts grace periods, and permanently deletes
what the policy's trash: section allows.

- is a saved plan from standard input. It needs no confirmation either, but counts
as not reviewed: a plan far above the usual size is refused.

apply lists what the plan would do, and with --all every image that the scan found.
The plan is checked against the policy's limits before the first file is moved.
Every move is recorded before and after it happens; sweepd undo restores files.

On a terminal apply asks for confirmation. Without a terminal, as in a script,
it changes nothing and exits with status 3, unless given a saved plan or --yes.

Exit status: 1 if something failed or was skipped for safety, 3 if the whole plan
was refused for safety: over the limits, far more than usual, paused, not
confirmed, or made with another policy.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.args = args
			return runApply(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "list every image found, not only what would be done")
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per line")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask for confirmation")
	return cmd
}

// runApply executes a saved plan, or what a new scan finds due. With --json the files and the problems are printed
// before the plan is carried out, and the summary of the run after it. A file that could not be read during the scan
// makes the status 1, but does not keep the rest of the plan from being applied.
func runApply(ctx context.Context, p *program, o applyOptions) error {
	if len(o.args) == 1 && (o.args[0] == "-" || isFile(o.args[0])) {
		return p.applySaved(ctx, o.args[0], o.json)
	}
	a, err := p.open(ctx, o.args, true)
	if err != nil {
		return err
	}
	defer a.Close()
	due, sum, err := p.showDue(ctx, o.listing, a)
	if err != nil {
		return err
	}
	if o.json {
		p.json(problemLines(sum)...)
	} else {
		p.conclude(false, a, sum, ending{})
	}
	if !o.json && !o.all && due.Empty() && sum.Matched > 0 {
		p.term.printf("for the reasons, see: %s\n", p.term.bold("sweepd scan"))
	}
	err = p.applyNew(ctx, o, a, due)
	if sum.Errors > 0 {
		return cmp.Or(err, errTrouble)
	}
	return err
}

// applySaved executes the plan in a file, unless that was done before. The plan names its storages and folders itself
// (Plan.Scope). A folder that is missing meanwhile is no error of the command line: its files are reported as gone, and
// the rest of the plan goes on. A plan that was carried out before is not an error either, so that a script can repeat
// the command after a crash.
func (p *program) applySaved(ctx context.Context, file string, asJSON bool) error {
	due, err := p.loadPlan(file)
	if err != nil {
		return &app.UsageError{Err: err, Hint: "create one with: sweepd plan -o FILE"}
	}
	if file == "-" {
		file = p.term.in.Sprintf("the plan")
	}
	o := p.options()
	o.Act, o.Gone = true, true
	// The plan was made for these folders; the policy may name others meanwhile.
	for _, sc := range due.Scope {
		if sc.Roots == nil {
			o.Only = append(o.Only, sc.Storage)
		}
		o.Only = append(o.Only, sc.Roots...)
	}
	a, err := p.openApp(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	run, err := a.Sweeper.CarriedOut(ctx, due)
	switch {
	case err != nil:
		return err
	case run != 0 && asJSON:
		p.json(jsonCarriedOut{"carried_out", run, due.ID})
		return nil
	case run != 0:
		p.term.printf("%s was already applied as run %d; nothing was changed\n", safe(file), run)
		return nil
	}
	return p.applyPlan(ctx, asJSON, a, due)
}

// applyNew executes a plan that was just made, once the user agrees to it. A plan that the user agreed to counts as
// reviewed, which lifts the check for a surge; one that --yes lets through does not.
func (p *program) applyNew(ctx context.Context, o applyOptions, a *app.App, due *sweeper.Plan) error {
	if !o.yes && !due.Empty() {
		if agreed, err := p.agree(ctx, o.json, a, due); err != nil || !agreed {
			return err
		}
		due.Reviewed = true
	}
	return p.applyPlan(ctx, o.json, a, due)
}

// applyPlan executes a plan and prints the summary of the run.
func (p *program) applyPlan(ctx context.Context, asJSON bool, a *app.App, due *sweeper.Plan) error {
	sum, err := p.execute(ctx, asJSON, a, due)
	if sum != nil {
		err = errors.Join(err, p.printKept(ctx, asJSON, a, sum))
	}
	if err != nil {
		return err
	}
	return trouble(sum)
}

// execute executes a plan, and shows its progress and its summary. The summary is nil if there is no run. An error and
// a summary can come together: the run stopped in the middle, and the summary has what was done until then. Files that
// failed or were refused are in the summary and are no error.
func (p *program) execute(ctx context.Context, asJSON bool, a *app.App, due *sweeper.Plan) (*sweeper.Summary, error) {
	total := len(due.Trash) + len(due.Purge)
	sum, err := a.Sweeper.Execute(ctx, due, func(done int) { p.term.progress("done: %d of %d", done, total) })
	p.term.settle()
	if sum != nil {
		p.done(asJSON, sum)
	}
	return sum, err
}

// unaskedError refuses a plan because the user cannot be asked. Its status is exitUnsafe: a script that has forgotten
// --yes must not change anything.
type unaskedError struct{ plan string }

// Error names what apply would have done, so that the log of a script is of use.
func (e *unaskedError) Error() string {
	return "apply would " + e.plan + ", but there is no terminal to ask for confirmation"
}

// agree asks the user whether to execute the plan. It returns an *unaskedError if the question cannot be shown and
// answered, or the reason if the plan is refused regardless of the answer. The refusals come before the question, so
// that the user is not asked about a plan that cannot run. A surge is a warning instead: the answer to the question is
// the review that it asks for.
func (p *program) agree(ctx context.Context, asJSON bool, a *app.App, due *sweeper.Plan) (bool, error) {
	err := a.Paused(ctx)
	if err == nil {
		err = a.Sweeper.Allow(ctx, due)
	}
	if asJSON || !p.term.live || !isTerminal(p.stdin) {
		return false, cmp.Or[error](err, &unaskedError{due.String()})
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

// printSurge prints a surge as a warning before the question. It returns any other error.
func (p *program) printSurge(err error) error {
	surge, ok := errors.AsType[*sweeper.SurgeError](err)
	if !ok {
		return err
	}
	p.warn("%s", surge)
	return nil
}

// isFile reports whether path names a regular file, after links are followed.
func isFile(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Mode().IsRegular()
}

// confirm shows what would be done and reports whether the user answers yes. An interrupt is a no. The read itself
// cannot be interrupted, so it goes on in a goroutine until the process ends; nothing else reads stdin then.
func (p *program) confirm(ctx context.Context, due *sweeper.Plan) bool {
	p.term.show("%s? [y/N] ", due)
	answers := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(p.stdin).ReadString('\n')
		answers <- answer
	}()
	select {
	case answer := <-answers:
		return p.term.agrees(answer)
	case <-ctx.Done():
		fmt.Fprintln(p.stderr)
		return false
	}
}

// show prints a text to standard error, where questions are.
func (t *terminal) show(format string, args ...any) { t.err.print(t.in.Sprintf(format, args...), hang) }

// declines reports whether an answer is a no: n or no, or the same in the user's language.
func (t *terminal) declines(answer string) bool {
	no := []string{"n", "no", t.in.Sprintf("n"), t.in.Sprintf("no")}
	return slices.Contains(no, strings.ToLower(strings.TrimSpace(answer)))
}

// agrees reports whether an answer is a yes: y or yes, or the same in the user's language. Any other answer is a no.
// The English letters count in every language, because a user who has read the manual knows those.
func (t *terminal) agrees(answer string) bool {
	yes := []string{"y", "yes", t.in.Sprintf("y"), t.in.Sprintf("yes")}
	return slices.Contains(yes, strings.ToLower(strings.TrimSpace(answer)))
}

// printKept prints how long the trash of each account keeps the files. A service deletes what is in its trash by its
// own clock (30 days in Google Drive and in most Dropbox plans), regardless of the policy, so the user has to know it
// at the time of the move.
func (p *program) printKept(ctx context.Context, asJSON bool, a *app.App, sum *sweeper.Summary) error {
	if asJSON || sum.Trashed == 0 || len(p.accounts().Storages) == 0 {
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
func (p *program) done(asJSON bool, sum *sweeper.Summary) {
	if asJSON {
		p.json(problemLines(sum)...)
		p.json(runLine(sum))
		return
	}
	p.problems(sum)
	restore := ""
	if sum.Trashed > 0 {
		restore = p.term.in.Sprintf("; to restore: %s", p.term.bold(fmt.Sprintf("sweepd undo %d", sum.Run)))
	}
	p.term.printf("run %d: %s%s\n", sum.Run, report.Describe(sum), restore)
}
