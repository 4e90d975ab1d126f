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

// Trash implements providers.Driver. The order:
//
//  1. look, and compare with rev;
//  2. delete what is at the path, if it is still at that rev: else Dropbox refuses (parent_rev);
//  3. compare the file that the answer reports as deleted, and restore it if it is another.
//
// If 2 has no answer, or is refused for an unknown reason, Trash looks at the history of the path. If the file is
// still there, the call may be under way: it returns ErrUncertain, and Settle looks later.
//
// A file that is gone already was deleted under this key if this process sent such a call; otherwise by a person,
// however recently. Settle finds out about calls of other processes.
func (d *Driver) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	if err := d.able(providers.CanTrash); err != nil {
		return "", err
	}
	if key == "" || rev == "" {
		return "", errors.New("a file is moved under a key, and at a revision")
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	f, err := d.stats.Recent(ctx, ref)
	if d.moved.begun(key) && (errors.Is(err, fs.ErrNotExist) || err == nil && revision(f) != rev) {
		if r, err := d.settle(ctx, key, ref, rev); err == nil {
			return r, nil // an earlier call under this key
		}
	}
	if err != nil {
		return "", err
	}
	_, _, placed := d.place(f.PathLower, f.PathDisplay)
	switch why := locked(f); {
	case revision(f) != rev:
		return "", providers.ErrChanged
	case !placed || !d.sweeps(f):
		return "", fmt.Errorf("it is in none of the roots, or nothing that is swept: %w", fs.ErrNotExist)
	case !why.IsZero():
		return "", fmt.Errorf("%w: %s", providers.ErrProtected, why)
	}
	return d.remove(ctx, key, ref, f)
}

// remove deletes f.
func (d *Driver) remove(ctx context.Context, key string, ref providers.Ref, f *file) (providers.Receipt, error) {
	d.stats.Forget(ref)
	// If the file is gone from here on, this call may have done it.
	d.moved.begin(key)
	arg := files.NewDeleteArg(f.PathLower)
	arg.ParentRev = f.Rev
	done, err := cloudhttp.Answered(d.files.DeleteV2Context(ctx, arg))
	switch {
	case err == nil:
		return d.compare(ctx, key, f, done)
	case unsure(err):
		return d.afterLost(ctx, key, f, err)
	case errors.Is(err, cloudhttp.Missing):
		return "", fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	case hasTag(err, "path_write/conflict"):
		return "", fmt.Errorf("%w (%w)", providers.ErrChanged, err)
	}
	return "", err
}

// compare returns the receipt if the deleted file is f. Otherwise it restores the file and returns ErrChanged, or
// ErrUncertain if that fails.
func (d *Driver) compare(
	ctx context.Context, key string, f *file, done *files.DeleteResult,
) (providers.Receipt, error) {
	was, ok := done.Metadata.(*file)
	if !ok {
		return "", fmt.Errorf("%w: the answer does not say what was deleted", providers.ErrUncertain)
	}
	if was.Id == f.Id && was.Rev == f.Rev {
		r := receiptOf(f.PathLower, f)
		d.moved.note(r, key)
		return r.encode(), nil
	}
	if _, err := d.bringBack(context.WithoutCancel(ctx), receiptOf(f.PathLower, was)); err != nil {
		return "", fmt.Errorf("%w: it had changed, and was not restored: %w", providers.ErrUncertain, err)
	}
	return "", providers.ErrChanged
}

// afterLost finds out what became of a deletion that was not answered.
func (d *Driver) afterLost(ctx context.Context, key string, f *file, lost error) (providers.Receipt, error) {
	x, err := d.deletionOf(context.WithoutCancel(ctx), f.PathLower, f.Rev)
	if err != nil || !x.deleted {
		return "", fmt.Errorf("%w: %w", providers.ErrUncertain, errors.Join(lost, err))
	}
	r := receiptOf(f.PathLower, f)
	d.moved.note(r, key)
	return r.encode(), nil
}

// Settle implements providers.Driver. Dropbox cannot store a key, so a deletion of the path in exactly that state
// counts as the one that was begun under the key, unless this process knows of another key that did it: the file was
// there, in that state, when the deletion was begun. If a person deleted the file while the outcome was unknown, that
// counts too; undo still brings it back.
func (d *Driver) Settle(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	if err := d.able(providers.CanTrash); err != nil {
		return "", err
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	return d.settle(ctx, key, ref, rev)
}

// settle is Settle; the caller holds the lock.
func (d *Driver) settle(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	dropboxRev, ok := revOf(rev)
	if !ok {
		return "", providers.ErrChanged
	}
	x, err := d.deletionOf(ctx, string(ref), dropboxRev)
	if err != nil {
		return "", err
	}
	if x.file == nil || !x.deleted {
		return "", fmt.Errorf("it was not moved: %w", fs.ErrNotExist)
	}
	r := receiptOf(string(ref), x.file)
	if by := d.moved.by(r); by != "" && by != key {
		return "", fmt.Errorf("it was not moved: another has deleted it: %w", fs.ErrNotExist)
	}
	return r.encode(), nil
}
