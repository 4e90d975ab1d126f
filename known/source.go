package known

import (
	"fmt"
	"slices"
	"time"
)

// Source is what pictures were learnt from: a data export, or files that the person named.
type Source struct {
	ID     int64 // small, because users type it
	Kind   Kind
	Path   string // absolute, without links, as it was when the pictures were learnt
	Learnt time.Time
	// Complete means that an export was read and understood as a whole. Only the uploads are known of one that is not
	// complete.
	Complete bool

	Generated, Uploaded, Named int      // pictures with these origins
	Absent                     int      // generated pictures that the export names and does not have
	Problems                   []string // why the export is not complete
}

// Kind is the kind of a Source.
type Kind uint8

// The kinds. Their texts are in the journal, and so never change.
const (
	Export Kind = iota + 1 // a data export: a zip file or a folder
	File                   // one file that the person named
)

var words = [...]string{"", "export", "file"}

// String returns "export" or "file".
func (k Kind) String() string {
	if k == 0 || int(k) >= len(words) {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return words[k]
}

// MarshalText returns the text of String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText accepts the names that String returns and no others.
func (k *Kind) UnmarshalText(text []byte) error {
	at := slices.Index(words[:], string(text))
	if at < 1 {
		return fmt.Errorf("%q is not a kind of source", text)
	}
	*k = Kind(at)
	return nil
}
