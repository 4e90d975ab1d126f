package dropbox

import (
	"errors"
	"strings"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// receipt is a decoded providers.Receipt. The journal and the bin encode one deletion to the same text. No two
// deletions have the same text, because a restored file has another rev.
type receipt struct {
	Path string `json:"path"` // in lower case
	Rev  string `json:"rev"`
	ID   string `json:"id"`
	Hash string `json:"hash"` // content_hash
}

func (r receipt) encode() providers.Receipt { return cloudstorage.Encode[providers.Receipt](r) }

var errReceipt = errors.New("this is no receipt of a Dropbox")

// parseReceipt decodes a receipt. It returns errReceipt if it is not one of a Dropbox.
func parseReceipt(text providers.Receipt) (r receipt, err error) {
	if !cloudstorage.DecodeReceipt(text, &r) || !strings.HasPrefix(r.Path, "/") || r.Rev == "" || r.ID == "" {
		return receipt{}, errReceipt
	}
	return r, nil
}

// receiptOf returns the receipt of a file which is, or was, at the path.
func receiptOf(lower string, f *file) receipt { return receipt{lower, f.Rev, f.Id, f.ContentHash} }
