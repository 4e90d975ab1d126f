package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// tryLimit is the time limit of one try at a sink.
const tryLimit = 20 * time.Second

// pace is the timing of the tries.
type pace struct {
	try         time.Duration // limit of one try
	first, most time.Duration // the wait after the first failure, trebled after each further one, and its maximum
	giveUp      time.Duration // a message older than this is not tried again
	queue       int           // messages that may wait
	users       int           // the same of a sink with EachUser: all its messages come at once
	refused     int           // tries of a message to a user whom the mail server refuses for now
}

// usual outlasts a night without a network, in which it tries a dead sink about a hundred times.
var usual = pace{
	try: tryLimit, first: 10 * time.Second, most: 15 * time.Minute, giveUp: 24 * time.Hour, queue: 64,
	users: 1 << 14, refused: 3,
}

// carrier sends a letter to one sink, once. Its errors contain no part of the sink's address. It returns soon after
// ctx has ended.
type carrier interface {
	carry(ctx context.Context, l letter) error
}

// line is the queue of one sink.
type line struct {
	sink    Sink
	carrier carrier
	queue   chan letter
	missing atomic.Int64 // messages dropped since the last one that was sent
	// left is set if messages were dropped because the Notifier was closed. It may be read after run has returned.
	left bool
	pace pace
	log  *slog.Logger
	now  func() time.Time
	in   language.Printer
}

// newLine returns the line of a sink, which run must serve.
func newLine(s Sink, c carrier, o Options, p pace) *line {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	size := p.queue
	if s.EachUser {
		size = p.users
	}
	return &line{
		sink: s, carrier: c, queue: make(chan letter, size), pace: p, log: log.With("sink", s.To), now: o.Now,
		in: o.Language,
	}
}

// put adds m to the queue and never blocks: a full queue drops its oldest message. It is called by one goroutine
// at a time.
func (l *line) put(m letter) {
	for {
		select {
		case l.queue <- m:
			return
		default:
		}
		select {
		case old := <-l.queue:
			l.drop(old, "too many messages are waiting", nil)
			old.close()
		default: // it was taken in between
		}
	}
}

// drop drops a message and counts it as missing. The journal has the event that it reports.
func (l *line) drop(m letter, why string, err error) {
	log := l.log
	if err != nil {
		log = log.With("err", err)
	}
	log.Warn("a notification was not sent", "event", "notification_dropped",
		"about", m.event, "subject", m.subject, "why", why, "missing", l.missing.Add(1))
}

// run sends the queued messages until the queue is closed and empty. It makes no further try once ctx has ended.
func (l *line) run(ctx context.Context) {
	for m := range l.queue {
		l.send(ctx, m)
		m.close()
	}
}

// send tries until the message is sent or too old, or ctx has ended. Its age counts from the event and not from
// the first try, but a time in the future counts as now. With the message goes the number of those that were
// dropped before it, unless it is for one user of many. A user whom the mail server refuses keeps the others waiting
// for a few tries at most.
func (l *line) send(ctx context.Context, m letter) {
	since := m.at
	if now := l.now(); since.IsZero() || since.After(now) {
		since = now
	}
	var err error
	wait := l.pace.first
	for n := 1; ctx.Err() == nil; n++ {
		missing := l.missing.Load()
		if l.sink.EachUser {
			missing = 0
		}
		if err = try(ctx, l.carrier, m.after(l.in, missing), l.pace.try); err == nil {
			l.missing.Add(-missing)
			l.log.Debug("a notification was sent", "event", "notification_sent", "about", m.event, "tries", n)
			return
		}
		refused, ok := errors.AsType[*refusedError](err)
		if ok && l.sink.EachUser && (!refused.temp || n >= l.pace.refused) {
			l.drop(m, "the mail server refuses the address", err)
			return
		}
		if l.now().Sub(since) >= l.pace.giveUp {
			l.drop(m, "it is too old", err)
			return
		}
		l.logFailure(n, m, err)
		pause(ctx, wait)
		wait = min(3*wait, l.pace.most)
	}
	l.left = true
	l.drop(m, "sweepd stopped", err)
}

// logFailure logs that try n failed, counted from 1.
func (l *line) logFailure(n int, m letter, err error) {
	// The first failure is a warning, further ones are for debugging.
	level := slog.LevelDebug
	if n == 1 {
		level = slog.LevelWarn
	}
	l.log.Log(context.Background(), level, "a notification could not be sent yet",
		"event", "notification_delayed", "about", m.event, "tries", n, "err", err)
}

// try makes one try, of at most limit. A panic of a library ends it like any other failure.
func try(ctx context.Context, c carrier, l letter, limit time.Duration) (err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%w (%T)", errBroken, fault) // its text may contain the address
		}
	}()
	return c.carry(ctx, l)
}

// after returns the letter with the number of missing messages before it.
func (l letter) after(p language.Printer, missing int64) letter {
	switch missing {
	case 0:
	case 1:
		l.text += p.Sprintf("\n\n(An earlier message could not be sent. See the log, and: sweepd history.)")
	default:
		l.text += p.Sprintf("\n\n(%d earlier messages could not be sent. See the log, and: sweepd history.)", missing)
	}
	return l
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
