package dropbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"sweepd/providers"
)

// cursor is a place in the change history of each root.
type cursor struct {
	Options string            `json:"options"` // a listing under other options is another listing
	Files   int64             `json:"files"`   // the count of the last full listing
	Less    int64             `json:"less,omitempty"`
	Drift   int64             `json:"drift,omitempty"` // changes since then that make the count uncertain
	Places  map[string]string `json:"places"`          // Dropbox's own cursors, by root
}

func (c cursor) encode() providers.Cursor {
	b, err := json.Marshal(c)
	if err != nil { // strings and numbers
		return ""
	}
	return providers.Cursor(b)
}

// decode returns the cursor. It returns providers.ErrExpired if since is not a cursor, is of another listing, or
// lacks a root which could not be listed then.
func (d *Driver) decode(since providers.Cursor) (c cursor, err error) {
	if err := json.Unmarshal([]byte(since), &c); err != nil || c.Options != d.fingerprint() ||
		len(c.Places) != len(d.roots) {
		return cursor{}, providers.ErrExpired
	}
	for _, r := range d.roots {
		if c.Places[r.name] == "" {
			return cursor{}, providers.ErrExpired
		}
	}
	return c, nil
}

// fingerprint returns a hash that differs for listings that would name other files.
func (d *Driver) fingerprint() string {
	b, err := json.Marshal([]any{1, d.o.Account, d.o.Member, d.o.TeamSpace, d.account.space, d.o.Roots, d.o.Exclude})
	if err != nil { // strings
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// drifted reports whether the count has become so uncertain that a share of it would mean little. Then everything is
// listed again, at one call for two thousand files.
func (c cursor) drifted() bool { return c.Drift > max(5, c.Files/10) }

// known returns how many files there are at least.
func (c cursor) known() int64 { return max(c.Files-c.Less, 0) }
