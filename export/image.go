package export

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"time"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/providers"
)

// Origin is how a picture came into ChatGPT.
type Origin uint8

// The origins.
const (
	// Unknown is any picture of which the export does not show where it came from.
	Unknown Origin = iota
	// Generated is a picture that ChatGPT made.
	Generated
	// Uploaded is a picture that the person gave to ChatGPT.
	Uploaded
)

// String returns "unknown", "generated" or "uploaded".
func (o Origin) String() string {
	switch o {
	case Generated:
		return "generated"
	case Uploaded:
		return "uploaded"
	}
	return "unknown"
}

// Image describes one picture of an export.
type Image struct {
	// Path is the path of the file in the export. In a zip inside the export, it begins with the path of that zip.
	Path string
	// ID is the file's id, such as "file_00000000875861f990b4e5fffbcbb32e", or "" if its name has none.
	ID     string
	Origin Origin
	// MediaType is the type by the bytes, such as "image/png".
	MediaType string
	Size      int64 // in bytes
	Sums
	// Pixels is the hash of the pixels of a PNG as they are packed, by fingerprint.PixelHasher.
	Pixels [sha256.Size]byte
	// Look is what the picture looks like, and Width and Height its size in pixels: with Options.Looks, if it can be
	// decoded within the bounds of a thumbnail.
	Look          perceptual.Look
	Width, Height int
	Conversation  Conversation
	// Created is the time of the message, or else of the library's entry or of the conversation. It is zero if the
	// export has none.
	Created time.Time
}

// Sums are the hashes of all the bytes of a file.
type Sums struct {
	providers.Hashes // SHA-256, and Dropbox's content_hash
	SHA1             [sha1.Size]byte
	MD5              [md5.Size]byte
	CRC32            uint32 // IEEE, as in a zip
}

// Conversation is the conversation that a picture is part of. Both fields are "" if it is not known.
type Conversation struct {
	ID    string // as in https://chatgpt.com/c/ID
	Title string // at most 256 bytes
}
