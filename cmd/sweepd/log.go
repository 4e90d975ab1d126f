package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/event"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/internal/systemd"
)

// logFormat is a format of the service's log. It implements pflag.Value.
type logFormat string

// The formats. logAuto is journald's own under systemd, else text.
const (
	logAuto logFormat = ""
	logText logFormat = "text"
	logJSON logFormat = "json"
)

// logFormats returns the formats that a user can choose.
func logFormats() []string { return []string{string(logText), string(logJSON)} }

// String and Type implement pflag.Value; FORMAT is what the help shows for the value.
func (f *logFormat) String() string { return string(*f) }
func (f *logFormat) Type() string   { return "FORMAT" }

// Set implements pflag.Value.
func (f *logFormat) Set(text string) error {
	if !slices.Contains(logFormats(), text) {
		return fmt.Errorf("must be one of: %s", strings.Join(logFormats(), ", "))
	}
	*f = logFormat(text)
	return nil
}

// flag adds the flag --log-format.
func (f *logFormat) flag(cmd *cobra.Command) {
	cmd.Flags().Var(f, "log-format",
		"write the log as text or json, a line an event (default: journald's own format under systemd, else text)")
	offer(cmd, "log-format", logFormats()...)
}

// serviceLog is the log of the service. forPrograms decides whether an error that ends the service is logged or
// printed: one or the other, never both.
type serviceLog struct {
	*slog.Logger
	forPrograms bool // standard error has events only
}

// serviceLog returns the log of the service. It has each run as an event, unless it is text on a terminal.
// JOURNAL_STREAM is how systemd names the socket that it has connected (systemd.JournalReads; systemd.exec(5)).
func (p *program) serviceLog(f logFormat) serviceLog {
	switch {
	case f == logJSON:
		return serviceLog{slog.New(slog.NewJSONHandler(p.stderr, p.level(slog.LevelInfo))), true}
	case f == logAuto && systemd.JournalReads():
		return serviceLog{slog.New(systemd.NewHandler(slog.NewTextHandler(p.stderr, p.level(slog.LevelInfo)),
			systemd.HandlerOptions{EventKey: event.Key, MessageID: event.MessageID, Replace: event.OneLine})), true}
	case p.term.live:
		return serviceLog{slog.New(slog.NewTextHandler(p.stderr, p.level(slog.LevelWarn))), false}
	}
	return serviceLog{slog.New(slog.NewTextHandler(p.stderr, p.level(slog.LevelInfo))), false}
}

// loggedError is an error that the log has, and that is not printed.
type loggedError struct{ error }

// Unwrap returns the error, which decides the exit status.
func (e *loggedError) Unwrap() error { return e.error }

// logFailure logs the error with which the service ends if standard error has events only. It returns the error for
// the exit status.
func (p *program) logFailure(log serviceLog, err error) error {
	if err == nil || !log.forPrograms {
		return err
	}
	exit, hint := p.diagnose(err)
	if problem := app.ProblemOf("", err); problem.Cause != status.CauseStorage {
		hint = problem.Hint.String()
	}
	log.Error("the service has stopped because of an error",
		"event", "service_failed", "err", err, "hint", cmp.Or(hint, "sweepd doctor"), "status", exit)
	return &loggedError{err}
}
