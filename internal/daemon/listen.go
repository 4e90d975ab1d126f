package daemon

import (
	"context"
	"errors"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/providers"
)

// hint reports that a storage may have changed, or why it cannot report changes.
type hint struct {
	err  error
	seen chan struct{} // of a change: closed once a pass has looked
}

// listen sends a hint whenever the storage may have changed, until ctx ends. A storage without change reports is
// polled instead. listen waits again only after a pass has looked, because until then the same change is reported. If
// the pass did not advance the cursor, listen sleeps first, or a feed that cannot be read would be asked without a
// pause.
func (l *loop) listen(ctx context.Context, a *app.App, hints chan<- hint) {
	st := a.Storages[0]
	if !st.Can().Has(providers.CanWait) {
		send(ctx, hints, hint{err: errors.ErrUnsupported})
		return
	}
	last := providers.Cursor("-") // no cursor has this value
	for ctx.Err() == nil {
		since, err := l.d.journal.Cursor(ctx, l.name, a.Policy.Detectors(l.name))
		if err == nil && since == last && st.Can().Has(providers.CanFollow) {
			l.d.sleep(ctx, l.d.o.ClockPoll)
			last = "-" // by now another pass may have advanced the cursor
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
			l.d.sleep(ctx, l.d.o.ClockPoll)
		}
	}
}

// send sends h and waits until a pass has looked at the change, or until ctx ends. A hint that is an error needs
// no pass and is not waited for.
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
