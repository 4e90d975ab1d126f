package dropbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"sweepd/providers"
)

// cursor is a place in the change history of each root.
type cursor struct {
	Options string            `json:"options"` // a listing under others is another listing
	Files   int64             `json:"files"`   // as the last full listing counted them
	Less    int64             `json:"less,omitempty"`
	Drift   int64             `json:"drift,omitempty"` // changes since then that make the count a guess
	Places  map[string]string `json:"places"`          // Dropbox's own cursors, by root
}

func (c cursor) encode() providers.Cursor {
	b, err := json.Marshal(c)
	if err != nil { // strings and numbers
		return ""
	}
	return providers.Cursor(b)
}

// decode is the cursor, or providers.ErrExpired for one that is none, that
// another listing left, or that lacks a root which could not be listed then.
func (d *Driver) decode(since providers.Cursor) (c cursor, err error) {
	if err := json.Unmarshal([]byte(since), &c); err != nil || c.Options != d.fingerprint() || len(c.Places) != len(d.roots) {
		return cursor{}, providers.ErrExpired
	}
	for _, r := range d.roots {
		if c.Places[r.name] == "" {
			return cursor{}, providers.ErrExpired
		}
	}
	return c, nil
}

// fingerprint tells listings apart that would name other files.
func (d *Driver) fingerprint() string {
	b, err := json.Marshal([]any{1, d.o.Account, d.o.Member, d.o.TeamSpace, d.account.space, d.o.Roots, d.o.Exclude})
	if err != nil { // strings
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// drifted reports whether the count has become so much of a guess that a share
// of it would mean little. Then everything is listed again, a page for two
// thousand files.
func (c cursor) drifted() bool { return c.Drift > max(5, c.Files/10) }

// known is how many files there are at least.
func (c cursor) known() int64 { return max(c.Files-c.Less, 0) }
