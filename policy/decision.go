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
	NotBefore time.Time `json:"not_before,omitzero"` // of a hold: when the file may be trashed if nothing changes
	Grace     bool      `json:"-"`                   // of a hold: it is the rule's grace that runs, or would begin

	// What Decide cannot know, and leaves empty for whoever asks the storage
	// and the person.
	Guards   []providers.Held `json:"guards,omitempty"`   // of a hold: what protects the file
	Approved bool             `json:"approved,omitempty"` // of a trash: a person approved this revision
}
