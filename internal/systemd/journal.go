package systemd

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/journal"
)

// identifier is the name that journalctl -t finds.
const identifier = "sweepd"

// JournalReads reports whether standard error is journald's own stream.
func JournalReads() bool {
	ok, err := journal.StderrIsJournalStream()
	return ok && err == nil
}

// send sends a record in journald's own protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/), by the library. A
// record that does not fit into a datagram is passed as a file. fields are by their whole names, such as SWEEPD_RUN.
func send(level slog.Level, text string, fields map[string]string) error {
	named := map[string]string{"SYSLOG_IDENTIFIER": identifier}
	for name, value := range fields {
		named[fieldName(name)] = value
	}
	if err := journal.Send(text, priority(level), named); err != nil {
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

// HandlerOptions are the options of NewHandler.
type HandlerOptions struct {
	EventKey  string                                       // the key of the attribute that names the event
	MessageID func(event string) string                    // returns the MESSAGE_ID of an event, "" for none
	Replace   func(groups []string, a slog.Attr) slog.Attr // see slog.HandlerOptions.ReplaceAttr
}

// NewHandler returns a handler that sends each record to journald, with its attributes as fields, SWEEPD_ before their
// names. The handler has the level of fallback, and passes records that journald does not accept to fallback. The
// event, outside of any group, determines MESSAGE_ID. The text is the message and the attributes as slog.TextHandler
// writes them, so that journalctl shows them too, without the event and without zeros.
func NewHandler(fallback slog.Handler, o HandlerOptions) slog.Handler {
	text := &lines{}
	return &handler{o: o, fallback: fallback, text: text, words: slog.NewTextHandler(text, &slog.HandlerOptions{
		Level: slog.LevelDebug - 100, ReplaceAttr: o.shown,
	})}
}

// shown replaces the attributes that journalctl shows in the text: it removes those that are fields of their own in
// journald, and zeros, of which a run has many.
func (o HandlerOptions) shown(groups []string, a slog.Attr) slog.Attr {
	v := a.Value
	zero := v.Kind() == slog.KindInt64 && v.Int64() == 0 || v.Kind() == slog.KindBool && !v.Bool()
	own := len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey ||
		a.Key == o.EventKey)
	if zero || own {
		return slog.Attr{}
	}
	return o.Replace(groups, a)
}

// handler is the slog.Handler of NewHandler.
type handler struct {
	o        HandlerOptions
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
	fields := map[string]string{}
	maps.Copy(fields, h.fields)
	r.Attrs(func(a slog.Attr) bool {
		h.addField(fields, h.prefix, a)
		return true
	})
	if id := h.o.MessageID(fields["SWEEPD_"+h.o.EventKey]); id != "" {
		fields["MESSAGE_ID"] = id
	}
	if err := send(r.Level, strings.TrimSpace(r.Message+" "+words), fields); err != nil {
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
	maps.Copy(more.fields, h.fields)
	for _, a := range attrs {
		h.addField(more.fields, h.prefix, a)
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
func (h *handler) addField(fields map[string]string, prefix string, a slog.Attr) {
	a.Value = a.Value.Resolve()
	if a.Value.Kind() != slog.KindGroup {
		a = h.o.Replace(nil, a)
	}
	switch v := a.Value; {
	case v.Kind() == slog.KindGroup:
		if a.Key != "" {
			prefix += a.Key + "_"
		}
		for _, inner := range v.Group() {
			h.addField(fields, prefix, inner)
		}
	case a.Key == "":
	case v.Kind() == slog.KindTime:
		fields["SWEEPD_"+prefix+a.Key] = v.Time().Format(time.RFC3339Nano)
	default:
		fields["SWEEPD_"+prefix+a.Key] = v.String()
	}
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
