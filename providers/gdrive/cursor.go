package gdrive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"sweepd/providers"
)

// cursor is a place in the change history of each space. Google's tokens do not
// expire (https://developers.google.com/workspace/drive/api/reference/rest/v3/changes/list).
type cursor struct {
	At      time.Time         `json:"at"`      // nothing before it is listed again
	Options string            `json:"options"` // a listing under others is another listing
	Files   int64             `json:"files"`   // as the last full listing counted them
	Less    int64             `json:"less,omitempty"`
	Drift   int64             `json:"drift,omitempty"` // changes since then that make the count a guess
	Tokens  map[string]string `json:"tokens"`          // by space
}

func (c cursor) encode() providers.Cursor {
	b, err := json.Marshal(c)
	if err != nil { // strings and numbers
		return ""
	}
	return providers.Cursor(b)
}

// decode is the cursor, or providers.ErrExpired for one that is none, or that
// another listing left.
func (d *Driver) decode(since providers.Cursor) (c cursor, err error) {
	if err := json.Unmarshal([]byte(since), &c); err != nil || c.Options != d.fingerprint() || len(c.Tokens) != len(d.spaces) {
		return cursor{}, providers.ErrExpired
	}
	for _, s := range d.spaces {
		if c.Tokens[s.id] == "" {
			return cursor{}, providers.ErrExpired
		}
	}
	return c, nil
}

// fingerprint tells listings apart that would name other files.
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

// drifted reports whether the count has become so much of a guess that a share
// of it would mean little. Then everything is listed again: one call for a
// thousand files, a tenth of which have changed since the last time.
func (c cursor) drifted() bool { return c.Drift > max(5, c.Files/10) }

// known is how many files there are at least.
func (c cursor) known() int64 { return max(c.Files-c.Less, 0) }
