package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/internal/fleet"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/status"
)

// runOptions are the flags of run.
type runOptions struct {
	once   bool // sweep each storage once
	json   bool
	listen string // an address; "": none but the control socket
	review string // the address of the review page; "": none
	pprof  bool
	format logFormat

	database string // the address of the record of several machines; "": a file of this one
}

// newRunCmd returns the verb run, the service. Its settings are those of the policy; the flags are about where it logs
// and listens.
func newRunCmd(p *program) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run",
		Short: "run the service: watch all storages and sweep on schedule",
		Long: `run watches the folders and accounts in the policy, sweeps them on its schedule:,
and writes a summary of every run, until it is stopped.

The policy's mode: decides what the service may do. With mode: report, the
default, it deletes nothing; it only reports what it would have done. With mode:
enforce it moves what is due to the trash and purges as trash: says.

run reloads a changed policy file automatically or, with reload: manual, on sweepd
reload or SIGHUP. Until then, and while the file is invalid or missing, it deletes
nothing. It exits when its terminal closes, unless started by nohup. With --once it
sweeps each storage once, for cron and timers. Under systemd it is a notify service
with a watchdog: docs/systemd.md.

The log goes to standard error, an event a line: to journald with fields under
systemd, else as text. docs/monitoring.md lists the events.

Exit status: 1 if something failed or was skipped for safety, 3 if everything was
refused for safety, as with another policy or a damaged record.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runService(cmd.Context(), p, o) },
	}
	o.format.flag(cmd)
	cmd.Flags().StringVar(&o.database, "database", "",
		"be a worker of several, with the record in the PostgreSQL database at `ADDRESS` (default $SWEEPD_DATABASE)")
	cmd.Flags().BoolVar(&o.once, "once", false, "sweep each storage once and exit")
	cmd.Flags().BoolVar(&o.json, "json", false, "write each run to standard output as a line of JSON")
	cmd.Flags().StringVar(&o.listen, "listen", "",
		"serve /metrics and /healthz at a local `ADDRESS`, e.g. 127.0.0.1:9464 or unix:/run/x")
	cmd.Flags().StringVar(&o.review, "review", "",
		"serve the review page at a local `ADDRESS`; for a link: sweepd review --service")
	cmd.Flags().BoolVar(&o.pprof, "pprof", false, "serve profiles at /debug/pprof/ there and on the control socket")
	return cmd
}

// runService runs the service until a signal ends it.
func runService(ctx context.Context, p *program, o runOptions) error {
	log := p.serviceLog(o.format)
	return p.logFailure(log, sweepOn(ctx, p, o, log.Logger))
}

// sweepOn runs the service, and returns the error with which it ends. It always listens on the control socket in the
// state directory, for status, sweep and reload. A policy file that cannot be watched, as on a network disk, is polled.
func sweepOn(ctx context.Context, p *program, o runOptions, log *slog.Logger) error {
	ctx, hangups, stop := untilSignal(ctx, p.controlled)
	defer stop()
	if o.pprof {
		runtime.MemProfileRate = 512 << 10 // bytes, as Go has it
	}
	if o.database != "" {
		p.getenv = overriding(p.getenv, app.DatabaseVariable, o.database)
	}
	paths, err := app.FindPaths(p.getenv)
	if err == nil && paths.Database != "" {
		err = fleetCan(o)
	}
	if err != nil {
		return err
	}
	d := daemon.Options{
		Options: p.options(), Once: o.once, Reload: hangups, Listen: []string{"unix:" + paths.Control()},
		Review: o.review, Pprof: o.pprof, Version: programVersion(), OnRun: func(r report.Run) { p.toldRun(o, r) },
	}
	d.Log = log
	if o.listen != "" {
		d.Listen = append(d.Listen, o.listen)
	}
	run := daemon.Run
	if paths.Database != "" {
		run = func(ctx context.Context, d daemon.Options) error { return fleet.Run(ctx, fleet.Options{Options: d}) }
	}
	changed, end, err := daemon.WatchPolicy(d.Options)
	if err != nil {
		log.Warn("cannot watch the policy file; it is polled", "event", "policy_unwatched", "err", err)
		return run(ctx, d)
	}
	d.Changed = changed
	return errors.Join(run(ctx, d), end())
}

// overriding returns getenv with another value of one variable.
func overriding(getenv func(string) string, name, value string) func(string) string {
	return func(n string) string {
		if n == name {
			return value
		}
		return getenv(n)
	}
}

// fleetCan returns a *app.UsageError for a flag that a worker of several does not have.
func fleetCan(o runOptions) error {
	for flag, set := range map[string]bool{"--once": o.once, "--review": o.review != ""} {
		if set {
			return &app.UsageError{
				Err:  fmt.Errorf("%s does not go with a record in a database", flag),
				Hint: "a worker of several sweeps in turns; see docs/fleet.md",
			}
		}
	}
	return nil
}

// untilSignal returns a context that ends at SIGINT and SIGTERM, and with ctx, which an earlier signal may have ended.
// It also returns the requests for a new policy: each SIGHUP, unless that is the end of the terminal on which the
// program was started, which is no request and ends the context. A second signal does not kill. The caller calls stop.
func untilSignal(ctx context.Context, onTerminal bool) (_ context.Context, hangups <-chan os.Signal, stop func()) {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	reloads := make(chan os.Signal, 1)
	if onTerminal && !signal.Ignored(syscall.SIGHUP) {
		ends = append(ends, syscall.SIGHUP)
	} else {
		signal.Reset(syscall.SIGHUP)
		signal.Notify(reloads, syscall.SIGHUP)
	}
	ctx, end := signal.NotifyContext(ctx, ends...)
	return ctx, reloads, func() {
		end()
		signal.Stop(reloads)
	}
}

// toldRun writes the report of a run: with file names and in the user's language on a terminal, without names and in
// English if it may be kept as a log, and not at all if a log for programs has it as an event.
func (p *program) toldRun(o runOptions, r report.Run) {
	if o.json {
		p.json(r)
		return
	}
	if o.format != logJSON && p.getenv("JOURNAL_STREAM") == "" {
		in := language.Printer{}
		if p.term.live {
			in = p.term.in
		}
		p.term.printf("%s\n", r.Text(in, p.term.live))
	}
}

// isTrouble reports whether the error is of a sweep that did not do everything due. Each problem of it was logged when
// it happened.
func isTrouble(err error) bool {
	_, ok := errors.AsType[*daemon.TroubleError](err)
	return ok
}

// newSweepCmd returns the verb sweep, a request to the running service. It never sweeps by itself.
func newSweepCmd(p *program) *cobra.Command {
	return &cobra.Command{
		Use:               "sweep [STORAGE...]",
		Short:             "make the running service sweep now",
		ValidArgsFunction: p.completeStorages,
		Long: `sweep tells the running service to sweep now, as its policy says, and does not wait
for the sweep to finish; sweepd status shows the progress. Without a service, use
sweepd apply or sweepd run --once.

Exit status: 1 if the service refused the request, 2 if no service is running. The
results of the sweep are not part of it: see sweepd history.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runSweep(cmd.Context(), p, args) },
	}
}

// runSweep makes the service sweep the storages, or all of them if none is named. It returns once the service has
// accepted the request, or the reason why it did not, such as the name of an unknown storage.
func runSweep(ctx context.Context, p *program, storages []string) error {
	err := p.commandService(ctx, "sweep", storages)
	if err == nil {
		p.term.printf("sweep requested; see: sweepd status\n")
	}
	return err
}

// howToStart returns the hint how to start the service on this machine.
func (p *program) howToStart() string {
	hint := "start it with: sweepd run"
	if p.unit("user") {
		hint += "; or: systemctl --user start sweepd"
	}
	if p.unit("system") {
		hint += "; or, for the machine: systemctl start sweepd"
	}
	return hint
}

// unit reports whether systemd has sweepd.service among the units of that kind. The kind is user or system. The folders
// are those of systemd.unit(5) in which packages and people install units.
func (p *program) unit(kind string) bool {
	dirs := []string{"/usr/lib/systemd", "/lib/systemd", "/usr/local/lib/systemd", "/etc/systemd"}
	if kind == "user" {
		dirs = append(dirs, filepath.Join(p.home(), ".config/systemd"))
	}
	return slices.ContainsFunc(dirs, func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, kind, "sweepd.service"))
		return err == nil
	})
}

// newReloadCmd returns the verb reload. Unlike SIGHUP it waits for the answer.
func newReloadCmd(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "make the running service reload its policy",
		Long: `reload tells the running service to reload its policy, and prints whether the
policy was accepted. The service refuses an invalid policy and deletes nothing
until it is fixed.

Exit status: 1 if the service refused the policy, 2 if no service is running.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runReload(cmd.Context(), p) },
	}
}

// runReload makes the service reload its policy. It returns the mistakes of the policy, as the service found them, if
// that refused it.
func runReload(ctx context.Context, p *program) error {
	err := p.commandService(ctx, "reload", nil)
	if err == nil {
		p.term.printf("policy reloaded; see: sweepd status\n")
	}
	return err
}

// commandService sends a request to the running service. It returns a *app.UsageError if no service runs: its socket
// does not exist.
func (p *program) commandService(ctx context.Context, verb string, storages []string) error {
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return err
	}
	err = status.Command(ctx, paths.Control(), verb, storages)
	if errors.Is(err, fs.ErrNotExist) {
		return &app.UsageError{Err: fmt.Errorf("the service is not running"), Hint: p.howToStart()}
	}
	return err
}
