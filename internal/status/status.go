package status

import (
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// Daemon is the state of a running daemon at one moment. Unknown times are zero. Its JSON is the answer of
// /status.json, and the field daemon of sweepd status --json (docs/json.md).
type Daemon struct {
	Version    string    `json:"version"`
	PID        int       `json:"pid"`
	Since      time.Time `json:"since,omitzero"`
	PolicyFile string    `json:"policy_file"`
	Policy     string    `json:"policy"`                 // its hash
	Mode       string    `json:"mode"`                   // "report" or "enforce"
	Record     string    `json:"record,omitempty"`       // identifies the file of its record on this machine
	RecordErr  string    `json:"record_error,omitempty"` // why the record can no longer be relied on
	// Held is why nothing is deleted until the policy file is read anew; zero = the file is unchanged.
	Held     language.Message   `json:"held,omitzero"`
	Paused   language.Message   `json:"paused,omitzero"` // why nothing is deleted; zero = not paused
	Digest   time.Time          `json:"digest,omitzero"` // when the next one is sent
	Storages []Storage          `json:"storages"`
	Notices  []language.Message `json:"notices,omitempty"` // notices for its owner
	First    *Problem           `json:"first,omitempty"`   // the problem to mend first; nil = there is none
}

// answer is the Daemon as it is served. Texts has the source of each of its texts, by the English one.
type answer struct {
	Daemon
	Texts map[string]language.Source `json:"texts,omitempty"`
}

// answer returns the Daemon with the sources of its texts.
func (d *Daemon) answer() answer {
	a := answer{*d, map[string]language.Source{}}
	for _, m := range d.texts() {
		if !m.IsZero() {
			a.Texts[m.String()] = language.Source(*m)
		}
	}
	return a
}

// daemon returns the Daemon with texts in any language, those of which the answer has the source. A daemon of another
// version may send none.
func (a *answer) daemon() Daemon {
	for _, m := range a.texts() {
		if source, ok := a.Texts[m.String()]; ok && language.Message(source).String() == m.String() {
			*m = language.Message(source)
		}
	}
	return a.Daemon
}

// texts returns the texts of d that are not errors.
func (d *Daemon) texts() []*language.Message {
	all := []*language.Message{&d.Held, &d.Paused}
	problems := []*Problem{d.First}
	for i := range d.Notices {
		all = append(all, &d.Notices[i])
	}
	for i := range d.Storages {
		all = append(all, &d.Storages[i].Watch)
		problems = append(problems, d.Storages[i].Problem)
	}
	for _, p := range problems {
		if p != nil {
			all = append(all, &p.Hint)
		}
	}
	return all
}

// The states of a Storage.
const (
	Idle     = "idle"
	Scanning = "scanning"
	Sweeping = "sweeping"
	Waiting  = "waiting"  // for the end of quiet hours, or for a service that asked for time
	Stuck    = "stuck"    // no sign of life for too long
	Unopened = "unopened" // it could not be opened: its sign-in has ended, or its folders are gone
)

// states returns all states, in the order in which they are shown.
func states() []string { return []string{Idle, Scanning, Sweeping, Waiting, Stuck, Unopened} }

// Storage is the state of one storage of a daemon. The figures down to Review are those of its last scan, the others
// count since the daemon began.
type Storage struct {
	Name       string    `json:"name"`
	Type       string    `json:"type"` // as in the policy
	State      string    `json:"state"`
	StateSince time.Time `json:"state_since,omitzero"`
	LastGood   time.Time `json:"last_good,omitzero"` // the end of the last scan that saw everything
	LastRun    time.Time `json:"last_run,omitzero"`
	NextRun    time.Time `json:"next_run,omitzero"`

	Watch   language.Message `json:"watch,omitzero"`    // how changes are noticed
	Err     string           `json:"error,omitempty"`   // of the last try
	Problem *Problem         `json:"problem,omitempty"` // why it is not scanned or swept; nil = it is

	Seen    int64 `json:"seen"`
	Images  int64 `json:"images"`
	Matched int64 `json:"matched"`
	Due     int64 `json:"due"`
	Held    int64 `json:"held"`
	Review  int64 `json:"review"`

	Trashed   int64            `json:"trashed"`
	Purged    int64            `json:"purged"`
	Restored  int64            `json:"restored"`
	Bytes     int64            `json:"bytes"` // of the files trashed, purged or restored
	Freed     int64            `json:"freed"`
	Failed    int64            `json:"failed"`
	Refused   map[string]int64 `json:"refused,omitempty"` // by reason
	Calls     int64            `json:"calls"`
	BytesRead int64            `json:"bytes_read"`
}
