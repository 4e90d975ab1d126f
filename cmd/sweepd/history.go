package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// historyOptions are the arguments and flags of history.
type historyOptions struct {
	which
	args   []string // the number of a run, or a file; none: the runs that the flags select
	verify bool

	documents bool // on the page
	page      outputFile
	json      bool
}

// newHistoryCmd returns the verb history. It opens the record for reading only, so it works beside a running service.
func newHistoryCmd(p *program) *cobra.Command {
	o := historyOptions{page: outputFile{doing: "write the page", kind: "a page of sweepd", is: report.IsPage}}
	cmd := &cobra.Command{
		Use:   "history [RUN | PATH|STORAGE:PATH|STORAGE:ID]",
		Short: "list past runs, the operations of one run, or those on one file",
		Long: `history lists past runs, the operations of one run, or the moves of one file to the
trash, by the path that it had, with what became of it since.

Every operation, and every keep and approve, is a line of a hash chain: each line
has the hash of the line before. --verify reads the whole chain and detects any line
that was changed, removed, added or moved. sweepd also does this before it deletes
anything.

--html writes the runs as one web page, with the outcome by rule and thumbnails
of the files in this machine's trash. It replaces other kinds of files only with
--force; - is standard output. With --documents, the page also lists the documents
that contain a picture from ChatGPT, as scan --documents does, and the run that moved
a file with the same bytes to the trash. No picture is scanned for it.

Exit status: 1 if a document could not be read; 3 if the record is damaged or
incomplete.`,
		Example: "  sweepd history --since yesterday\n  sweepd history --since 7d --html history.html\n" +
			"  sweepd history ~/Downloads/a.png",
		Args:              atMostOne("run or file"),
		ValidArgsFunction: p.completeHistory,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.args = args
			if err := notBoth(cmd, args); err != nil {
				return err
			}
			if o.documents && o.page.named == "" {
				return &app.UsageError{
					Err:  errors.New("--documents is for a page"),
					Hint: "name it: sweepd history --documents --html FILE",
				}
			}
			return runHistory(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per line")
	cmd.Flags().BoolVar(&o.verify, "verify", false, "check that the record is complete and unchanged")
	cmd.Flags().IntVarP(&o.number, "number", "n", 20, "maximum `NUMBER` of runs")
	cmd.Flags().StringVar(&o.since, "since", "",
		"list all runs since a `TIME`, "+sinceUsage)
	cmd.Flags().StringVar(&o.page.named, "html", "", "write the runs to `FILE` as a web page; - is standard output")
	cmd.Flags().BoolVar(&o.page.force, "force", false, "replace the --html file even if it is not a sweepd page")
	cmd.Flags().BoolVar(&o.documents, "documents", false,
		"with --html, also list the documents with pictures from ChatGPT in them")
	offer(cmd, "since", "today", "yesterday", "7d", "4w")
	cmd.MarkFlagsMutuallyExclusive("html", "json")
	cmd.MarkFlagsMutuallyExclusive("html", "verify")
	cmd.MarkFlagsMutuallyExclusive("since", "number")
	return cmd
}

// notBoth returns a *app.UsageError if a run or file is named and a flag selects runs. cobra's groups of flags do not
// cover arguments.
func notBoth(cmd *cobra.Command, args []string) error {
	for _, flag := range []string{"since", "number"} {
		if len(args) > 0 && cmd.Flags().Changed(flag) {
			return &app.UsageError{
				Err:  fmt.Errorf("--%s selects runs, and %s names one run or file", flag, args[0]),
				Hint: "leave out one of them",
			}
		}
	}
	return nil
}

// runHistory prints the runs, or the operations of one; or it verifies the record, or writes a page. An argument that
// is no number is a file. It returns a *app.UsageError if there is no record, no such run, or no move of that file, and
// the error of the first damaged line with --verify.
func runHistory(ctx context.Context, p *program, o historyOptions) error {
	j, err := p.journal(ctx)
	if err != nil {
		return err
	}
	defer j.Close()
	switch {
	case o.verify:
		return p.verify(ctx, j, o.json)
	case o.page.named != "":
		return p.page(ctx, j, o)
	case len(o.args) == 0:
		return p.runs(ctx, j, o)
	}
	run, err := runNumber(o.args[0])
	if err != nil {
		return p.fileHistory(ctx, j, o.args[0], o.json)
	}
	return p.operations(ctx, j, run, o.json)
}

// jsonVerified is the output of history --verify --json.
type jsonVerified struct {
	Type  string `json:"type"` // "verified"
	Lines int64  `json:"lines"`
}

// verify checks the record. Check compares the newest hash with the one beside the record, Verify reads every line;
// both errors satisfy journal.Unreliable.
func (p *program) verify(ctx context.Context, j *journal.Journal, asJSON bool) error {
	if err := j.Check(ctx); err != nil {
		return err
	}
	lines, err := j.Verify(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		p.json(jsonVerified{"verified", lines})
		return nil
	}
	p.term.printf("the record is complete and unchanged: %s\n", count(lines, "line"))
	return nil
}

// journal opens the record for reading. It returns a *app.UsageError if there is none yet, which for most verbs means
// that sweepd has done nothing so far. The caller closes it.
func (p *program) journal(ctx context.Context) (*journal.Journal, error) {
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return nil, err
	}
	j, err := journal.OpenReadOnly(ctx, paths.Journal())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &app.UsageError{
			Err:  fmt.Errorf("no record in %s yet", paths.State),
			Hint: "start with: sweepd scan ~/Downloads",
		}
	}
	return j, err
}

// jsonHistory is one run of history --json; jsonOperation one operation. Summary is that of the run as it was saved,
// whose fields depend on the kind: docs/json.md. Times are in UTC.
type jsonHistory struct {
	Type    string          `json:"type"` // "run"
	Run     int64           `json:"run"`
	Kind    string          `json:"kind"`
	Began   *time.Time      `json:"began"`
	Ended   *time.Time      `json:"ended"` // null: it was interrupted, or is under way
	Error   string          `json:"error,omitempty"`
	Summary json.RawMessage `json:"summary"`
}

// jsonOperation is one operation: an intent with its outcome. State is open while there is no outcome, as after a
// crash; the next apply or undo finds out what happened. Resolved is the kind of the operation that took a trashed file
// out of the trash again: restore, purge, or gone if the trash was emptied by others.
type jsonOperation struct {
	Type     string     `json:"type"` // "operation"
	Run      int64      `json:"run"`
	Kind     string     `json:"kind"`
	Storage  string     `json:"storage"`
	Path     string     `json:"path"`
	Ref      string     `json:"ref,omitempty"` // an account's ID of the file
	Size     int64      `json:"size"`
	State    string     `json:"state"` // "open", "done", "failed"
	Rule     string     `json:"rule"`
	Reasons  []string   `json:"reasons"`
	Error    string     `json:"error,omitempty"`
	Began    *time.Time `json:"began"`
	Ended    *time.Time `json:"ended"`
	Resolved string     `json:"resolved,omitempty"` // what happened to a trashed file since
}

// which are the flags that select runs. Only one of them is set by the user; number has a default.
type which struct {
	number int
	since  string
}

// runs returns the runs that the flags select, newest first. With since the number is not limited: a summary of a month
// that leaves out runs would be wrong.
func (w which) runs(ctx context.Context, j *journal.Journal, now time.Time) ([]journal.Run, error) {
	if w.since == "" {
		return j.Runs(ctx, w.number)
	}
	since, err := parseSince(w.since, now)
	if err != nil {
		return nil, err
	}
	return j.RunsSince(ctx, since)
}

// runs prints a line for each selected run. A run that was interrupted, or is under way, is described as that.
func (p *program) runs(ctx context.Context, j *journal.Journal, o historyOptions) error {
	runs, err := o.runs(ctx, j, p.now())
	if err != nil {
		return err
	}
	for _, r := range runs {
		if o.json {
			p.json(jsonHistory{"run", r.ID, r.Kind, moment(r.Began), moment(r.Ended), r.Err, r.Summary})
			continue
		}
		p.term.printf("%4d  %-16s  %-6s %s\n", r.ID, language.When(r.Began, p.now()), r.Kind,
			p.term.text(report.Brief(r)))
	}
	if len(runs) == 0 && !o.json {
		p.noRuns(o.since != "")
	}
	return nil
}

// noRuns prints that no run was found.
func (p *program) noRuns(since bool) {
	if since {
		p.term.printf("no runs since then\n")
		return
	}
	p.term.printf("no runs yet\n")
}

// operations prints one run and its operations, in the order in which they began. It returns a *app.UsageError if there
// is no such run.
func (p *program) operations(ctx context.Context, j *journal.Journal, run int64, asJSON bool) error {
	r, err := j.Run(ctx, run)
	if errors.Is(err, fs.ErrNotExist) {
		return noRun(run)
	}
	if err != nil {
		return err
	}
	if asJSON {
		p.json(jsonHistory{"run", r.ID, r.Kind, moment(r.Began), moment(r.Ended), r.Err, r.Summary})
	} else {
		p.term.printf("run %d, %s, %s: %s\n", r.ID, r.Kind, r.Began.Local().Format("2006-01-02 15:04:05"),
			p.term.text(report.Brief(r)))
	}
	for op, err := range j.Operations(ctx, journal.Filter{Run: run}) {
		if err != nil {
			return err
		}
		if asJSON {
			p.json(operationLine(op))
			continue
		}
		p.operation(op)
	}
	return nil
}

// operationLine returns an operation for --json. Reasons are those of the time of the move, in English.
func operationLine(op journal.Operation) jsonOperation {
	line := jsonOperation{
		"operation", op.Op.Cause.Run, string(op.Op.Kind), op.Op.Storage, op.Op.Entry.Path, refOf(op.Op.Entry),
		op.Op.Entry.Size, op.State(), op.Op.Cause.Rule, op.Op.Cause.Reasons, "", moment(op.Began), moment(op.Ended),
		string(op.Resolved),
	}
	if op.Err != nil {
		line.Error = op.Err.Error()
	}
	if line.Reasons == nil {
		line.Reasons = []string{}
	}
	return line
}

// operation prints what was done to one file, and what happened to it since.
func (p *program) operation(op journal.Operation) {
	note := stateOfOperation(op)
	if op.Err == nil && op.Resolved != "" {
		note = language.Messagef("done; %s", report.Since(op.Resolved))
	}
	p.term.printf("  %-7s  %8s  %s\n", op.Op.Kind, size(op.Op.Entry.Size),
		p.term.fit(p.place(op.Op.Storage, op.Op.Entry.Path), 21))
	p.term.note(p.term.text(ruled(note, op.Op.Cause)), 11)
}

// stateOfOperation returns the state of an operation as text. An operation that failed has its error, which was
// recorded as text at that time.
func stateOfOperation(op journal.Operation) language.Message {
	switch op.State() {
	case "done":
		return language.Messagef("done")
	case "open":
		return language.Messagef("open")
	}
	return language.Messagef("not done: %v", op.Err)
}

// ruled adds the rule that decided to a note, if one did.
func ruled(note language.Message, c providers.Cause) language.Message {
	if c.Rule == "" {
		return note
	}
	return language.Messagef("%s (rule %s)", note, c.Rule)
}
