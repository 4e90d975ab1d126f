package gdrive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"sweepd/providers"
)

// cursor is a place in the change history of each space. Google's tokens do not expire
// (https://developers.google.com/workspace/drive/api/reference/rest/v3/changes/list).
type cursor struct {
	At      time.Time         `json:"at"`      // changes before it are not listed again
	Options string            `json:"options"` // a listing under other options is another listing
	Files   int64             `json:"files"`   // the count of the last full listing
	Less    int64             `json:"less,omitempty"`
	Drift   int64             `json:"drift,omitempty"` // changes since then that make the count uncertain
	Tokens  map[string]string `json:"tokens"`          // by space
}

func (c cursor) encode() providers.Cursor {
	b, err := json.Marshal(c)
	if err != nil { // strings and numbers
		return ""
	}
	return providers.Cursor(b)
}

// decode returns the cursor. It returns providers.ErrExpired if since is not a cursor, or is of another listing.
func (d *Driver) decode(since providers.Cursor) (c cursor, err error) {
	if err := json.Unmarshal([]byte(since), &c); err != nil || c.Options != d.fingerprint() ||
		len(c.Tokens) != len(d.spaces) {
		return cursor{}, providers.ErrExpired
	}
	for _, s := range d.spaces {
		if c.Tokens[s.id] == "" {
			return cursor{}, providers.ErrExpired
		}
	}
	return c, nil
}

// fingerprint returns a hash that differs for listings that would name other files.
func (d *Driver) fingerprint() string {
	b, err := json.Marshal([]any{1, d.o.Account, d.o.Roots, d.o.Exclude, d.o.Paths})
	if err != nil { // strings
		return ""
	}
	for _, s := range d.spaces {
		b = fmt.Append(b, s.id, "\n", s.root, "\n")
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// drifted reports whether the count has become so uncertain that a share of it would mean little. Then everything is
// listed again: one call for a thousand files, a tenth of which have changed since the last time.
func (c cursor) drifted() bool { return c.Drift > max(5, c.Files/10) }

// known returns how many files there are at least.
func (c cursor) known() int64 { return max(c.Files-c.Less, 0) }
