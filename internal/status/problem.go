package status

import (
	"cmp"
	"slices"

	"github.com/sweepd/sweepd/internal/language"
)

// Cause is the class of a Problem.
type Cause string

// The causes.
const (
	CauseSilent  Cause = "silent"  // the service does not answer
	CauseRecord  Cause = "record"  // the record cannot be relied on or read
	CauseFull    Cause = "full"    // a disk is full
	CausePolicy  Cause = "policy"  // the policy file is not the policy in force, or is invalid
	CauseClock   Cause = "clock"   // no age can be computed
	CauseSignIn  Cause = "sign_in" // an account needs a new sign-in
	CauseFolder  Cause = "folder"  // a folder cannot be looked at
	CauseStuck   Cause = "stuck"   // a storage makes no progress
	CauseStorage Cause = "storage" // a storage cannot be swept for another reason
	CausePaused  Cause = "paused"  // by the user
	CauseLimits  Cause = "limits"  // a plan was refused as a whole
)

// causes returns all causes in the order in which they are to be mended. The causes that stop all storages come first,
// each before those that cannot be mended, or judged, while it lasts. Those that stop one storage follow, then a pause,
// which is meant, and a plan that waits for a decision.
func causes() []Cause {
	return []Cause{
		CauseSilent, CauseFull, CauseRecord, CausePolicy, CauseClock,
		CauseSignIn, CauseFolder, CauseStuck, CauseStorage,
		CausePaused, CauseLimits,
	}
}

// Problem is something that stops deletion or a scan.
type Problem struct {
	Cause   Cause  `json:"cause"`
	Storage string `json:"storage,omitempty"` // "": all of them
	// Hint is one sentence on one line: the problem, and the command or the file that mends it.
	Hint language.Message `json:"hint"`
}

// First returns the problem that is to be mended first, by its cause and then by the name of its storage; nil if all
// are nil.
func First(all ...*Problem) *Problem {
	all = slices.DeleteFunc(slices.Clone(all), func(p *Problem) bool { return p == nil })
	if len(all) == 0 {
		return nil
	}
	order := causes()
	return slices.MinFunc(all, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(rank(order, a.Cause), rank(order, b.Cause)), cmp.Compare(a.Storage, b.Storage))
	})
}

// rank returns the place of a cause in the order. A cause of another version comes last.
func rank(order []Cause, c Cause) int {
	if i := slices.Index(order, c); i >= 0 {
		return i
	}
	return len(order)
}
