package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// jsonStatus is the output of status --json. Without a record the figures are 0 and last_run is null; without a daemon,
// daemon is null.
type jsonStatus struct {
	Type        string           `json:"type"` // "status"
	State       string           `json:"state"`
	Policy      string           `json:"policy"` // "" = none
	InTrash     int64            `json:"in_trash"`
	Bytes       int64            `json:"in_trash_bytes"`
	Oldest      *time.Time       `json:"in_trash_since"`
	Interrupted int64            `json:"interrupted"`
	Paused      language.Message `json:"paused,omitzero"`        // why nothing is deleted
	RecordErr   string           `json:"record_error,omitempty"` // why the record cannot be read: the disk is full
	LastRun     json.RawMessage  `json:"last_run"`
	Daemon      *status.Daemon   `json:"daemon"`
	DaemonErr   string           `json:"daemon_error,omitempty"` // a daemon runs and does not answer
	First       *status.Problem  `json:"first,omitempty"`        // the problem to mend first; nil = none is known

	problems []*status.Problem // each may be nil
}

// statusOptions are the flags of status.
type statusOptions struct {
	json bool
}

// newStatusCmd returns the verb status. It reads files and asks the control socket; it opens no storage.
func newStatusCmd(p *program) *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status",
		Short: "show the state of the service, the last run and the trash",
		Long: `status prints where the record and the policy are, the last run, what sweepd has in
the trash, and the state of the running service with each of its storages.

Exit status: 0 also if no service is running, 3 if the record is damaged or
incomplete.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runStatus(cmd.Context(), p, o) },
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON object")
	return cmd
}

// runStatus prints the state of the service, the record and the trash. The parts are asked for one after the other, and
// each that fails is itself a part of the status as far as possible: a user whose disk is full or whose service hangs
// needs the rest. Only a damaged record is an error.
func runStatus(ctx context.Context, p *program, o statusOptions) error {
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return err
	}
	st := jsonStatus{Type: "status", State: paths.State, LastRun: json.RawMessage("null")}
	if st.Policy, err = paths.FindPolicy(p.options().NamedPolicy()); err != nil {
		return err
	}
	st.pause(paths.Paused(p.now()))
	// Before the policy: a daemon knows its own file, and an invalid one is then its problem.
	st.ask(ctx, paths.Control())
	last, err := st.record(ctx, p, paths)
	if err != nil {
		return err
	}
	pol, invalid := st.policy(paths)
	st.First = status.First(st.problems...)
	if o.json {
		p.json(st)
		return nil
	}
	p.printStatus(st, last)
	if st.Daemon != nil && st.Daemon.Held.IsZero() && invalid == nil { // else its Held was printed
		p.warnDiffers(app.Differs(st.Daemon, st.Policy, pol))
	}
	return nil
}

// pause fills in the reason why deletion is paused; nil: it is not.
func (st *jsonStatus) pause(why error) {
	if why != nil && st.Paused.IsZero() {
		st.Paused = language.Explanation(why)
		st.problems = append(st.problems, app.ProblemOf("", why))
	}
}

// policy loads the policy file, if there is one. It adds an invalid one to the problems unless a daemon runs, which
// knows its own file.
func (st *jsonStatus) policy(paths app.Paths) (*policy.Policy, error) {
	if st.Policy == "" {
		return nil, fs.ErrNotExist
	}
	pol, err := app.LoadPolicy(st.Policy, paths.Home)
	if err != nil && st.Daemon == nil {
		st.problems = append(st.problems, app.PolicyProblem(err))
	}
	return pol, err
}

// record fills in the figures from the journal, if there is one, and the pause of several machines, which is in it. It
// returns the last run. A full disk, on which it cannot be read, is a part of the status.
func (st *jsonStatus) record(ctx context.Context, p *program, paths app.Paths) (last journal.Run, err error) {
	j, err := p.journal(ctx)
	if _, missing := errors.AsType[*app.UsageError](err); missing {
		return last, nil
	}
	if errors.Is(err, providers.ErrFull) {
		st.RecordErr = err.Error()
		st.problems = append(st.problems, app.ProblemOf("", err))
		return last, nil
	}
	if err != nil {
		return last, err
	}
	defer j.Close()
	st.pause(app.Paused(ctx, paths, j, p.now()))
	return st.read(ctx, j)
}

// ask fills in the state of the daemon, if one runs. If it does not answer, that is a part of the status and no
// reason to leave out the rest.
func (st *jsonStatus) ask(ctx context.Context, socket string) {
	d, err := status.Status(ctx, socket)
	switch {
	case err == nil:
		st.Daemon = &d
		st.problems = append(st.problems, d.First)
	case !errors.Is(err, fs.ErrNotExist):
		st.DaemonErr = err.Error()
		st.problems = append(st.problems, app.ProblemOf("", err))
	}
}

// read fills in the figures from the journal. Operations come oldest first, so the first one in the trash is the
// oldest. The figures are counted here because the journal has no totals of what is still in the trash.
func (st *jsonStatus) read(ctx context.Context, j *journal.Journal) (last journal.Run, err error) {
	for op, err := range j.Operations(ctx, journal.Filter{InTrash: true}) {
		if err != nil {
			return last, err
		}
		if st.InTrash++; st.Oldest == nil {
			st.Oldest = moment(op.Ended)
		}
		st.Bytes += op.Op.Entry.Size
	}
	for _, err := range j.Operations(ctx, journal.Filter{Open: true}) {
		if err != nil {
			return last, err
		}
		st.Interrupted++
	}
	runs, err := j.Runs(ctx, 1)
	if err == nil && len(runs) > 0 {
		last = runs[0]
		st.LastRun, err = json.Marshal(jsonHistory{
			"run", last.ID, last.Kind, moment(last.Began), moment(last.Ended), last.Err, last.Summary,
		})
	}
	return last, err
}

// printStatus prints the status as lines of a name, padded to eleven columns, and a value. The problem to mend first
// comes before all others.
func (p *program) printStatus(st jsonStatus, last journal.Run) {
	t := p.term
	if st.First != nil {
		t.printf("first: %s\n", t.text(st.First.Hint))
	}
	t.printf("state      %s\n", safe(tilde(st.State, p.home())))
	if st.Policy == "" {
		t.printf("policy     none; the built-in policy applies to folders that you name\n")
	} else {
		t.printf("policy     %s\n", safe(tilde(st.Policy, p.home())))
	}
	if !st.Paused.IsZero() {
		t.printf("paused     %s; to continue: sweepd resume\n", t.text(st.Paused))
	}
	if st.RecordErr != "" {
		t.printf("record     cannot be read: %s\n", safe(st.RecordErr))
	} else if last.ID == 0 {
		t.printf("last run   none yet\n")
	} else {
		t.printf("last run   %d, %s, %s: %s\n", last.ID, last.Kind, language.When(last.Began, p.now()),
			t.text(report.Brief(last)))
	}
	trash := language.Messagef("nothing of ours")
	switch {
	case st.RecordErr != "":
		trash = language.Messagef("not known")
	case st.InTrash > 0:
		trash = language.Messagef("%s of ours (%s), the oldest since %s", count(st.InTrash, "file"), size(st.Bytes),
			language.When(*st.Oldest, p.now()))
	}
	t.printf("in trash   %s\n", trash)
	if st.Interrupted > 0 {
		t.item(11, "unfinished %s; the next apply or undo completes the record\n",
			count(st.Interrupted, "operation"))
	}
	switch {
	case st.Daemon != nil:
		p.printDaemon(st.Daemon)
	case st.DaemonErr != "":
		t.printf("daemon     running, but not responding: %s\n", safe(st.DaemonErr))
	default:
		t.printf("daemon     not running\n")
	}
}
