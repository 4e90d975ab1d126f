package gdrive

import (
	"errors"

	"google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// receipt is a decoded providers.Receipt. The journal and the bin encode one trashing to the same text.
type receipt struct {
	ID       string             `json:"id"`
	Key      string             `json:"key"` // of the Trash; "" if the user or another program trashed it
	Revision providers.Revision `json:"rev"`
}

func (r receipt) encode() providers.Receipt { return cloudstorage.Encode[providers.Receipt](r) }

var errReceipt = errors.New("this is no receipt of a Google Drive")

// parseReceipt decodes a receipt; it returns providers.ErrOutside if it is of another account.
func (d *Driver) parseReceipt(text providers.Receipt) (r receipt, err error) {
	if !cloudstorage.DecodeReceipt(text, &r) || r.ID == "" || r.Revision == "" {
		return receipt{}, errReceipt
	}
	return r, d.own(providers.Ref(r.ID), r.Revision)
}

// receiptOf returns the receipt of a file in the trash.
func (d *Driver) receiptOf(f *drive.File) receipt {
	return receipt{f.Id, f.AppProperties[keyProperty], d.revision(f)}
}
