package app

import (
	"context"
	"errors"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/notify"
	"github.com/sweepd/sweepd/policy"
)

// Notify returns the options with which messages to the policy's receivers are sent. The policy names only the
// files that have the receivers' addresses and secrets; they are read when a message is sent.
func (o Options) Notify(p *policy.Policy) notify.Options {
	all := make([]notify.Sink, 0, len(p.Notify))
	for _, n := range p.Notify {
		s := notify.Sink{To: n.To, Names: n.Names, EachUser: n.EachUser}
		for _, e := range n.On {
			s.On = append(s.On, string(e))
		}
		all = append(all, s)
	}
	return notify.Options{Sinks: all, Getenv: o.Getenv, Log: o.Log, Now: o.Now, Language: language.New(o.Getenv)}
}

// TryNotify sends a trial message to each sink of the policy, regardless of its events, and returns the
// results. It returns a *UsageError if the policy has no sinks.
func TryNotify(ctx context.Context, o Options) ([]notify.Result, error) {
	paths, err := FindPaths(o.Getenv)
	if err != nil {
		return nil, err
	}
	_, p, err := o.openPolicy(paths)
	if err != nil {
		return nil, err
	}
	to := o.Notify(p)
	if len(to.Sinks) == 0 {
		return nil, &UsageError{
			errors.New("the policy has no notification receivers"), "add notify: to the policy; see " +
				"docs/notifications.md",
		}
	}
	return notify.Try(ctx, to, notify.Message{
		Event:   "test",
		Subject: to.Language.Sprintf("sweepd: test message"),
		Text:    to.Language.Sprintf("This message was sent by: sweepd notify test. Nothing was scanned or deleted."),
		At:      o.Now(),
	}), nil
}
