package dropbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// cursor is a place in the change history of each root.
type cursor struct {
	cloudstorage.Position
	Places map[string]string `json:"places"` // Dropbox's own cursors, by root
}

func (c cursor) encode() providers.Cursor { return cloudstorage.Encode[providers.Cursor](c) }

// decode returns the cursor. It returns providers.ErrExpired if since is not a cursor, is of another listing, or
// lacks a root which could not be listed then.
func (d *Driver) decode(since providers.Cursor) (c cursor, err error) {
	if json.Unmarshal([]byte(since), &c) != nil || !c.Continues(d.fingerprint(), c.Places, d.o.Roots) {
		return cursor{}, providers.ErrExpired
	}
	return c, nil
}

// fingerprint returns a hash that differs for listings that would name other files.
func (d *Driver) fingerprint() string {
	// 1 is a version: another number makes all cursors expire.
	b, err := json.Marshal([]any{1, d.o.Account, d.o.Member, d.o.TeamSpace, d.account.space, d.o.Roots, d.o.Exclude})
	if err != nil { // strings
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
