package report

import (
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// Kept is the part of a run's files that is still in one storage's trash. Until is a promise, so it is the earliest end
// of all its files.
type Kept struct {
	Storage string `json:"storage"`
	Files   int64  `json:"files"`
	Bytes   int64  `json:"bytes"`
	// it can be brought back at least until then; zero: until the trash is emptied
	Until time.Time `json:"until,omitzero"`
	// Then is what happens to it after Until, as a clause.
	Then    language.Message `json:"then,omitzero"`
	Account bool             `json:"account"`         // of a service, not folders of this machine
	Stays   bool             `json:"stays,omitempty"` // sweepd cannot delete it there for good
}

// String returns a description, without names other than the storage's.
func (k Kept) String() string { return k.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (k Kept) In(p language.Printer) string {
	if k.Until.IsZero() {
		return p.Sprintf("in the trash of %s until it is emptied", Plain(k.Storage))
	}
	return p.Sprintf("in the trash of %s, recoverable until %s: %s", Plain(k.Storage), day(k.Until), k.Then)
}

// keeping computes how long files are kept, by the policy; without one it returns nothing. The zero value with a policy
// is ready; note is called for each operation of a run, in any order.
type keeping struct {
	policy *policy.Policy
	all    []Kept
}

// note adds one operation. The time for a storage is that of the first file to go.
func (k *keeping) note(op journal.Operation) {
	if k.policy == nil || op.Op.Kind != providers.OpTrash || op.State() != "done" || op.Resolved != "" {
		return
	}
	name := op.Op.Storage
	i := slices.IndexFunc(k.all, func(kept Kept) bool { return kept.Storage == name })
	if i < 0 {
		st, _ := k.policy.Storage(name)
		i, k.all = len(k.all), append(k.all, Kept{Storage: name, Account: st.Remote(), Stays: !st.Purges()})
	}
	kept := &k.all[i]
	kept.Files++
	kept.Bytes += op.Op.Entry.Size
	if until, then := k.end(name, op.Ended); !until.IsZero() && (kept.Until.IsZero() || until.Before(kept.Until)) {
		kept.Until, kept.Then = until, then
	}
}

// end returns the time at which a file that was trashed at a time is deleted for good, and the reason: the service,
// which keeps it at least so long, or sweepd by the policy.
func (k *keeping) end(name string, at time.Time) (until time.Time, then language.Message) {
	ages := k.policy.Trash
	st, _ := k.policy.Storage(name)
	if st.Keeps() > 0 {
		until, then = at.Add(st.Keeps()), st.After()
	}
	for _, age := range []time.Duration{ages.Ours, ages.Everything} {
		if by := at.Add(age); age > 0 && st.Purges() && (until.IsZero() || by.Before(until)) {
			until, then = by, language.Messagef("then sweepd purges it")
		}
	}
	return until, then
}
