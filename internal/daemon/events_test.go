package daemon

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/event"
)

// known passes on records, and fails the test at one that is not as its event in event.Kinds, or not on one line.
type known struct {
	slog.Handler
	t     testing.TB
	attrs []slog.Attr
}

func (k known) WithAttrs(as []slog.Attr) slog.Handler {
	return known{k.Handler.WithAttrs(as), k.t, slices.Concat(k.attrs, as)}
}

func (k known) Handle(ctx context.Context, r slog.Record) error {
	attrs := map[string]string{}
	var flatten func(slog.Attr) bool
	flatten = func(a slog.Attr) bool {
		a.Value = a.Value.Resolve()
		if a.Value.Kind() == slog.KindGroup {
			for _, inner := range a.Value.Group() {
				flatten(inner)
			}
			return true
		}
		attrs[a.Key] = event.OneLine(nil, a).Value.String()
		return true
	}
	for _, a := range k.attrs {
		flatten(a)
	}
	r.Attrs(flatten)
	k.check(r, attrs)
	return k.Handler.Handle(ctx, r)
}

func (k known) check(r slog.Record, attrs map[string]string) {
	all := event.Kinds()
	i := slices.IndexFunc(all, func(of event.Kind) bool { return of.Name == attrs[event.Key] })
	if i < 0 {
		k.t.Errorf("%q has no event, but %v", r.Message, attrs)
		return
	}
	if of := all[i]; of.Message != r.Message || !slices.Contains(of.Levels, r.Level) {
		k.t.Errorf("%s: %v %q, want %v %q", of.Name, r.Level, r.Message, of.Levels, of.Message)
	}
	for key, value := range attrs {
		if key != event.Key && !slices.Contains(all[i].Fields, key) {
			k.t.Errorf("%s has the field %s=%q, which is not documented", attrs[event.Key], key, value)
		}
		if strings.Contains(value, "\n") {
			k.t.Errorf("%s: the field %s has more than one line: %q", attrs[event.Key], key, value)
		}
	}
}
