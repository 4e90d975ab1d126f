package policy

import (
	"time"

	"sweepd/fingerprint"
	"sweepd/providers"
)

// Action is what a decision says of one file.
type Action string

// The actions. Hold is a trash whose time has not come.
const (
	Keep   Action = "keep"
	Review Action = "review"
	Hold   Action = "hold"
	Trash  Action = "trash"
)

// Ground is the class of the reason for which a file is kept or held: what the
// reasons say in words for one file, so that it can be counted for many. There
// are as many as constants below and guards.
type Ground string

// The grounds: of a keep the first three, of a hold the others, and "guard:"
// with the name of a guard.
const (
	GroundRule     Ground = "rule"     // a rule says keep
	GroundNoRule   Ground = "no_rule"  // no rule matches
	GroundWord     Ground = "word"     // a person said keep
	GroundGrace    Ground = "grace"    // its grace runs
	GroundUnmarked Ground = "unmarked" // its grace has not begun
	GroundSettle   Ground = "settle"   // it was changed too recently
	GroundConfirm  Ground = "confirm"  // a later scan has to meet it again
	GroundClock    Ground = "clock"    // a clock is wrong
	GroundUnlisted Ground = "unlisted" // it is in a root that was not listed whole
	GroundReturned Ground = "returned" // it was in the trash, and another program brought it back
	GroundUnknown  Ground = "unknown"  // what has to be known could not be found out
)

// GroundOf is the ground of what a guard holds.
func GroundOf(g providers.Guard) Ground { return Ground("guard:" + g) }

// Facts is all that a decision may depend on, but for the time.
type Facts struct {
	Storage   string
	Entry     providers.Entry
	Verdict   fingerprint.Verdict
	FirstSeen time.Time // when this revision was first met; zero: now
	Marked    time.Time // when a grace began for this revision; zero: not yet
}

// Decision is what the policy says of one file, and why.
type Decision struct {
	Action    Action    `json:"action"`
	Rule      string    `json:"rule"`                // the rule that decided; "" when none matched
	Reasons   []string  `json:"reasons"`             // clauses a person can read, at least one
	NotBefore time.Time `json:"not_before,omitzero"` // of a hold: when the file may be trashed if nothing changes; zero: no time ends it
	Grace     bool      `json:"-"`                   // of a hold: it is the rule's grace that runs, or would begin
	Ground    Ground    `json:"-"`                   // of a keep and a hold: the class of what speaks against a deletion

	// What Decide cannot know, and leaves empty for whoever asks the storage
	// and the person.
	Guards   []providers.Held `json:"guards,omitempty"`   // of a hold: what protects the file
	Approved bool             `json:"approved,omitempty"` // of a trash: a person approved this revision
}
