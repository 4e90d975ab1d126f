package cloudstorage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/providers"
)

// Position is the part of a cursor that does not depend on the service: which listing it continues, and how many
// files there are as far as changes show. A driver embeds it in its own cursor, beside the service's places. Its keys
// are in the journals of all users.
type Position struct {
	Options string `json:"options"` // a listing under other options is another listing
	Files   int64  `json:"files"`   // the count of the last full listing
	// Less counts the changes after which a file is not there.
	Less  int64 `json:"less,omitempty"`
	Drift int64 `json:"drift,omitempty"` // changes since then that make the count uncertain
}

// Continues reports whether the cursor is of a listing under these options and has a place in the service's history
// for each part of it, and for nothing else.
func (p Position) Continues(options string, places map[string]string, parts []string) bool {
	return p.Options == options && len(places) == len(parts) &&
		!slices.ContainsFunc(parts, func(part string) bool { return places[part] == "" })
}

// Certain returns providers.ErrExpired if the count has become so uncertain that a share of it would mean little.
// Then everything is listed again, which costs few calls and no download.
func (p Position) Certain() error {
	if p.Drift > max(5, p.Files/10) {
		return fmt.Errorf("%w: so much has changed that files have to be counted anew", providers.ErrExpired)
	}
	return nil
}

// Known returns how many files there are at least.
func (p Position) Known() int64 { return max(p.Files-p.Less, 0) }

// Came counts a change after which the file is there. It may be new, which the service does not show.
func (p *Position) Came() { p.Drift++ }

// Went counts a change after which the file is not there. It may never have been counted.
func (p *Position) Went() { p.Less, p.Drift = p.Less+1, p.Drift+1 }

// Encode returns a driver's own form of a cursor or a receipt, a struct of strings and numbers, as JSON.
func Encode[T providers.Cursor | providers.Receipt](form any) T {
	b, err := json.Marshal(form)
	if err != nil { // strings and numbers
		return ""
	}
	return T(b)
}

// DecodeReceipt decodes a receipt into a driver's own form of it, and reports whether it has that form and nothing
// else. It might be another provider's receipt.
func DecodeReceipt(r providers.Receipt, form any) bool {
	dec := json.NewDecoder(strings.NewReader(string(r)))
	dec.DisallowUnknownFields()
	return dec.Decode(form) == nil && !dec.More()
}
