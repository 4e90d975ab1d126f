package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/event"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/notify"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// outdated returns the error of Options.Hold, or one that wraps sweeper.ErrPaused while the policy file differs from
// the policy in force:
// the new text may protect files that the old policy would delete. The Sweeper calls it, by hold, before each
// file; it also wakes keep, which follows the file.
func (d *daemon) outdated(now time.Time) error {
	if d.o.Hold != nil {
		if err := d.o.Hold(now); err != nil {
			return err
		}
	}
	c := d.file.changed(now)
	if c == nil {
		return nil
	}
	select {
	case d.noticed <- struct{}{}:
	default: // the change is about to be followed
	}
	if d.o.Once { // it reads the file only once
		return fmt.Errorf("%w: %w: %s", sweeper.ErrPaused, ErrOutdated, c.why)
	}
	return language.Explain(sweeper.ErrPaused, language.Messagef("deletion is paused: %s", c.explain()))
}

// ErrOutdated is why a single sweep stops.
var ErrOutdated = errors.New("the policy file has changed since it was read")

// explain returns what was changed and what ends the hold, in one clause for the user.
func (c *policyChange) explain() language.Message {
	switch {
	case c.next == nil:
		return c.why
	case c.refused != nil:
		return language.Messagef("%s and cannot be loaded: %s", c.why, event.Line(c.refused))
	case c.waits:
		return language.Messagef("%s; to load it: sweepd reload", c.why)
	}
	return language.Messagef("%s, and is about to be loaded", c.why)
}

// problem returns the problem that the policy file is not the policy in force; nil if it is about to be.
func (c *policyChange) problem() *status.Problem {
	switch {
	case c.err != nil:
		return app.PolicyProblem(c.err)
	case c.refused != nil:
		return app.PolicyProblem(c.refused)
	case c.next == nil:
		hint := language.Messagef("%s: correct that; to check it: sweepd check", c.why)
		return &status.Problem{Cause: status.CausePolicy, Hint: hint}
	case c.waits:
		return &status.Problem{Cause: status.CausePolicy, Hint: language.Messagef("%s: sweepd reload", c.why)}
	}
	return nil
}

// followFile adopts a changed policy file once it is valid and was left alone for settledFile, or else reports once
// why not. Only keep calls it.
func (d *daemon) followFile(ctx context.Context) {
	c := d.file.changed(d.now())
	if c == nil {
		if d.held != "" {
			d.notice(language.Message{})
		}
		return
	}
	if rest := settledFile - d.now().Sub(c.since); rest > 0 && rest <= settledFile {
		d.settled.Reset(rest)
		return
	}
	if c.takes() {
		_ = d.reload(ctx) // it has reported the error
		return
	}
	if why := c.explain(); d.held != why.String() {
		d.notice(why)
		d.log.Error("the policy was not loaded",
			"event", "policy_refused", "file", d.file.inForce(), "err", d.held, "hint", c.problem().Hint.String())
		d.send(notify.Message{
			Event:   string(policy.EventFailed),
			Subject: d.in.Sprintf("the policy was changed; nothing is deleted"),
			Text:    d.in.Sprintf("nothing is deleted: %s", why),
		})
	}
}

// notice sets the notice about the policy file that status shows.
func (d *daemon) notice(why language.Message) {
	d.held = why.String()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notices = nil
	if !why.IsZero() {
		d.notices = []language.Message{language.Messagef("nothing is deleted: %s", why)}
	}
}
