package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sweepd/internal/cloud/cloudhttp"
	"sweepd/internal/cloud/oauth"
	"sweepd/internal/language"
	"sweepd/internal/notify"
	"sweepd/internal/report"
	"sweepd/internal/systemd"
	"sweepd/policy"
	"sweepd/sweeper"
)

// notifyRun reports a run to the system's journal, to OnRun and to the receivers of notifications. The record
// already has it, so nothing is lost if one of them fails. known is true if all trouble in it was reported
// before; a run that ended with an error is reported in any case.
func (d *daemon) notifyRun(ctx context.Context, p *policy.Policy, run int64, known bool) {
	r, err := report.Read(context.WithoutCancel(ctx), d.journal, run, p)
	if err != nil {
		d.log.Error("cannot read the result of a run", "run", run, "err", err)
		return
	}
	event := policy.EventSummary
	if r.Err != "" || !known && (r.Summary.Failed > 0 || r.Summary.Errors > r.Summary.Refused) {
		event = policy.EventFailed
	}
	d.pass(ctx, r, event)
}

// notifyScan reports a run that changed nothing, and why. why is nil if the mode is report, else the reason for
// which the plan was held.
func (d *daemon) notifyScan(ctx context.Context, p *policy.Policy, began time.Time, sum *sweeper.Summary, why error) {
	r := report.FromScan(began, d.now(), sum, why, p)
	r.ID, r.Kind = sum.Run, "report"
	event := policy.EventSummary
	if why != nil {
		event = policy.EventHeld
	}
	d.pass(ctx, r, event)
}

// pass sends the report of a run to its receivers. A summary without news goes to journald and OnRun only. Calls
// of OnRun are serialised, as the loops report independently.
func (d *daemon) pass(ctx context.Context, r report.Run, event policy.Event) {
	id, level := systemd.MessageSummary, slog.LevelInfo
	switch event {
	case policy.EventHeld:
		id, level = systemd.MessageHeld, slog.LevelWarn
	case policy.EventFailed:
		level = slog.LevelWarn
	}
	d.record(ctx, systemd.Record{
		MessageID: id, Level: level, Text: r.Text(language.Printer{}, false),
		Fields: r.Fields(),
	})
	if event != policy.EventSummary || r.News() {
		d.send(notify.Message{
			Event: string(event), Subject: r.Subject(d.in), Text: r.Text(d.in, false),
			Full: r.Text(d.in, true),
		})
	}
	if d.o.OnRun != nil {
		d.notifying.Lock()
		defer d.notifying.Unlock()
		d.o.OnRun(r)
	}
}

// unopened reports that a storage is not swept, and why.
func (d *daemon) unopened(ctx context.Context, name string, why error) {
	id, event := systemd.MessageSummary, policy.EventFailed
	if lostGrant(why) {
		id, event = systemd.MessageGrant, policy.EventGrant
	}
	text := language.Messagef("%s is not swept until this is fixed: %v", name, why)
	d.log.Error("a storage is not swept until this is fixed", "storage", name, "err", why)
	d.record(ctx, systemd.Record{
		MessageID: id,
		Level:     slog.LevelError,
		Text:      text.String(),
		Fields:    map[string]string{"SWEEPD_STORAGE": name},
	})
	d.send(notify.Message{Event: string(event), Subject: d.in.Sprintf("%s is not swept", name), Text: text.In(d.in)})
}

// refused reports that a policy was not adopted. Only keep calls it.
func (d *daemon) refused(ctx context.Context, why error) {
	text := language.Messagef("cannot reload the policy; the previous one stays in use: %v", why)
	if c := d.file.changed(d.now()); c != nil {
		text = language.Messagef("the policy is invalid; nothing is deleted until it is fixed: %v", why)
		d.held = c.explain() // or it would be reported again
	}
	d.mu.Lock()
	d.notices = []string{text.String()}
	d.mu.Unlock()
	d.record(ctx, systemd.Record{MessageID: systemd.MessageRefusedPolicy, Level: slog.LevelError, Text: text.String()})
	d.send(notify.Message{
		Event: string(policy.EventFailed), Subject: d.in.Sprintf("the policy is invalid"),
		Text: text.In(d.in),
	})
}

// lost reports that the record can no longer be relied on and that the service ends.
func (d *daemon) lost(ctx context.Context, why error) {
	text := language.Messagef("nothing is deleted, and the service stops: %v", why)
	d.log.Error("the record is not reliable", "err", why)
	d.record(ctx, systemd.Record{MessageID: systemd.MessageLost, Level: slog.LevelError, Text: text.String()})
	d.send(notify.Message{
		Event: string(policy.EventFailed), Subject: d.in.Sprintf("the record is not reliable"),
		Text: text.In(d.in),
	})
}

// lostGrant reports whether the user has to sign in again, or has to change something else about the sign-in: no
// other try succeeds until then.
func lostGrant(err error) bool {
	if _, ok := errors.AsType[*oauth.Error](err); ok {
		return true
	}
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	return ok && fault.Kind == cloudhttp.Unauthorized
}

// record writes to the system's journal. It does nothing if sweepd was not started by systemd.
func (d *daemon) record(ctx context.Context, r systemd.Record) {
	if err := systemd.Send(ctx, r); err != nil {
		d.log.Error("cannot write to journald", "err", err)
	}
}

// send sends a message to the receivers in the policy, with the present time. It does not wait for them: each has
// a queue.
func (d *daemon) send(m notify.Message) {
	m.At = d.now()
	d.mu.Lock()
	defer d.mu.Unlock() // a notifier that a reload has closed meanwhile would drop it
	d.notifier.Send(m)
}

// openNotifier opens the receivers in the policy.
func (d *daemon) openNotifier(p *policy.Policy) (*notify.Notifier, error) {
	n, err := notify.Open(d.o.Notify(p))
	if err != nil {
		return nil, fmt.Errorf("open the notifications: %w", err)
	}
	return n, nil
}

// closeNotifier sends the queued messages for a limited time and abandons a send that hangs: the record has the
// content of its message.
func (d *daemon) closeNotifier(ctx context.Context, n *notify.Notifier) {
	ctx, cancel := context.WithTimeout(ctx, d.o.ShutdownTimeout/4)
	closed := make(chan error, 1)
	go func() { defer cancel(); closed <- n.Close(ctx) }()
	timeout := time.NewTimer(d.o.ShutdownTimeout / 2)
	defer timeout.Stop()
	err := context.DeadlineExceeded
	select {
	case err = <-closed:
	case <-timeout.C:
	}
	if err != nil {
		d.log.Warn("some notifications were not sent", "err", err)
	}
}
