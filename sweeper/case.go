package sweeper

import (
	"context"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// Case is a file that a scan has found, with all that a decision on it needs besides the policy and the time. It
// implements lookup with what was looked up once. So several policies are compared on one scan, without asking the
// storage twice.
type Case struct {
	policy.Facts
	doubt *journal.ClockError

	in    asked[string]
	user  asked[journal.Override]
	why   language.Message
	undo  asked[bool] // of a kept file
	back  asked[time.Time]
	holds asked[[]providers.Held]
}

// asked is the answer to a question, or why there is none.
type asked[T any] struct {
	answer T
	err    error
}

// ask returns the answer that a lookup returned. An error is kept too: a policy that needs the answer holds the file by
// it, another one does not notice.
func ask[T any](answer T, err error) asked[T] { return asked[T]{answer, err} }

// know asks everything that a step of q could ask. It returns an error if the file is gone or in flux, or if ctx has
// ended.
func know(ctx context.Context, q *question) (*Case, error) {
	c := &Case{
		Facts: q.Facts, doubt: q.doubt, in: ask(q.facts.export(ctx)), user: ask(q.facts.override(ctx)),
		back:  ask(q.facts.returned(ctx)),
		holds: ask(q.facts.guards(ctx, providers.AllGuards())),
	}
	if c.user.answer == journal.Keep {
		c.why, c.undo = q.facts.whyKept(ctx), ask(q.facts.restored(ctx))
	}
	for _, err := range []error{c.in.err, c.user.err, c.undo.err, c.back.err, c.holds.err} {
		if isTransient(ctx, err) {
			return c, err
		}
	}
	return c, nil
}

// Decide returns the decision on the file under a policy, as a scan would. It does no I/O. The policy must protect no
// file by a guard that was not asked in the scan.
func (c *Case) Decide(p *policy.Policy, now time.Time) policy.Decision {
	q := &question{Facts: c.Facts, policy: p, now: now, doubt: c.doubt, facts: c}
	d, _ := q.decide(context.Background()) // no lookup of a Case fails because the file is gone
	return d
}

// The methods of lookup return what was asked for in know.
func (c *Case) export(context.Context) (string, error) { return c.in.answer, c.in.err }

func (c *Case) override(context.Context) (journal.Override, error) { return c.user.answer, c.user.err }
func (c *Case) whyKept(context.Context) language.Message           { return c.why }
func (c *Case) restored(context.Context) (bool, error)             { return c.undo.answer, c.undo.err }

func (c *Case) returned(context.Context) (time.Time, error) { return c.back.answer, c.back.err }

// guards returns those of the guards that protect has, since know has asked all of them.
func (c *Case) guards(_ context.Context, protect []providers.Guard) ([]providers.Held, error) {
	return only(c.holds.answer, protect), c.holds.err
}
