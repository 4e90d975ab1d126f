package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// Picture returns how the thumbnail of a file is made without fetching all of it: from its bytes if reading costs
// little, else from the thumbnail that the account has. away is true for the latter. ok is false if there is no such
// way.
func (a *App) Picture(ctx context.Context, f sweeper.Found) (p thumbnail.Picture, away, ok bool) {
	st := a.Storage(f.Storage)
	online := slices.ContainsFunc(f.Decision.Guards,
		func(h providers.Held) bool { return h.Guard == providers.GuardPlaceholder })
	switch {
	case st == nil || online:
		return p, false, false
	case st.Can().Has(providers.CanReadWhole):
		return thumbnail.Picture{Size: f.Entry.Size, Open: func() (io.ReadCloser, error) {
			return st.ReadRange(ctx, f.Entry, 0, f.Entry.Size)
		}}, false, true
	case !st.Can().Has(providers.CanThumbnail):
		return p, false, false
	}
	var content []byte // fetched once
	return thumbnail.Picture{Open: func() (_ io.ReadCloser, err error) {
		if content == nil {
			content, err = fetch(ctx, st, f.Entry)
		}
		return io.NopCloser(bytes.NewReader(content)), err
	}}, true, true
}

// fetch returns the thumbnail that an account has of a file. An account is not trusted with the size: at most
// thumbnail.MaxBytes are read.
func fetch(ctx context.Context, st *providers.Storage, e providers.Entry) ([]byte, error) {
	rc, err := st.Thumbnail(ctx, e, thumbnail.Side)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(rc, thumbnail.MaxBytes))
	return content, errors.Join(err, rc.Close())
}
