package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy"
)

// digestRow is the row whose turns send the digest: one worker has a turn. No storage has such a name.
const digestRow = "(digest)"

// digestAgain is how long it takes until a digest is tried again that lacked a storage.
const digestAgain = time.Minute

// digestMemory is what one turn of the digest leaves for the next.
//
// A digest is sent at most once. Its time is written before the first message leaves, by a statement that only the turn
// under way can make, and Sender is removed when every receiver has taken its message or was given up. So a turn that
// finds a Sender knows that its worker ended in between: some receivers may lack the digest, which is reported, and
// nothing is sent again.
type digestMemory struct {
	Last   time.Time `json:"last,omitzero"`
	Sender string    `json:"sender,omitempty"` // the worker that sends the one of Last
}

// stored returns m as text.
func (m digestMemory) stored() string {
	text, _ := json.Marshal(m) // it has nothing that cannot be written
	return string(text)
}

// sendDigest sends the digest if it is due, of what the last whole scan of each storage has found, by whichever worker.
// It waits until each storage was scanned under the policy, or fails, and the directories were read.
func (f *fleet) sendDigest(ctx context.Context, t turn, p *policy.Policy, memory string) outcome {
	var m digestMemory
	if json.Unmarshal([]byte(memory), &m) != nil {
		m = digestMemory{} // the next one is sent a whole time later
	}
	o := outcome{policy: daemon.Signature(p)}
	if m.Sender != "" {
		o.failure, o.detail = "digest", f.service.DigestLost(m.Last, m.Sender).String()
		m.Sender = ""
	}
	now := f.o.Now()
	if m.Last.IsZero() || m.Last.After(now) {
		m.Last = now
	}
	at := daemon.DigestAfter(p, m.Last)
	if at.IsZero() { // a policy that was loaded since has none
		at = now.Add(digestAgain)
	}
	if o.memory, o.wait = m.stored(), at.Sub(now); o.wait > 0 {
		return o
	}
	fail := func(err error) outcome {
		return outcome{
			memory: memory, policy: o.policy, wait: digestAgain, failure: string(app.ProblemOf("", err).Cause),
			detail: err.Error(),
		}
	}
	g, complete, err := f.digest(ctx, p)
	switch {
	case err != nil:
		return fail(err)
	case !complete:
		o.wait = digestAgain
		return o
	}
	m = digestMemory{Last: now, Sender: f.self.id}
	if err := f.store.note(ctx, t, m.stored()); err != nil {
		return fail(err)
	}
	if err := f.service.SendDigest(ctx, g); err != nil { // another worker reports it at once
		return outcome{memory: m.stored(), policy: o.policy}
	}
	m.Sender = ""
	return outcome{memory: m.stored(), policy: o.policy, wait: max(daemon.DigestAfter(p, now).Sub(f.o.Now()), 0)}
}

// digest returns the digest of what is known of all storages under a policy.
func (f *fleet) digest(ctx context.Context, p *policy.Policy) (g daemon.Digest, complete bool, err error) {
	rows, err := f.store.known(ctx, daemon.Signature(p))
	if err != nil {
		return g, false, err
	}
	var all []daemon.Forecast
	unread := map[string]error{}
	for _, row := range rows {
		if row.Storage != roll {
			one, err := forecast(row, p)
			if err != nil {
				return g, false, err
			}
			all = append(all, one)
			continue
		}
		var m rollMemory
		if row.Pending || json.Unmarshal([]byte(row.Memory), &m) != nil {
			return g, false, nil // whose accounts are swept is not known
		}
		for name, cause := range m.Unread {
			if _, fleet := p.Storages[name]; fleet {
				unread[name] = errors.New(m.Told[name])
			} else {
				all = append(all, daemon.Forecast{Storage: name, Failing: true, Cause: cause})
			}
		}
	}
	g, complete = daemon.NewDigest(p, all, unread)
	return g, complete, nil
}

// forecast returns what the row of a storage says.
func forecast(row known, p *policy.Policy) (daemon.Forecast, error) {
	f := daemon.Forecast{Storage: row.Storage, Failing: row.Failure != "", Cause: status.Cause(row.Failure)}
	if !f.Failing && daemon.Held(row.Memory) {
		f.Cause = status.CauseLimits
	}
	var err error
	if row.Digest != nil {
		f.Digest, err = report.ReadDigest([]byte(*row.Digest), p)
	}
	return f, err
}
