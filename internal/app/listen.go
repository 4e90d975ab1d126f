package app

import (
	"context"
	"errors"

	"sweepd/fingerprint"
	"sweepd/providers"
)

// hint is what a storage says: that something may have changed, or why it cannot
// tell.
type hint struct {
	err  error
	seen chan struct{} // of a change: closed once a pass has looked
}

// listen says when there may be something new, until ctx ends. What cannot tell
// is polled. It listens again once a pass has looked, because before that what
// is new is what it was. A change that the pass did not get beyond is no news for
// a while, or a feed that cannot be read would be asked without a pause.
func (l *loop) listen(ctx context.Context, a *App, hints chan<- hint) {
	st := a.storages[0]
	if !st.Can().Has(providers.CanWait) {
		send(ctx, hints, hint{err: errors.ErrUnsupported})
		return
	}
	last := providers.Cursor("-") // no cursor is that
	for ctx.Err() == nil {
		since, err := l.d.journal.Cursor(ctx, l.name, fingerprint.Version)
		if err == nil && since == last && st.Can().Has(providers.CanFollow) {
			l.d.sleep(ctx, l.d.o.Glance)
			last = "-" // by now another pass may have got beyond it
			continue
		}
		if last = since; err == nil {
			err = st.Wait(ctx, since)
		}
		send(ctx, hints, hint{err, make(chan struct{})})
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return
		case err != nil:
			l.d.sleep(ctx, l.d.o.Glance)
		}
	}
}

// send sends h, and waits until a change has been looked at, unless ctx ends first.
func send(ctx context.Context, to chan<- hint, h hint) {
	select {
	case to <- h:
	case <-ctx.Done():
		return
	}
	if h.err != nil {
		return
	}
	select {
	case <-h.seen:
	case <-ctx.Done():
	}
}
