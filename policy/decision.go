package policy

import (
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
)

// Action is the result of a decision on one file.
type Action string

// The actions. Hold is a trash whose time has not come.
const (
	Keep   Action = "keep"
	Review Action = "review"
	Hold   Action = "hold"
	Trash  Action = "trash"
)

// ReasonCode is the class of the reason for which a file is kept or held. It allows counting such files, while Reasons
// explain a single one. There are as many codes as constants below and guards.
type ReasonCode string

// The reason codes. The first three belong to Keep, the others to Hold. A further one for each guard is "guard:" with
// the guard's name.
const (
	ReasonRule     ReasonCode = "rule"     // a rule keeps it
	ReasonNoRule   ReasonCode = "no_rule"  // no rule matches
	ReasonOverride ReasonCode = "word"     // the user chose to keep it
	ReasonGrace    ReasonCode = "grace"    // its grace runs
	ReasonUnmarked ReasonCode = "unmarked" // its grace has not begun
	ReasonSettle   ReasonCode = "settle"   // it was changed too recently
	ReasonConfirm  ReasonCode = "confirm"  // a later scan has to find it again
	ReasonNewcomer ReasonCode = "newcomer" // its account is only reported on so far
	ReasonClock    ReasonCode = "clock"    // a clock is wrong
	ReasonUnlisted ReasonCode = "unlisted" // its root was not listed completely
	ReasonReturned ReasonCode = "returned" // another program brought it back from the trash
	ReasonUnknown  ReasonCode = "unknown"  // a required fact could not be determined
)

// ReasonOf returns the code of a file that the guard holds.
func ReasonOf(g providers.Guard) ReasonCode { return ReasonCode("guard:" + g) }

// Facts is the input of a decision, except for the time.
type Facts struct {
	// Storage is a name that Policy.Storage knows.
	Storage   string
	Entry     providers.Entry
	Verdict   fingerprint.Verdict
	FirstSeen time.Time // when this revision was first found; zero: now
	Marked    time.Time // when a grace began for this revision; zero: not yet
	Joined    time.Time // when the account was swept for the first time; zero: now
}

// Decision is the result of a policy for one file, with reasons.
type Decision struct {
	Action  Action             `json:"action"`
	Rule    string             `json:"rule"`    // the rule that decided; "" if none matched
	Reasons []language.Message `json:"reasons"` // clauses for the user, at least one
	// NotBefore is set for a hold: the file may be trashed then if nothing changes. It is zero if no time ends the
	// hold.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Mandatory is set of a trash and a hold by a mandatory rule, for a file in an account of a fleet. The user's
	// decision to keep the file does not change it. Everything else that holds the file does.
	Mandatory  bool       `json:"mandatory,omitempty"`
	Grace      bool       `json:"-"` // of a hold: because of the rule's grace, running or not begun
	ReasonCode ReasonCode `json:"-"` // of a keep and a hold

	// Decide leaves these empty. The caller sets them after it has asked the storage and the journal.
	Guards   []providers.Held `json:"guards,omitempty"`   // of a hold: the guards that protect the file
	Approved bool             `json:"approved,omitempty"` // of a trash: the user approved this revision
}
