package daemon

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/event"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/notify"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// notifyRun reports a run to the log, to OnRun and to the receivers of notifications. The record already has it, so
// nothing is lost if one of them fails. known is true if all trouble in it was reported before; a run that ended with
// an error is reported in any case.
func (d *daemon) notifyRun(ctx context.Context, p *policy.Policy, run int64, known bool) {
	r, err := report.Read(context.WithoutCancel(ctx), d.journal, run, p)
	if err != nil {
		d.log.Error("cannot read the result of a run",
			"event", "run_unreadable", "run", run, "err", err, "hint", app.ProblemOf("", err).Hint.String())
		return
	}
	about := policy.EventSummary
	if r.Err != "" || !known && (r.Summary.Failed > 0 || r.Summary.Errors > r.Summary.Refused) {
		about = policy.EventFailed
	}
	d.pass(r, about, failed(r, about))
}

// failed returns the hint for a run in which something failed; "" for another.
func failed(r report.Run, about policy.Event) string {
	if about != policy.EventFailed {
		return ""
	}
	return cmp.Or(unlisted(r), fmt.Sprintf("see which files failed, and why: sweepd history %d", r.ID))
}

// unlisted returns the hint for a run whose scan did not see the whole storage; "" for another.
func unlisted(r report.Run) string {
	if len(r.Summary.Stopped) == 0 {
		return ""
	}
	x := r.Summary.Stopped[0]
	return app.FolderProblem(x.Storage, x.Root, x.Why).Hint.String()
}

// notifyScan reports a run that changed nothing, and why. why is nil if the mode is report, else the reason for
// which the plan was held; hint is what mends it.
func (d *daemon) notifyScan(p *policy.Policy, began time.Time, sum *sweeper.Summary, why error, hint string) {
	r := report.FromScan(began, d.now(), sum, why, p)
	r.ID, r.Kind = sum.Run, "report"
	about := policy.EventSummary
	if why != nil {
		about = policy.EventHeld
	}
	d.pass(r, about, cmp.Or(hint, unlisted(r)))
}

// pass sends the report of a run to the log, with the hint if there is one, and to its receivers. A summary without
// news goes to the log and OnRun only. Calls of OnRun are serialised, as the loops report independently.
func (d *daemon) pass(r report.Run, about policy.Event, hint string) {
	log, level := d.log, slog.LevelInfo
	if hint != "" {
		log, level = log.With("hint", hint), slog.LevelWarn
	}
	if about == policy.EventHeld {
		log.Warn("files are kept although the policy selects them for deletion", "event", "run_held", "", r)
	} else {
		log.Log(context.Background(), level, "a run has ended", "event", "run_ended", "", r)
	}
	if about != policy.EventSummary || r.News() {
		d.send(notify.Message{
			Event: string(about), Subject: r.Subject(d.in), Text: r.Text(d.in, false),
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
func (d *daemon) unopened(name string, why error, p *status.Problem) {
	about := policy.EventFailed
	if p.Cause == status.CauseSignIn {
		about = policy.EventGrant
		d.log.Error("an account needs a new sign-in",
			"event", "sign_in_ended", "storage", name, "err", why, "hint", p.Hint.String())
	} else {
		d.log.Error("a storage is not swept until this is fixed",
			"event", "storage_unavailable", "storage", name, "err", why, "hint", p.Hint.String())
	}
	text := language.Messagef("%s is not swept until this is fixed: %v", name, app.WithHint(why))
	d.send(notify.Message{Event: string(about), Subject: d.in.Sprintf("%s is not swept", name), Text: text.In(d.in)})
}

// refused reports that a policy was not adopted. Only keep calls it.
func (d *daemon) refused(why error) {
	text := language.Messagef("cannot reload the policy; the previous one stays in use: %v", event.Line(why))
	if c := d.file.changed(d.now()); c != nil {
		text = language.Messagef("the policy is invalid; nothing is deleted until it is fixed: %v", event.Line(why))
		d.held = c.explain().String() // or it would be reported again
	}
	d.mu.Lock()
	d.notices = []language.Message{text}
	d.mu.Unlock()
	d.log.Error("the policy was not loaded",
		"event", "policy_refused", "file", d.file.inForce(), "err", why, "hint", app.PolicyProblem(why).Hint.String())
	d.send(notify.Message{
		Event: string(policy.EventFailed), Subject: d.in.Sprintf("the policy is invalid"),
		Text: text.In(d.in),
	})
}

// lost reports that the record can no longer be relied on and that the service ends.
func (d *daemon) lost(why error) {
	text := language.Messagef("nothing is deleted, and the service stops: %v", why)
	d.log.Error("the record is not reliable; nothing is deleted, and the service stops",
		"event", "record_lost", "err", why, "hint", app.ProblemOf("", why).Hint.String())
	d.send(notify.Message{
		Event: string(policy.EventFailed), Subject: d.in.Sprintf("the record is not reliable"),
		Text: text.In(d.in),
	})
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
		d.log.Warn("some notifications were not sent before the end", "event", "notification_unsent", "err", err)
	}
}
