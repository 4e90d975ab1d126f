package systemd

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/journal"
)

// The kinds of record that a user may want to find, by the IDs that journalctl MESSAGE_ID=... finds.
// deploy/systemd/sweepd.catalog explains each. An ID never changes its meaning.
const (
	MessageSummary = "29149f71f67940f4aa3438f016edacf2" // a sweep is over
	MessageHeld    = "9a8c0dea1bd5445e89c6567a969febbc" // files are kept although the policy wants them gone
	MessageGrant   = "981c9520038a4a2f84567c35f8fbc3cc" // an account needs a new sign-in
	MessageDigest  = "42d0dcc5666e4e0d91d0145b892f670a" // the digest of the coming deletions
	MessageReload  = "bada457b438841f6a25e8f25f47479f1" // a changed policy is in force
	// MessageLost: the record can no longer be relied on; the service stops.
	MessageLost          = "99705fba6d0c49cb84eb0c1ae3f1c8a9"
	MessageRefusedPolicy = "491eeffd94a4474f8eda24ebc9fadc4e" // a changed policy is not used; nothing is deleted
)

// identifier is the name that journalctl -t finds.
const identifier = "sweepd"

// Record is one record for journald.
type Record struct {
	MessageID string // "" or one of the IDs above
	Text      string // the text for the user
	Level     slog.Level
	Fields    map[string]string // by their whole names, such as SWEEPD_RUN
}

// Send sends r to journald if journald reads standard error; else it does nothing, since the reader is then no
// journal with fields.
func Send(_ context.Context, r Record) error {
	if !journalReads() {
		return nil
	}
	return send(r)
}

// journalReads reports whether standard error is journald's own stream.
func journalReads() bool {
	ok, err := journal.StderrIsJournalStream()
	return ok && err == nil
}

// send sends r in journald's own protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/), by the library. A record
// that does not fit into a datagram is passed as a file.
func send(r Record) error {
	fields := map[string]string{"SYSLOG_IDENTIFIER": identifier}
	for name, value := range r.Fields {
		fields[fieldName(name)] = value
	}
	if r.MessageID != "" {
		fields["MESSAGE_ID"] = r.MessageID
	}
	if err := journal.Send(r.Text, priority(r.Level), fields); err != nil {
		return fmt.Errorf("tell journald: %w", err)
	}
	return nil
}

// priority returns the syslog level of l.
func priority(l slog.Level) journal.Priority {
	switch {
	case l >= slog.LevelError:
		return journal.PriErr
	case l >= slog.LevelWarn:
		return journal.PriWarning
	case l >= slog.LevelInfo:
		return journal.PriInfo
	}
	return journal.PriDebug
}

// fieldName returns name in a form that journald accepts: capitals, digits and underscores, at most 64, no underscore
// or digit at the beginning (systemd.journal-fields(7), journal_field_valid).
func fieldName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return '_'
	}, name)
	if name == "" || name[0] < 'A' || name[0] == '_' {
		name = "SWEEPD_" + strings.TrimLeft(name, "_")
	}
	return name[:min(len(name), 64)]
}

// messageID is the key of the attribute that becomes MESSAGE_ID.
const messageID = "message_id"

// NewHandler returns a handler that sends each record to journald if journald reads standard error, with its
// attributes as fields, SWEEPD_ before their names; else it returns fallback. The handler has the level of fallback,
// and passes records that journald does not accept to fallback. An attribute message_id, outside of any group,
// becomes MESSAGE_ID; the text is the message and the attributes as slog.TextHandler writes them, so that journalctl
// shows them too.
func NewHandler(fallback slog.Handler) slog.Handler {
	if !journalReads() {
		return fallback
	}
	return newHandler(fallback)
}

// newHandler is NewHandler when journald reads standard error.
func newHandler(fallback slog.Handler) slog.Handler {
	text := &lines{}
	return &handler{fallback: fallback, text: text, words: slog.NewTextHandler(text, &slog.HandlerOptions{
		Level: slog.LevelDebug - 100, ReplaceAttr: onlyAttributes,
	})}
}

// handler is the slog.Handler of NewHandler.
type handler struct {
	fallback slog.Handler
	text     *lines
	words    slog.Handler      // writes attributes to text
	fields   map[string]string // of WithAttrs
	prefix   string            // of WithGroup
}

// Enabled implements slog.Handler, by the level of fallback.
func (h *handler) Enabled(ctx context.Context, l slog.Level) bool { return h.fallback.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	words, err := h.text.of(func() error { return h.words.Handle(ctx, r) })
	if err != nil {
		return err
	}
	out := Record{Text: strings.TrimSpace(r.Message + " " + words), Level: r.Level, Fields: map[string]string{}}
	for name, value := range h.fields {
		out.Fields[name] = value
	}
	r.Attrs(func(a slog.Attr) bool {
		addField(out.Fields, h.prefix, a)
		return true
	})
	out.MessageID = out.Fields[messageID]
	delete(out.Fields, messageID)
	if err := send(out); err != nil {
		return h.fallback.Handle(ctx, r)
	}
	return nil
}

// WithAttrs implements slog.Handler. The attributes are collected here as fields, and also added to the two inner
// handlers, which write the text and take over if journald is gone.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	more := *h
	more.fallback, more.words = h.fallback.WithAttrs(attrs), h.words.WithAttrs(attrs)
	more.fields = map[string]string{}
	for name, value := range h.fields {
		more.fields[name] = value
	}
	for _, a := range attrs {
		addField(more.fields, h.prefix, a)
	}
	return &more
}

// WithGroup implements slog.Handler. The name of a group becomes a part of the fields' names.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	more := *h
	more.fallback, more.words = h.fallback.WithGroup(name), h.words.WithGroup(name)
	more.prefix += name + "_"
	return &more
}

// addField adds a, or all its attributes if it is a group. An attribute without a key is left out, as slog
// requires. Times are RFC 3339.
func addField(fields map[string]string, prefix string, a slog.Attr) {
	v := a.Value.Resolve()
	switch {
	case v.Kind() == slog.KindGroup:
		if a.Key != "" {
			prefix += a.Key + "_"
		}
		for _, inner := range v.Group() {
			addField(fields, prefix, inner)
		}
	case a.Key == "":
	case a.Key == messageID && prefix == "":
		fields[messageID] = v.String()
	case v.Kind() == slog.KindTime:
		fields["SWEEPD_"+prefix+a.Key] = v.Time().Format(time.RFC3339Nano)
	default:
		fields["SWEEPD_"+prefix+a.Key] = v.String()
	}
}

// onlyAttributes removes the attributes that are fields of their own in journald, or that send sets.
func onlyAttributes(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey ||
		a.Key == messageID) {
		return slog.Attr{}
	}
	return a
}

// lines captures one written record at a time.
type lines struct {
	mu   sync.Mutex
	line bytes.Buffer
}

// Write implements io.Writer. It is called only inside of of, which holds the lock.
func (l *lines) Write(p []byte) (int, error) { return l.line.Write(p) }

// of returns the line that write writes.
func (l *lines) of(write func() error) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line.Reset()
	err := write()
	return strings.TrimSuffix(l.line.String(), "\n"), err
}
