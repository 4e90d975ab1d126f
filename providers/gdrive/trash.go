package gdrive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
)

// Trash implements providers.Driver. It returns ErrProtected if Drive does not allow the deletion, or if the file is
// in more than one folder: it would be gone from all of them. The order:
//
//  1. look, and compare with rev;
//  2. update: trashed, with the key;
//  3. compare the file in the answer;
//  4. if it is another - a person or a program wrote to it, renamed or moved it between 1 and 2 - take it out again.
//
// If 2 has no answer, Trash looks at the file. If it is not in the trash then, the update may still be under way: it
// returns ErrUncertain, and Settle looks later.
func (d *Driver) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	if err := d.able(providers.CanTrash); err != nil {
		return "", err
	}
	if key == "" || rev == "" {
		return "", errors.New("a file is moved under a key, and at a revision")
	}
	defer d.moving.take(ref)()
	f, err := d.stats.Recent(ctx, ref)
	if err != nil {
		return "", err
	}
	// An earlier call with this key has moved it.
	if f.Trashed && f.AppProperties[keyProperty] == key && d.revision(f) == rev {
		return d.receiptOf(f).encode(), nil
	}
	switch why := locked(f); {
	case f.Trashed || !d.image(f):
		return "", fmt.Errorf("it is in the trash, or no image of this account's own: %w", fs.ErrNotExist)
	case d.revision(f) != rev:
		return "", providers.ErrChanged
	case !why.IsZero():
		return "", fmt.Errorf("%w: %s", providers.ErrProtected, why)
	}
	// An answer from before the update must not be used after it.
	d.stats.Forget(ref)
	now, err := d.update(ctx, ref, &drive.File{Trashed: true, AppProperties: map[string]string{keyProperty: key}})
	if err != nil && !unsure(err) {
		return "", missing(err)
	}
	if err != nil {
		return d.afterLost(ctx, key, ref, rev, err)
	}
	return d.compare(ctx, now, key, rev)
}

// update changes the attributes of a file, never its bytes, and returns the file in the answer.
func (d *Driver) update(ctx context.Context, ref providers.Ref, change *drive.File) (*drive.File, error) {
	f, err := cloudhttp.Answered(d.api.Files.Update(string(ref), change).SupportsAllDrives(true).
		Fields(field).Context(ctx).Do())
	if err == nil && f.Id != string(ref) {
		return nil, fmt.Errorf("the answer is about the file %q, not %s", f.Id, ref)
	}
	return f, err
}

// unsure reports whether a failed write may have been carried out. It may, unless the transport knows that it was
// not.
func unsure(err error) bool {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	return !ok || fault.Unsure || fault.Kind == cloudhttp.Unavailable
}

// missing turns the service's "no such file" into fs.ErrNotExist, for a file that existed a moment ago.
func missing(err error) error {
	if errors.Is(err, cloudhttp.Missing) {
		return fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	}
	return err
}

// afterLost finds out what became of an update that was not answered.
func (d *Driver) afterLost(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision, lost error,
) (providers.Receipt, error) {
	f, err := d.stats.Look(context.WithoutCancel(ctx), ref)
	if err != nil || !ours(f, key) {
		return "", fmt.Errorf("%w: %w", providers.ErrUncertain, errors.Join(lost, err))
	}
	return d.compare(ctx, f, key, rev)
}

// ours reports whether the Trash with that key put the file into the trash.
func ours(f *drive.File, key string) bool {
	return f.Trashed && f.ExplicitlyTrashed && f.AppProperties[keyProperty] == key
}

// compare returns the receipt if f, in the trash, is the file that was examined. Otherwise it takes f out again and
// returns ErrChanged, or ErrUncertain if that fails.
func (d *Driver) compare(
	ctx context.Context, f *drive.File, key string, rev providers.Revision,
) (providers.Receipt, error) {
	if !ours(f, key) {
		return "", fmt.Errorf("%w: the answer does not say that it is in the trash", providers.ErrUncertain)
	}
	if d.revision(f) == rev {
		d.stats.Put(providers.Ref(f.Id), f, d.o.Now())
		return d.receiptOf(f).encode(), nil
	}
	if _, err := d.takeOut(context.WithoutCancel(ctx), f); err != nil {
		return "", fmt.Errorf("%w: it has changed, and was not taken out of the trash again: %w",
			providers.ErrUncertain, err)
	}
	return "", providers.ErrChanged
}

// takeOut takes a file out of the trash and removes the key from it. If there is no answer, and a look does not show
// that the file is out, it returns ErrUncertain: the file may be out, now or in a moment.
func (d *Driver) takeOut(ctx context.Context, f *drive.File) (*drive.File, error) {
	ref := providers.Ref(f.Id)
	d.stats.Forget(ref)
	// else nothing is sent, and nothing changes
	back := &drive.File{Trashed: false, ForceSendFields: []string{"Trashed"}}
	if _, noted := f.AppProperties[keyProperty]; noted {
		// else a nil map is omitted, and NullFields with it
		back.ForceSendFields = append(back.ForceSendFields, "AppProperties")
		back.NullFields = []string{"AppProperties." + keyProperty}
	}
	now, err := d.update(ctx, ref, back)
	if err != nil && unsure(err) {
		after, err2 := d.stats.Look(context.WithoutCancel(ctx), ref)
		if err2 == nil && !after.Trashed {
			return after, nil
		}
		return nil, fmt.Errorf("%w: %w", providers.ErrUncertain, errors.Join(err, err2))
	}
	if err != nil {
		return nil, missing(err)
	}
	if now.Trashed {
		return nil, errors.New("it is still in the trash: is its folder there too?")
	}
	return now, nil
}

// Settle implements providers.Driver.
func (d *Driver) Settle(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	if err := d.able(providers.CanTrash); err != nil {
		return "", err
	}
	if err := d.own(ref, rev); err != nil {
		return "", err
	}
	defer d.moving.take(ref)()
	f, err := d.stats.Look(ctx, ref)
	if err != nil {
		return "", err
	}
	if !ours(f, key) {
		return "", fmt.Errorf("it was not moved: %w", fs.ErrNotExist)
	}
	r, err := d.compare(ctx, f, key, rev)
	if errors.Is(err, providers.ErrChanged) {
		return "", fmt.Errorf("it was put back, because it had changed: %w", fs.ErrNotExist)
	}
	return r, err
}
