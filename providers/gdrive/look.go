package gdrive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/cloudstorage"
)

// ask requests the file as it is now. It returns fs.ErrNotExist if Drive has no such file, or does not show it to
// this account.
func (d *Driver) ask(ctx context.Context, ref providers.Ref) (*drive.File, error) {
	// A ref of another kind of storage must not become a part of an address.
	if !fileID.MatchString(string(ref)) {
		return nil, fmt.Errorf("%w: %q is no id of a file in Google Drive", providers.ErrOutside, ref)
	}
	f, err := cloudhttp.Answered(d.api.Files.Get(string(ref)).SupportsAllDrives(true).Fields(field).Context(ctx).Do())
	if errors.Is(err, cloudhttp.Missing) {
		return nil, fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, err
	}
	if f.Id != string(ref) {
		return nil, fmt.Errorf("asked for the file %s, got %q", ref, f.Id)
	}
	return f, nil
}

// present returns the file and its entry, as they were within the last second, if it is swept; else fs.ErrNotExist,
// also for a file in the trash. It does not look at the roots.
func (d *Driver) present(ctx context.Context, ref providers.Ref) (*drive.File, providers.Entry, error) {
	f, err := d.stats.Recent(ctx, ref)
	if err != nil {
		return nil, providers.Entry{}, err
	}
	if !d.image(f) {
		return nil, providers.Entry{},
			fmt.Errorf("it is in the trash, or no image of this account's own: %w", fs.ErrNotExist)
	}
	p, err := d.path(ctx, f, cloudstorage.StatTTL)
	if err != nil {
		return nil, providers.Entry{}, fmt.Errorf("find the folder that it is in: %w", err)
	}
	return f, d.entry(f, p), nil
}

// Stat implements providers.Driver.
func (d *Driver) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	_, e, err := d.present(ctx, ref)
	if err == nil && !d.swept(e.Path) {
		err = fmt.Errorf("it is in none of the roots: %w", fs.ErrNotExist)
	}
	if err != nil {
		return providers.Entry{}, err
	}
	return e, nil
}

// Guards implements providers.Driver. A locked file is held whether or not that guard is asked for, and so is a file
// that a person took out of the trash: the note of the move is still on it, which a restore would have removed.
func (d *Driver) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	f, e, err := d.present(ctx, ref)
	if err != nil {
		return nil, err
	}
	if e.Revision != rev {
		return nil, providers.ErrChanged
	}
	var held []providers.Held
	for _, guard := range of {
		switch {
		case guard == providers.GuardTagged && f.Starred:
			held = append(held, providers.Held{Guard: guard, Why: language.Messagef("it has a star")})
		case guard == providers.GuardShared && shared(f):
			held = append(held, providers.Held{Guard: guard, Why: language.Messagef("it is shared with other people")})
		}
	}
	if f.AppProperties[keyProperty] != "" {
		held = append(held, providers.Held{
			Guard: providers.GuardTagged, Why: language.Messagef("somebody took it out of the trash, where sweepd " +
				"had put it"),
		})
	}
	if why := locked(f); !why.IsZero() {
		held = append(held, providers.Held{Guard: providers.GuardLocked, Why: why})
	}
	around, err := d.heldAround(ctx, f, of)
	return append(held, around...), err
}
