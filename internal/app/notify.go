package app

import (
	"context"
	"errors"

	"sweepd/internal/notify"
	"sweepd/policy"
)

// sinks returns the policy's receivers as the notify package has them.
func sinks(p *policy.Policy) []notify.Sink {
	all := make([]notify.Sink, 0, len(p.Notify))
	for _, n := range p.Notify {
		s := notify.Sink{To: n.To, Names: n.Names}
		for _, e := range n.On {
			s.On = append(s.On, string(e))
		}
		all = append(all, s)
	}
	return all
}

// TryNotify sends a trial message to each sink of the policy, regardless of its events, and returns the
// results. It returns a *UsageError if the policy has no sinks.
func TryNotify(ctx context.Context, o Options) ([]notify.Result, error) {
	paths, err := FindPaths(o.Getenv)
	if err != nil {
		return nil, err
	}
	a := &App{o: o, Paths: paths}
	if err := a.openPolicy(); err != nil {
		return nil, err
	}
	to := sinks(a.Policy)
	if len(to) == 0 {
		return nil, &UsageError{
			errors.New("the policy has no notification receivers"), "add notify: to the policy; see docs/notifications.md",
		}
	}
	return notify.Try(ctx, notify.Options{Sinks: to, Getenv: o.Getenv, Log: o.Log, Now: o.Now}, notify.Message{
		Event:   "test",
		Subject: "sweepd: test message",
		Text:    "This message was sent by: sweepd notify test. Nothing was scanned or deleted.",
		At:      o.Now(),
	}), nil
}
