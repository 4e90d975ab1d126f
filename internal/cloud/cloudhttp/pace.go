package cloudhttp

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace limits calls to a rate that the service accepts. It is a token bucket whose rate is halved when the service
// answers "too many", and grows by one call a second each second while it does not, up to the caller's maximum. TCP
// shares a line with unknown others in the same way.
type pace struct {
	most  float64
	sleep func(context.Context, time.Duration) error
	now   func() time.Time

	mu     sync.Mutex
	bucket *rate.Limiter
	cut    time.Time // limits met by calls that began before are already handled
	closed time.Time // no call begins before: the service asked for it
}

// slowest is the lowest rate, in calls a second.
const slowest = 0.5

// newPace returns a pace that begins at the rate most, in calls a second, with a second's calls as the most that
// may begin at once.
func newPace(most float64, now func() time.Time, sleep func(context.Context, time.Duration) error) *pace {
	return &pace{most: most, now: now, sleep: sleep, bucket: rate.NewLimiter(rate.Limit(most), max(int(most), 1))}
}

// wait returns when a call may begin, and returns the time at that moment.
func (p *pace) wait(ctx context.Context) (time.Time, error) {
	p.mu.Lock()
	now := p.now()
	from := now
	if p.closed.After(now) {
		from = p.closed
	}
	turn := p.bucket.ReserveN(from, 1)
	d := from.Sub(now) + turn.DelayFrom(from)
	p.mu.Unlock()
	if d > 0 {
		if err := p.sleep(ctx, d); err != nil {
			p.mu.Lock()
			defer p.mu.Unlock()
			turn.CancelAt(p.now())
			return time.Time{}, err
		}
	}
	return p.now(), ctx.Err()
}

// limited records that a call which began at start met a limit, and how long the service asked to wait, if it
// did. Until then no other call begins either.
func (p *pace) limited(start time.Time, asked time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if until := now.Add(asked); asked > 0 && until.After(p.closed) {
		p.closed = until
	}
	if !start.After(p.cut) {
		return // calls that run at the same time count as one mistake
	}
	p.cut = now
	slower := max(float64(p.bucket.Limit())/2, slowest)
	p.bucket.SetLimitAt(now, rate.Limit(slower))
	p.bucket.SetBurstAt(now, max(int(slower), 1))
}

// answered records a call that met no limit. The rate grows by 1/rate with each of them: at that rate, by one
// call a second each second.
func (p *pace) answered() {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := float64(p.bucket.Limit())
	if limit >= p.most {
		return
	}
	now, faster := p.now(), min(limit+1/limit, p.most)
	p.bucket.SetLimitAt(now, rate.Limit(faster))
	p.bucket.SetBurstAt(now, max(int(faster), 1))
}

// rate returns the present rate in calls a second.
func (p *pace) rate() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return float64(p.bucket.Limit())
}
