package event_test

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/event"
)

// long is an error with a text of several lines and a brief one.
type long struct{ n int }

func (e long) Error() string { return fmt.Sprintf("file:%d:1: wrong\n  %d | secret: text", e.n, e.n) }
func (e long) Brief() string { return fmt.Sprintf("file:%d:1: wrong", e.n) }

func TestAnErrorIsOneLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("plain"), "plain"},
		{errors.New("a\n  b\r\n\nc\u2028d"), "a; b; c; d"},
		{errors.Join(errors.New("a"), errors.New("b")), "a; b"},
		{long{6}, "file:6:1: wrong"},
		{fmt.Errorf("read it: %w", long{6}), "file:6:1: wrong"},
		{errors.Join(long{1}, fmt.Errorf("x: %w", long{2}), errors.New("and 3 more")), "file:1:1: wrong (and 1 more)"},
	} {
		if got := event.Line(c.err); got != c.want {
			t.Errorf("%q: got %q, want %q", c.err, got, c.want)
		}
		if got := event.OneLine(nil, slog.Any("err", c.err)).Value.String(); got != c.want {
			t.Errorf("%q as an attribute: got %q, want %q", c.err, got, c.want)
		}
	}
	if got := event.OneLine(nil, slog.String("why", "a\nb")).Value.String(); got != "a; b" {
		t.Errorf("got %q", got)
	}
}

func FuzzJoined(f *testing.F) {
	f.Add("a\nb")
	f.Add("\x85\u0085\u2029")
	f.Fuzz(func(t *testing.T, text string) {
		if got := event.Line(errors.New(text)); strings.ContainsAny(got, "\n\r\v\f\u0085\u2028\u2029") {
			t.Errorf("%q: got %q", text, got)
		}
	})
}

func TestEachEventHasItsOwnIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range event.Kinds() {
		if seen[k.Name] || seen[k.MessageID] || seen[k.Message] {
			t.Errorf("%s is not the only one with its name, id or message", k.Name)
		}
		seen[k.Name], seen[k.MessageID], seen[k.Message] = true, true, true
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(k.MessageID) || event.MessageID(k.Name) != k.MessageID {
			t.Errorf("%s: MESSAGE_ID %q", k.Name, k.MessageID)
		}
	}
	if id := event.MessageID("no such event"); id != "" {
		t.Errorf("got %q", id)
	}
}
