package notify

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Message is what a person is told.
type Message struct {
	Event   string // what it is about; a sink takes those that its On names
	Subject string // one line
	Text    string // without the names of files
	Full    string // with them; "": as Text
	At      time.Time
}

// Sink is where messages go.
type Sink struct {
	To    string   // a file (absolute, or ~/...), the bare name of a systemd credential, or "desktop"
	On    []string // the events that it wants
	Names bool     // Message.Full may go there; else it never leaves
}

// Options of a Notifier. Getenv and Now must be set.
type Options struct {
	Sinks  []Sink
	Getenv func(string) string // HOME, CREDENTIALS_DIRECTORY, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR
	Log    *slog.Logger        // nil: nowhere
	Now    func() time.Time
}

// Notifier carries messages to all its sinks.
type Notifier struct {
	lines []*line
	stop  context.CancelFunc // ends what the lines wait for
	done  sync.WaitGroup

	mu     sync.Mutex
	closed bool
}

// Open reads where each sink is and begins to wait for messages. No sink is
// called yet. Errors are *SinkError, of all sinks that are wrong, joined.
func Open(o Options) (*Notifier, error) { return open(o, usual) }

func open(o Options, p pace) (*Notifier, error) {
	bound(http.DefaultClient)
	n := &Notifier{}
	var bad []error
	for _, s := range o.Sinks {
		c, err := openSink(s.To, o.Getenv)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		n.lines = append(n.lines, newLine(s, c, o, p))
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	ctx, stop := context.WithCancel(context.Background())
	n.stop = stop
	for _, l := range n.lines {
		n.done.Go(func() { l.run(ctx) })
	}
	return n, nil
}

// Send puts a message into the queue of each sink that wants it, and never
// waits: where a queue is full its oldest message is dropped.
func (n *Notifier) Send(m Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	for _, l := range n.lines {
		if slices.Contains(l.sink.On, m.Event) {
			l.put(letterOf(m, l.sink.Names))
		}
	}
}

// Close sends what is queued, for as long as ctx lasts, and takes no more. When
// it returns every goroutine has ended, for which it waits after ctx for the one
// try that each sink may have under way, at most tryLimit. The error is ctx's
// when messages were left; how many is in the log.
func (n *Notifier) Close(ctx context.Context) error {
	n.mu.Lock()
	if !n.closed {
		n.closed = true
		for _, l := range n.lines {
			close(l.queue)
		}
	}
	n.mu.Unlock()
	defer n.stop()
	defer context.AfterFunc(ctx, n.stop)()
	n.done.Wait()
	for _, l := range n.lines {
		if l.left {
			return context.Cause(ctx)
		}
	}
	return nil
}

// Result is what became of a trial message at one sink.
type Result struct {
	Sink Sink
	Err  error // nil: the sink took it; else a *SinkError, or what the sink said
}

// Try sends a message to each sink once, whatever it wants, side by side, and
// says what became of it, in the order of the sinks.
func Try(ctx context.Context, o Options, m Message) []Result {
	bound(http.DefaultClient)
	results := make([]Result, len(o.Sinks))
	var all sync.WaitGroup
	for i, s := range o.Sinks {
		all.Go(func() {
			results[i].Sink = s
			c, err := openSink(s.To, o.Getenv)
			if err == nil {
				err = try(ctx, c, letterOf(m, s.Names), usual.try)
			}
			results[i].Err = err
		})
	}
	all.Wait()
	return results
}

// letter is a message as one sink gets it: what that sink must not see is not in
// it any more.
type letter struct {
	event, subject, text string
	at                   time.Time
}

func letterOf(m Message, names bool) letter {
	l := letter{event: m.Event, subject: line1(m.Subject), text: strings.TrimRight(m.Text, "\n"), at: m.At}
	if names && m.Full != "" {
		l.text = strings.TrimRight(m.Full, "\n")
	}
	l.text = printable(l.text)
	return l
}

// line1 makes text one line: a subject becomes a header, of mail and of HTTP.
func line1(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }

// printable replaces what is not to be printed, but for line ends and tabs: a
// file's name may hold what a terminal, a chat or a mail obeys.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
