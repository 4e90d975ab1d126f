package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sweepd/internal/notify"
	"sweepd/internal/systemd"
	"sweepd/policy"
	"sweepd/sweeper"
)

// outdated is an error that wraps sweeper.ErrPaused while the policy file is
// another than what the service goes by: what a person has written since may
// protect what it would delete.
func (d *daemon) outdated(now time.Time) error {
	c := d.file.changed(now)
	if c == nil {
		return nil
	}
	select {
	case d.noticed <- struct{}{}:
	default: // it is about to be followed
	}
	if d.o.Once { // which reads it but once
		return fmt.Errorf("%w: %w: %s", sweeper.ErrPaused, ErrOutdated, c.why)
	}
	return fmt.Errorf("%w: %s", sweeper.ErrPaused, c.explain())
}

// ErrOutdated is why a single sweep goes no further.
var ErrOutdated = errors.New("the policy is another now than the one that was read")

// explain is what was changed and what ends the hold.
func (c *policyChange) explain() string {
	switch {
	case c.next == nil:
		return c.why
	case c.refused != nil:
		return c.why + " and cannot be taken: " + c.refused.Error()
	case c.waits:
		return c.why + "; to go by it: sweepd reload"
	}
	return c.why + ", and is about to be read"
}

// followFile goes by the policy file once it was changed, is right, and has been
// left alone for a moment; or tells once why not. It is keep's.
func (d *daemon) followFile(ctx context.Context) {
	c := d.file.changed(d.now())
	if c == nil {
		if d.held != "" {
			d.notice("")
		}
		return
	}
	if rest := settledFile - d.now().Sub(c.since); rest > 0 && rest <= settledFile {
		d.settled.Reset(rest)
		return
	}
	if c.takes() {
		if err := d.reload(ctx); err != nil {
			d.log.Error("the changed policy was not taken", "err", err)
		}
		return
	}
	if why := c.explain(); d.held != why {
		d.notice(why)
		text := "nothing is deleted: " + why
		d.log.Warn("nothing is deleted until the policy is read anew", "why", why)
		d.record(ctx, systemd.Record{MessageID: systemd.MessageRefusedPolicy, Level: slog.LevelError, Text: text})
		d.send(notify.Message{Event: string(policy.EventFailed), Subject: "the policy was changed and nothing is deleted", Text: text})
	}
}

// notice is what status says of the policy file.
func (d *daemon) notice(why string) {
	d.held = why
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notices = nil
	if why != "" {
		d.notices = []string{"nothing is deleted: " + why}
	}
}

// upToDate has a changed policy file read where a person wants a sweep by it.
func (d *daemon) upToDate(ctx context.Context) error {
	c := d.file.changed(d.now())
	switch {
	case c == nil:
		return nil
	case c.takes():
		return d.askReload(ctx)
	}
	return errors.New("nothing is deleted: " + c.explain())
}

// askReload has keep read the policy anew.
func (d *daemon) askReload(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case d.reloads <- answer:
		return <-answer
	case <-d.over:
		return errors.New("the service ends")
	case <-ctx.Done():
		return ctx.Err()
	}
}
