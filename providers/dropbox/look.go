package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
)

// ask requests the file that is at the path now; fs.ErrNotExist if there is none, or a folder.
func (d *Driver) ask(ctx context.Context, ref providers.Ref) (*file, error) {
	if ref == "" || ref[0] != '/' {
		return nil, fmt.Errorf("a file without a path: %w", fs.ErrNotExist)
	}
	arg := files.NewGetMetadataArg(string(ref))
	arg.IncludeHasExplicitSharedMembers = true
	got, err := cloudhttp.Answered(d.files.GetMetadataContext(ctx, arg))
	if errors.Is(err, cloudhttp.Missing) {
		return nil, fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, err
	}
	f, ok := got.(*file)
	if !ok {
		return nil, fmt.Errorf("it is not a file: %w", fs.ErrNotExist)
	}
	if f.PathLower != string(ref) {
		return nil, fmt.Errorf("asked for the file %q, got %q", ref, f.PathLower)
	}
	return f, nil
}

// present returns the file and its entry, as they were within the last second, if it is swept; else fs.ErrNotExist.
func (d *Driver) present(ctx context.Context, ref providers.Ref) (*file, providers.Entry, error) {
	f, err := d.stats.Recent(ctx, ref)
	if err != nil {
		return nil, providers.Entry{}, err
	}
	p, _, ok := d.place(f.PathLower, f.PathDisplay)
	if !ok || !d.sweeps(f) {
		return nil, providers.Entry{},
			fmt.Errorf("it is in none of the roots, or nothing that is swept: %w", fs.ErrNotExist)
	}
	return f, entry(f, p), nil
}

// Stat implements providers.Driver.
func (d *Driver) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	_, e, err := d.present(ctx, ref)
	return e, err
}

// Guards implements providers.Driver. A locked file is held whether or not that guard is asked for. Dropbox does not
// report whether a shared link leads to a file.
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
		if why := shared(f); guard == providers.GuardShared && !why.IsZero() {
			held = append(held, providers.Held{Guard: guard, Why: why})
		}
	}
	if why := locked(f); !why.IsZero() {
		held = append(held, providers.Held{Guard: providers.GuardLocked, Why: why})
	}
	around, err := d.heldAround(ctx, f, of)
	return append(held, around...), err
}
