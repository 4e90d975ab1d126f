package gdrive

import (
	"encoding/json"
	"errors"
	"strings"

	"google.golang.org/api/drive/v3"

	"sweepd/providers"
)

// receipt is a providers.Receipt in the clear. Of one trashing the journal's and
// the bin's are the same text.
type receipt struct {
	ID       string             `json:"id"`
	Key      string             `json:"key"` // of the Trash; "": others put it there
	Revision providers.Revision `json:"rev"`
}

func (r receipt) encode() providers.Receipt {
	b, err := json.Marshal(r)
	if err != nil { // strings
		return ""
	}
	return providers.Receipt(b)
}

var errReceipt = errors.New("this is no receipt of a Google Drive")

// parseReceipt reads a receipt; one of another account is providers.ErrOutside.
func (d *Driver) parseReceipt(text providers.Receipt) (r receipt, err error) {
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || dec.More() || r.ID == "" || r.Revision == "" {
		return receipt{}, errReceipt
	}
	return r, d.own(providers.Ref(r.ID), r.Revision)
}

// receiptOf is that of a file in the trash.
func (d *Driver) receiptOf(f *drive.File) receipt {
	return receipt{f.Id, f.AppProperties[keyProperty], d.revision(f)}
}
