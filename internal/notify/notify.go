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

	"github.com/sweepd/sweepd/internal/language"
)

// Message is a message for the user.
type Message struct {
	Event   string // its subject matter; a sink takes the events in its On
	Subject string // one line
	Text    string // without the names of files
	Full    string // with them; "": as Text
	At      time.Time
	// User is the mail address of the one person whom the message is for. It goes to the sinks with EachUser, and any
	// other message to the others; so nobody sees what is for somebody else.
	User string
	// Open counts the sinks that have neither taken the message nor dropped it; nil: it is not counted.
	Open *sync.WaitGroup
}

// Sink is a receiver of messages.
type Sink struct {
	// To is a file (absolute, or ~/...), the bare name of a systemd credential, or "desktop".
	To    string
	On    []string // the events that it wants
	Names bool     // Message.Full may be sent there; else it never leaves
	// EachUser is set of a mail server that sends each message to its Message.User, and not to the addresses of the
	// sink's URL.
	EachUser bool
}

// Options are the options of a Notifier. Getenv and Now are required.
type Options struct {
	Sinks  []Sink
	Getenv func(string) string // HOME, CREDENTIALS_DIRECTORY, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR
	Log    *slog.Logger        // nil: no log
	Now    func() time.Time
	// Language is that of the sentence about missing messages.
	Language language.Printer
}

// Notifier sends messages to all its sinks. Each has a queue and a goroutine of its own, so that none waits for
// another that is down. Its methods may be called concurrently.
type Notifier struct {
	lines []*line
	stop  context.CancelFunc // ends the waits of the lines
	done  sync.WaitGroup

	mu     sync.Mutex
	closed bool
}

// Open reads the address of each sink and starts the queues. It calls no sink yet. It returns the *SinkError of each
// invalid sink, joined.
func Open(o Options) (*Notifier, error) { return open(o, usual) }

// open is Open with a pace, which tests shorten.
func open(o Options, p pace) (*Notifier, error) {
	bound(http.DefaultClient)
	n := &Notifier{}
	var bad []error
	for _, s := range o.Sinks {
		c, err := openSink(s.To, o.Getenv)
		if _, byMail := c.(mail); err == nil && s.EachUser && !byMail {
			err = &SinkError{s.To, ErrNotMail, "write the smtp:// URL of a mail server; see docs/notifications.md"}
		}
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

// Send puts a message into the queue of each sink that wants it. It never blocks: a full queue drops its oldest
// message.
func (n *Notifier) Send(m Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	for _, l := range n.lines {
		if slices.Contains(l.sink.On, m.Event) && l.sink.EachUser == (m.User != "") {
			if m.Open != nil {
				m.Open.Add(1)
			}
			l.put(letterOf(m, l.sink.Names))
		}
	}
}

// Close sends the queued messages for as long as ctx lasts, and accepts no more. When it returns every goroutine has
// ended: after ctx it waits for the one try that each sink may have under way, at most tryLimit. It returns ctx's
// error if messages were left; the log has their number.
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

// Result is the result of a trial message at one sink.
type Result struct {
	Sink Sink
	Err  error // nil: the sink took it; else a *SinkError, or the sink's error
}

// Try sends a message to each sink once, concurrently and regardless of its events, and returns the results in the
// order of the sinks.
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

// letter is a message for one sink, without the parts that the sink must not see.
type letter struct {
	event, subject, text string
	at                   time.Time
	user                 string          // Message.User
	open                 *sync.WaitGroup // Message.Open
}

// close says that the sink has taken or dropped the letter.
func (l letter) close() {
	if l.open != nil {
		l.open.Done()
	}
}

// letterOf returns the letter for a sink; names is Sink.Names. Without it the text has no names of files.
func letterOf(m Message, names bool) letter {
	l := letter{
		event: m.Event, subject: line1(m.Subject), text: strings.TrimRight(m.Text, "\n"), at: m.At, user: m.User,
		open: m.Open,
	}
	if names && m.Full != "" {
		l.text = strings.TrimRight(m.Full, "\n")
	}
	l.text = printable(l.text)
	return l
}

// line1 returns text as one line: a subject becomes a header of mail and of HTTP.
func line1(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }

// printable replaces unprintable characters other than newlines and tabs: a file's name may have characters that a
// terminal, a chat or a mail program would interpret.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
