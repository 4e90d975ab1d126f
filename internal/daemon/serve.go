package daemon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sweepd/sweepd/internal/status"
)

// serve serves on the control socket, on the sockets from the service manager, and on the addresses in
// d.o.Listen. The control socket is one of the latter. If one cannot be opened, all are closed; without any it
// does nothing. Serving ends with ctx; an error of it is logged and does not end the service.
func (d *daemon) serve(ctx context.Context) error {
	named, err := d.service.Listeners()
	if err != nil {
		return fmt.Errorf("take over the sockets: %w", err)
	}
	sockets := named["review"]
	delete(named, "review")
	if err := d.openPage(ctx, sockets); err != nil {
		return err
	}
	listeners := slices.Concat(slices.Collect(maps.Values(named))...)
	for _, address := range d.o.Listen {
		l, err := status.Listen(ctx, address)
		if err != nil {
			for _, other := range listeners {
				err = errors.Join(err, other.Close())
			}
			return err
		}
		listeners = append(listeners, l)
	}
	if len(listeners) == 0 {
		return nil
	}
	h := status.Handler(status.Options{
		State: d.status, Now: d.o.Now, Stale: d.stale, Pprof: d.o.Pprof, Do: d.do, Link: d.link,
	})
	d.others.Go(func() {
		if err := status.Serve(ctx, h, listeners...); err != nil {
			d.log.Error("the status server has stopped", "event", "status_stopped", "err", err)
		}
	})
	return nil
}

// do carries out a request of the user to the running service. It returns errors.ErrUnsupported for an unknown
// verb.
//
// "reload" waits for the reload. "sweep" only asks the loops and returns: first the record must be intact and a
// changed policy loaded, so that a sweep that was asked for is never made under the old text. A name that the
// policy does not have refuses the whole request.
func (d *daemon) do(ctx context.Context, verb string, storages []string) error {
	switch verb {
	case "reload":
		return d.askReload(ctx)
	case "sweep":
		if err := d.journal.Intact(); err != nil {
			return err
		}
		if err := d.upToDate(ctx); err != nil {
			return err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, name := range storages {
			if d.loops[name] == nil {
				return fmt.Errorf("the policy has no storage %q", name)
			}
		}
		for name, l := range d.loops {
			if len(storages) == 0 || slices.Contains(storages, name) {
				l.want()
			}
		}
		return nil
	}
	return fmt.Errorf("%q: %w", verb, errors.ErrUnsupported)
}
