package gdrive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// cursor is a place in the change history of each space. Google's tokens do not expire
// (https://developers.google.com/workspace/drive/api/reference/rest/v3/changes/list).
type cursor struct {
	At time.Time `json:"at"` // changes before it are not listed again
	cloudstorage.Position
	Tokens map[string]string `json:"tokens"` // by space
}

func (c cursor) encode() providers.Cursor { return cloudstorage.Encode[providers.Cursor](c) }

// decode returns the cursor. It returns providers.ErrExpired if since is not a cursor, or is of another listing.
func (d *Driver) decode(since providers.Cursor) (c cursor, err error) {
	var ids []string
	for _, s := range d.spaces {
		ids = append(ids, s.id)
	}
	if json.Unmarshal([]byte(since), &c) != nil || !c.Continues(d.fingerprint(), c.Tokens, ids) {
		return cursor{}, providers.ErrExpired
	}
	return c, nil
}

// fingerprint returns a hash that differs for listings that would name other files.
func (d *Driver) fingerprint() string {
	// 1 is a version: another number makes all cursors expire.
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
