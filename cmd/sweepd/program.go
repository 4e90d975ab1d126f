package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/internal/event"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// program is one invocation. Tests make one with streams of their own, a fixed clock and an account of a simulated
// cloud; main makes the one of the process. It is used by one goroutine, but for the readers of standard input that
// outlive a verb (listener), which touch stdin only.
type program struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	controlled     bool  // it was started on a terminal, whose end causes a SIGHUP
	heap           *heap // nil: as Go paces the collector, or the user
	getenv         func(string) string
	now            func() time.Time
	uptime         func() (boot string, since time.Duration) // nil: the kernel's

	// account opens an account; nil: see app.Options.
	account func(ctx context.Context, name string, st policy.Storage) (providers.Driver, []string, error)
	net     oauth.Net // how calls to clouds are made; zero: see app.Options
	// upload uploads a picture to OpenAI; nil: see app.Options.
	upload sweeper.Ask
	// classifier is nil for the built-in one.
	classifier *fingerprint.Classifier

	term       *terminal
	remote     *policy.Policy // see accounts
	policyFile string
	policyText []byte // of standard input; nil: the policy is in a file
	verbose    bool
	started    bool // the command line was valid
	warned     bool // about a service with another policy
}

// main runs the command line, prints its errors and returns the exit status. A write to standard output that failed, as
// to a full disk, makes the status at least exitTrouble even if the verb succeeded: a plan or a list that is cut off
// must not count as complete.
func (p *program) main(ctx context.Context) int {
	p.term = newTerminal(p.stdout, p.stderr, p.getenv, p.now)
	out := &output{Writer: p.stdout}
	p.term.out.Writer = out
	root := p.root()
	root.SetArgs(p.args)
	root.SetOut(out)
	root.SetErr(p.stderr)
	adaptDefaults(root, p.args)
	translateHelp(root, p.term.in)
	err := root.ExecuteContext(ctx)
	p.term.settle()
	status := p.exit(err)
	if out.err == nil {
		return status
	}
	fmt.Fprintf(p.stderr, "%s cannot write the output: %s\n", p.term.err.paint("31", "error:"), cause(out.err))
	return max(status, exitTrouble)
}

// root returns the command with all its verbs. The verbs are in groups, in the order in which --help lists them.
// PersistentPreRunE runs before every verb; from then on an error is no longer one of the command line
// (program.started), by which diagnose distinguishes status 2 from status 1.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "sweepd",
		Short: "find images generated in ChatGPT and delete them by policy",
		Long: `sweepd finds images that you generated in ChatGPT and saved to disks or cloud
accounts, and deletes them as a policy file says, through the trash.

Only apply, undo, and trash purge or trash empty with --apply change files.

Exit status: 0 success; 1 something failed or was skipped for safety; 2 invalid
command line or policy; 3 the whole run was refused for safety.`,
		Example: `  sweepd scan ~/Downloads ~/Pictures     # find ChatGPT images; changes nothing
  sweepd apply ~/Downloads ~/Pictures    # move them to the trash, after confirmation
  sweepd undo --last                     # restore the files of the latest run`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			err := compatible(cmd)
			if err == nil && p.policyFile == "-" {
				err = p.readPolicyInput(cmd)
			}
			p.started = err == nil
			return err
		},
	}
	group(root)
	root.SetFlagErrorFunc(flagError)
	root.Version = programVersion()
	root.SetVersionTemplate("sweepd {{.Version}}\n")
	root.Flags().BoolP("version", "V", false, "print the version, revision and build date")
	root.PersistentFlags().StringVar(&p.policyFile, "policy", "",
		"policy `FILE`, - is standard input (default $SWEEPD_POLICY, then ~/.config/sweepd/policy.yaml, "+
			"then /etc/sweepd/policy.yaml)")
	root.PersistentFlags().Func("color",
		"use colours `WHEN`: auto (on a terminal, the default), always (also in a pipe) or never", p.term.setColour)
	offer(root, "color", colourWords()...)
	root.PersistentFlags().BoolVarP(&p.verbose, "verbose", "v", false, "write debug logs to standard error")
	for _, g := range []struct {
		id, title string
		verbs     []*cobra.Command
	}{
		{"look", "Look (changes nothing):", []*cobra.Command{
			newScanCmd(p), newReviewCmd(p), newExplainCmd(p), newPlanCmd(p), newStatusCmd(p), newHistoryCmd(p),
			newConversationsCmd(p), newCheckCmd(p), newDoctorCmd(p),
		}},
		{"delete", "Delete and bring back:", []*cobra.Command{newApplyCmd(p), newUndoCmd(p), newTrashCmd(p)}},
		{"override", "Override the policy:", []*cobra.Command{
			newKeepCmd(p), newApproveCmd(p), newForgetCmd(p), newPauseCmd(p), newResumeCmd(p),
		}},
		{"export", "Your data export:", []*cobra.Command{newLearnCmd(p)}},
		{"service", "Service:", []*cobra.Command{
			newRunCmd(p), newSweepCmd(p), newReloadCmd(p), newNotifyCmd(p), newFleetCmd(p),
		}},
		{"account", "Accounts:", []*cobra.Command{newLoginCmd(p), newLogoutCmd(p)}},
		{"start", "Get started:", []*cobra.Command{newInitCmd(p), newDemoCmd(p)}},
	} {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, verb := range g.verbs {
			verb.GroupID = g.id
		}
		root.AddCommand(g.verbs...)
	}
	root.AddCommand(newVersionCmd(p), newJournalCmd(p))
	root.InitDefaultHelpCmd()
	return root
}

// exit prints an error with its hint, and returns its exit status. A *loggedError, errTrouble and errInvalid are not
// printed, because the log or the terminal has them already.
func (p *program) exit(err error) int {
	if err == nil {
		return exitDone
	}
	_, logged := errors.AsType[*loggedError](err)
	if !logged && !errors.Is(err, errTrouble) && !errors.Is(err, errInvalid) {
		p.term.err.printf("%s %s\n", p.term.err.paint("31", "error:"), lines(err.Error()))
	}
	status, hint := p.diagnose(err)
	if !logged {
		p.hint(hint)
	}
	return status
}

// warn prints a warning. The format is a text of the catalogs: it is printed in the user's language, to standard error.
func (p *program) warn(format string, args ...any) {
	p.term.err.printf("%s %s\n", p.term.err.paint("33", "warning:"), p.term.in.Sprintf(format, args...))
}

// hint prints what the user can do; nothing if there is no hint.
func (p *program) hint(hint string) {
	if hint != "" {
		p.term.err.printf("hint: %s\n", hint)
	}
}

// diagnose returns the exit status and the hint of an error. It is the one place that maps errors to statuses. The
// order matters: an error can match several cases, and the first is the most specific. A safety refusal (exitUnsafe)
// comes before the errors of files, so that a caller can rely on 3 to mean that nothing was changed. The hint is in
// English and "" if there is nothing to advise.
func (p *program) diagnose(err error) (status int, hint string) {
	if unwritten, ok := errors.AsType[*unwrittenError](err); ok {
		return unwritten.diagnose()
	}
	if usage, ok := errors.AsType[*app.UsageError](err); ok {
		return exitUsage, usage.Hint
	}
	if _, ok := errors.AsType[*policyfile.Error](err); ok {
		return exitUsage, ""
	}
	if errors.Is(err, errInvalid) {
		return exitUsage, ""
	}
	if _, ok := errors.AsType[*unaskedError](err); ok {
		return exitUnsafe, "nothing was changed; to skip the prompt, use --yes; to review first, run: sweepd plan " +
			"-o plan.json, then sweepd apply plan.json"
	}
	if _, ok := errors.AsType[*sweeper.LimitError](err); ok {
		return exitUnsafe,
			"nothing was changed; review the plan, then raise limits: in the policy or name fewer folders"
	}
	if _, ok := errors.AsType[*sweeper.SurgeError](err); ok {
		return exitUnsafe,
			"nothing was changed; review the plan and apply it: sweepd plan -o plan.json, then sweepd apply plan.json"
	}
	if _, ok := errors.AsType[*journal.LeasedError](err); ok {
		return exitUnsafe, "nothing was changed; wait for it to finish, or see: sweepd status"
	}
	// A full disk and an interrupt have better hints below, although the record is what could not be opened.
	state, ok := errors.AsType[*app.StateError](err)
	if ok && !errors.Is(err, context.Canceled) && !errors.Is(err, providers.ErrFull) {
		return exitTrouble, fmt.Sprintf(
			"check that you own %s and can write to it; to keep the record elsewhere, set STATE_DIRECTORY=FOLDER",
			state.Dir,
		)
	}
	if out, ok := errors.AsType[*outputError](err); ok {
		return exitTrouble, out.hint()
	}
	// Hints of accounts and of this machine. An interrupt during a call is an error of the call too.
	if hint := app.Hint(err); hint != "" && !errors.Is(err, context.Canceled) {
		return exitTrouble, hint
	}
	switch {
	case errors.Is(err, daemon.ErrQuiet):
		return exitUnsafe, "nothing was changed; quiet hours are set in schedule: quiet; to run now: sweepd apply"
	case errors.Is(err, daemon.ErrOutdated):
		return exitUnsafe,
			"operations in progress were finished and recorded; check the policy with: sweepd check; then run again"
	case errors.Is(err, journal.ErrUnreachable): // before a pause: whether there is one is not known then
		return exitTrouble, "check that the database runs and that this machine reaches it: its address is in " +
			app.DatabaseVariable
	case errors.Is(err, sweeper.ErrPaused):
		return exitUnsafe, "operations in progress were finished and recorded; to continue: sweepd resume"
	case errors.Is(err, sweeper.ErrOtherPolicy):
		return exitUnsafe, "nothing was changed; make a new plan, as also after an upgrade of sweepd: sweepd plan " +
			"-o FILE"
	case errors.Is(err, app.ErrOtherRecord):
		return exitUnsafe, "nothing was recorded, because the service would not see it; restart the service, e.g. " +
			"systemctl --user restart sweepd; or run this command with the service's STATE_DIRECTORY or XDG_STATE_HOME"
	case errors.Is(err, journal.ErrReplaced):
		return exitUnsafe, "nothing is deleted without the record; restore the latest copy, or remove the remaining " +
			"files to start a new record (this loses your keep decisions and undo)"
	case errors.Is(err, journal.ErrVersion):
		return exitUnsafe, "nothing was changed; install the version of sweepd that wrote the record, or a newer " +
			"one: the record is intact"
	case errors.Is(err, journal.ErrClocks):
		return exitTrouble, "set the clocks of both, best by NTP; no age is computed with a wrong one"
	case journal.Unreliable(err) && p.getenv(app.DatabaseVariable) != "":
		return exitUnsafe, "nothing was changed, and nothing is deleted without the record; restore the latest " +
			"backup, or accept this one by moving the folder heads in the state directory of each machine aside " +
			"(this loses keep decisions and undo since then)"
	case journal.Unreliable(err):
		return exitUnsafe, "nothing was changed, and nothing is deleted without the record; restore the latest " +
			"copy, or move journal.db and journal.db.head aside to start a new record (this loses your keep " +
			"decisions and undo)"
	case isTrouble(err):
		return exitTrouble, "for details, run: sweepd history; to check the setup, run: sweepd doctor"
	case errors.Is(err, context.Canceled):
		return exitTrouble, "stopped; operations in progress were finished and recorded"
	// cobra's own errors, such as an unknown flag, have no type.
	case !p.started:
		return exitUsage, "see: sweepd --help"
	case errors.Is(err, fs.ErrPermission):
		return exitTrouble, "check that you own the file"
	}
	return exitTrouble, ""
}

// options returns the options with which every verb opens the app. The log has warnings and errors only: the verbs
// themselves print what was done.
func (p *program) options() app.Options {
	return app.Options{
		Getenv: p.getenv, PolicyFile: p.policyFile, PolicyText: p.policyText, Now: p.now, Uptime: p.uptime,
		Account: p.account, Net: p.net, Ask: p.upload, Classifier: p.classifier,
		Log: slog.New(slog.NewTextHandler(p.stderr, p.level(slog.LevelWarn))),
	}
}

// level returns the level of the log, which --verbose lowers.
func (p *program) level(usual slog.Level) *slog.HandlerOptions {
	if p.verbose {
		usual = slog.LevelDebug
	}
	return &slog.HandlerOptions{Level: usual, ReplaceAttr: event.OneLine}
}

// cause returns the error without the file's name, which is known. The message around it names the file as the user
// wrote it, and *fs.PathError would repeat it, often as a temporary name that the user has never seen.
func cause(err error) error {
	if named, ok := errors.AsType[*fs.PathError](err); ok {
		return named.Err
	}
	if named, ok := errors.AsType[*os.LinkError](err); ok {
		return named.Err
	}
	return err
}

// home returns the home directory, for shortening paths. It is "" if HOME is not set; paths are then printed in full.
func (p *program) home() string { return p.getenv("HOME") }
