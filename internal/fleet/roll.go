package fleet

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/daemon"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy"
)

// roll is the row whose turns read the directories of the policy's fleets and register the members. It is one for all
// fleets, because an account that two of them select is swept by neither. No storage has such a name.
const roll = "(roll)"

const (
	rollEvery = time.Hour       // how often the directories are read
	rollAgain = 5 * time.Minute // after one that could not be read
	// rollLasts is how long members are swept after the last reading of their directory. An hour may pass until the
	// next one, and that may have to wait for a worker.
	rollLasts = 3 * time.Hour
)

// rollMemory is what one turn of roll leaves for the next, and for the turns of the members.
type rollMemory struct {
	// Read is when the directory of a fleet was read whole. A fleet whose last reading failed is not in it: its members
	// are not swept, since they may have left.
	Read map[string]time.Time `json:"read,omitempty"`
	// Told is what was reported; see daemon.Service.TellRoll.
	Told map[string]string `json:"told,omitempty"`
	// Unread has the cause, as sweepd status names it, for each fleet and account that is not swept.
	Unread map[string]status.Cause `json:"unread,omitempty"`
}

// callRoll reads the directories and registers the members of the fleets. It registers nobody of a fleet whose
// directory cannot be read whole or is empty, and takes nobody out.
func (f *fleet) callRoll(ctx context.Context, t turn, p *policy.Policy, memory string) outcome {
	var m rollMemory
	if json.Unmarshal([]byte(memory), &m) != nil {
		m = rollMemory{} // what was reported is reported again
	}
	read, by := f.o.Now(), daemon.Signature(p)
	called := f.service.CallRoll(ctx, p)
	members := map[string]string{}
	for _, names := range called.Members {
		for _, name := range names {
			st, _ := p.Storage(name)
			members[name] = st.Type
		}
	}
	fleets := slices.Sorted(maps.Keys(called.Members))
	left, err := f.store.enrol(ctx, t, by, fleets, members)
	if err = cmp.Or(ctx.Err(), err); err != nil { // a reading that was cut off says nothing of the directories
		return outcome{
			memory: memory, policy: by, wait: rollAgain, failure: string(app.ProblemOf("", err).Cause),
			detail: err.Error(),
		}
	}
	m.Read, m.Unread = map[string]time.Time{}, map[string]status.Cause{}
	for name, err := range called.Errs {
		m.Unread[name] = app.ProblemOf(name, err).Cause
	}
	for _, name := range fleets {
		m.Read[name] = read
	}
	m.Told = f.service.TellRoll(called, m.Told, left)
	text, _ := json.Marshal(m) // it has nothing that cannot be written
	o := outcome{memory: string(text), policy: by, wait: rollEvery}
	var failed []string
	for _, name := range slices.Sorted(maps.Keys(called.Errs)) {
		o.wait, o.failure = rollAgain, string(m.Unread[name])
		failed = append(failed, fmt.Sprintf("%s: %v", name, called.Errs[name]))
	}
	o.detail = strings.Join(failed, "; ")
	return o
}

// unread reports whether a member's fleet was not read lately: the member may have left.
func (f *fleet) unread(b begun) bool { return b.read == nil || f.o.Now().Sub(*b.read) > rollLasts }
