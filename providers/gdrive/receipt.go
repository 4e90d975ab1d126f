package gdrive

import (
	"encoding/json"
	"errors"
	"strings"

	"google.golang.org/api/drive/v3"

	"sweepd/providers"
)

// receipt is a decoded providers.Receipt. The journal and the bin encode one trashing to the same text.
type receipt struct {
	ID       string             `json:"id"`
	Key      string             `json:"key"` // of the Trash; "" if the user or another program trashed it
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

// parseReceipt decodes a receipt; it returns providers.ErrOutside if it is of another account.
func (d *Driver) parseReceipt(text providers.Receipt) (r receipt, err error) {
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || dec.More() || r.ID == "" || r.Revision == "" {
		return receipt{}, errReceipt
	}
	return r, d.own(providers.Ref(r.ID), r.Revision)
}

// receiptOf returns the receipt of a file in the trash.
func (d *Driver) receiptOf(f *drive.File) receipt {
	return receipt{f.Id, f.AppProperties[keyProperty], d.revision(f)}
}
