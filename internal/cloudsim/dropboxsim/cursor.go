package dropboxsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// cursor is a place in a listing, with all options of the listing: a client cannot change them halfway. It is the
// whole state; the server keeps none, so a cursor can be used again, and any number of them may be open.
type cursor struct {
	// The account that asked; the cursor is refused for any other.
	Account int `json:"a"`
	Tree    int `json:"t"`
	// In lower case; "" is the root.
	Path            string `json:"p,omitempty"`
	Recursive       bool   `json:"r,omitempty"`
	Deleted         bool   `json:"d,omitempty"`
	Mounted         bool   `json:"m,omitempty"`
	Explicit        bool   `json:"x,omitempty"`
	Restorable      bool   `json:"v,omitempty"`
	NonDownloadable bool   `json:"n,omitempty"`
	Limit           int    `json:"l"`
	At              int    `json:"i"` // of the log
	Horizon         int    `json:"h"` // a deletion before it was never listed
	Epoch           int    `json:"e,omitempty"`
}

// seal returns the opaque name of a cursor.
func (d *Dropbox) seal(cur cursor) string {
	return sealed("AA", cur)
}

// sealed returns an opaque name of v that begins with the prefix. It cannot be changed, and not be taken for one with
// another prefix.
func sealed(prefix string, v any) string {
	b, _ := json.Marshal(v) // numbers, flags and a string
	return prefix + base64.RawURLEncoding.EncodeToString(append(mac(prefix, b), b...))
}

// unsealed parses what sealed has returned into v, and reports whether it is that.
func unsealed(prefix, s string, v any) bool {
	rest, ok := strings.CutPrefix(s, prefix)
	b, err := base64.RawURLEncoding.DecodeString(rest)
	return ok && err == nil && len(b) >= macSize && hmac.Equal(b[:macSize], mac(prefix, b[macSize:])) &&
		json.Unmarshal(b[macSize:], v) == nil
}

// macSize is in bytes.
const macSize = 16

// unseal parses the name of a cursor. The error is a refusal, or `reset` if the cursor was invalidated: the
// client then has to list everything again (files/list_folder/continue, ListFolderContinueError).
func (d *Dropbox) unseal(s string) (cur cursor, err error) {
	bad := badInput("request body: cursor: Invalid cursor")
	if !unsealed("AA", s, &cur) || cur.Tree >= len(d.trees) || cur.Account >= len(d.accounts) {
		return cur, bad
	}
	if cur.Epoch != d.epoch {
		return cur, union("reset")
	}
	return cur, nil
}

// mac returns the code that ties a cursor to its prefix and its content. It is no secret; it makes a cursor that was
// cut or changed an error instead of another listing.
func mac(prefix string, b []byte) []byte {
	h := hmac.New(sha256.New, []byte("a rehearsal has nothing to hide"))
	h.Write([]byte(prefix))
	h.Write(b)
	return h.Sum(nil)[:macSize]
}
