package drivesim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// seal returns an opaque page token for a place in a listing. It is valid for that listing only: what names the
// account and everything that the client asked for.
func (d *Drive) seal(what string, place int64) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(place))
	return "~!!~" + base64.RawURLEncoding.EncodeToString(append(b, d.mac(what, b)...))
}

// unseal returns the place, if the token belongs to that listing.
func (d *Drive) unseal(what, token string) (place int64, ok bool) {
	if len(token) < 4 || token[:4] != "~!!~" {
		return 0, false
	}
	b, err := base64.RawURLEncoding.DecodeString(token[4:])
	if err != nil || len(b) != 24 || !hmac.Equal(b[8:], d.mac(what, b[:8])) {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(b)), true
}

// mac returns the code that ties a place to a listing. It is no secret; it makes a token that belongs elsewhere,
// or was cut or changed, an error instead of another page.
func (d *Drive) mac(what string, place []byte) []byte {
	h := hmac.New(sha256.New, []byte("a rehearsal has nothing to hide"))
	h.Write(place)
	h.Write([]byte(what))
	return h.Sum(nil)[:16]
}
