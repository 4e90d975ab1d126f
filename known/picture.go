package known

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// Origin is the reason why a picture is known.
type Origin uint8

// The origins. Their texts are in the journal, and so never change.
const (
	// Generated is a picture that ChatGPT made, according to a complete data export.
	Generated Origin = iota + 1
	// Uploaded is a picture that the person gave to ChatGPT, according to a data export.
	Uploaded
	// Named is a picture that the person named as one from ChatGPT.
	Named
	// Verified is a picture whose credential a scan has verified.
	Verified
)

var origins = [...]string{"", "generated", "uploaded", "named", "verified"}

// String returns "generated", "uploaded", "named" or "verified".
func (o Origin) String() string {
	if o == 0 || int(o) >= len(origins) {
		return fmt.Sprintf("Origin(%d)", uint8(o))
	}
	return origins[o]
}

// MarshalText returns the text of String.
func (o Origin) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText accepts the names that String returns and no others.
func (o *Origin) UnmarshalText(text []byte) error {
	at := slices.Index(origins[:], string(text))
	if at < 1 {
		return fmt.Errorf("%q is not the origin of a known picture", text)
	}
	*o = Origin(at)
	return nil
}

// Picture is a picture that is known by its bytes. SHA256 and Size are always set. Every other field is zero if it is
// not known.
type Picture struct {
	Origin Origin
	Size   int64 // in bytes
	providers.Hashes
	SHA1  [sha1.Size]byte
	MD5   [md5.Size]byte
	CRC32 uint32 // IEEE, as in a zip

	Twin fingerprint.Twin // of a picture with a verified credential

	// Pixels is the hash of the pixels of a PNG as they are packed, by fingerprint.PixelHasher. It is not set if a scan
	// verified the picture.
	Pixels [sha256.Size]byte

	Perceptual [32]byte // the perceptual hash of the pixels
	Quality    int      // of Perceptual, from 0 to 100

	MediaType     string // by the bytes, such as "image/png"
	Width, Height int    // in pixels
	Product       fingerprint.Product

	Conversation string    // the id, as in https://chatgpt.com/c/ID
	Title        string    // of the conversation; of a verified picture that is compared by its looks, its file name
	Made         time.Time // UTC
	Learnt       time.Time // when it was learnt or verified; UTC; the journal sets it
}

// Link returns the address of the conversation, or "" if it is not known.
func (p Picture) Link() string {
	if p.Conversation == "" {
		return ""
	}
	return "https://chatgpt.com/c/" + url.PathEscape(p.Conversation)
}
