package daemon

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/notify"
)

// reload reads the policy anew. An invalid one is refused, and the old one stays. Only keep calls it.
//
// The new receivers, and the port for other machines, are opened before anything is changed, because a policy with one
// that cannot be is refused too. Then the file is followed, the old loops are stopped, and the new ones started. It
// returns once the old loops have ended, or hang.
func (d *daemon) reload(ctx context.Context) error {
	d.manage(d.service.Reloading())
	defer func() { d.manage(d.service.Ready(d.sentence())) }()
	path, p, err := d.file.open()
	var n *notify.Notifier
	if err == nil {
		if n, err = d.openNotifier(p); err == nil {
			if err = d.admit(ctx, p.Page); err != nil {
				d.closeNotifier(ctx, n)
			}
		}
		if err != nil {
			d.file.refuse(p, err)
		}
	}
	if err != nil {
		d.refused(err)
		return err
	}
	d.mu.Lock()
	old := d.notifier
	d.notifier, d.notices = n, nil
	d.mu.Unlock()
	d.file.follow(path, p)
	d.held = ""
	d.others.Go(func() { d.closeNotifier(context.WithoutCancel(ctx), old) })
	d.start(ctx, p)
	d.part(ctx)
	d.sendDigest(ctx, d.now())
	d.log.Info("a changed policy is in force", "event", "policy_reloaded", "", inForce{path, p})
	return nil
}

// part waits for the loops of the previous policy to finish the work under way, so that nothing more is done under
// it. It waits for d.o.ShutdownTimeout, and reports a loop that hangs.
func (d *daemon) part(ctx context.Context) {
	d.mu.Lock()
	stopping := slices.Clone(d.stopping)
	d.mu.Unlock()
	timeout := time.NewTimer(d.o.ShutdownTimeout)
	defer timeout.Stop()
	for _, l := range stopping {
		select {
		case <-l.done:
		case <-ctx.Done():
			return
		case <-timeout.C:
			d.log.Warn("a storage finishes operations that it started under the previous policy, and starts no more",
				"event", "policy_lingers", "storage", l.name)
			text := language.Messagef("%s finishes operations that it started under the previous policy, and starts "+
				"no more", l.name)
			d.mu.Lock()
			d.notices = append(d.notices, text)
			d.mu.Unlock()
			return
		}
	}
}

// upToDate reloads a changed policy file before a sweep that the user asked for. It returns an error if the changed
// file cannot be adopted.
func (d *daemon) upToDate(ctx context.Context) error {
	c := d.file.changed(d.now())
	switch {
	case c == nil:
		return nil
	case c.takes():
		return d.askReload(ctx)
	}
	return errors.New("nothing is deleted: " + c.explain().String())
}

// askReload lets keep reload the policy and returns its result. It returns an error if the service stops first.
func (d *daemon) askReload(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case d.reloads <- answer:
		return <-answer
	case <-d.over:
		return errors.New("the service stops")
	case <-ctx.Done():
		return ctx.Err()
	}
}
