package main

import (
	"cmp"
	"log/slog"

	"sweepd/internal/app"
	"sweepd/internal/event"
	"sweepd/internal/status"
	"sweepd/internal/systemd"
)

// serviceLog is the log of the service.
type serviceLog struct {
	*slog.Logger
	forPrograms bool // standard error has events only
}

// serviceLog returns the log of the service. It has each run as an event, unless it is text on a terminal.
func (p *program) serviceLog() serviceLog {
	switch {
	case systemd.JournalReads():
		return serviceLog{slog.New(systemd.NewHandler(slog.NewTextHandler(p.stderr, p.level(slog.LevelInfo)),
			systemd.HandlerOptions{EventKey: event.Key, MessageID: event.MessageID, Replace: event.OneLine})), true}
	case p.term.live:
		return serviceLog{slog.New(slog.NewTextHandler(p.stderr, p.level(slog.LevelWarn))), false}
	}
	return serviceLog{slog.New(slog.NewTextHandler(p.stderr, p.level(slog.LevelInfo))), false}
}

// loggedError is an error that the log has, and that is not printed.
type loggedError struct{ error }

func (e *loggedError) Unwrap() error { return e.error }

// logFailure logs the error with which the service ends if standard error has events only. It returns the error for
// the exit status.
func (p *program) logFailure(log serviceLog, err error) error {
	if err == nil || !log.forPrograms {
		return err
	}
	exit, hint := p.diagnose(err)
	if problem := app.ProblemOf("", err); problem.Cause != status.CauseStorage {
		hint = problem.Hint
	}
	log.Error("the service has stopped because of an error",
		"event", "service_failed", "err", err, "hint", cmp.Or(hint, "sweepd doctor"), "status", exit)
	return &loggedError{err}
}
