package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// Trashed implements providers.Driver. Listed are regular files of which a
// .trashinfo says where they were. An orphan has no known age or origin, and a
// folder is not one file: neither is listed.
func (d *Driver) Trashed(ctx context.Context) iter.Seq2[providers.Trashed, error] {
	return func(yield func(providers.Trashed, error) bool) {
		if d.bin == "" {
			yield(providers.Trashed{}, errNoBin)
			return
		}
		b, err := openBin(d.bin, false)
		if (errors.Is(err, fs.ErrNotExist) || errors.Is(err, errAway)) && ctx.Err() == nil {
			return
		}
		if err != nil {
			yield(providers.Trashed{}, errors.Join(err, ctx.Err()))
			return
		}
		defer b.close()
		if err := d.each(ctx, b, func(t providers.Trashed) bool { return yield(t, nil) }); err != nil {
			yield(providers.Trashed{}, err)
		}
	}
}

// each goes through the .trashinfo files of a bin until yield has enough.
func (d *Driver) each(ctx context.Context, b *bin, yield func(providers.Trashed) bool) error {
	fd, err := unix.Openat(b.info, ".", openFolder|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	folder := os.NewFile(uintptr(fd), b.path)
	defer folder.Close()
	for {
		names, err := folder.Readdirnames(512)
		for _, name := range names {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if t, ok := d.trashed(b, name); ok && !yield(t) {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

func (d *Driver) trashed(b *bin, info string) (providers.Trashed, bool) {
	name, ok := strings.CutSuffix(info, infoSuffix)
	if !ok || name == "" {
		return providers.Trashed{}, false
	}
	content, err := b.read(name)
	if err != nil {
		return providers.Trashed{}, false
	}
	path, deleted, err := parseInfo(content, d.o.Now().Location())
	if err != nil {
		return providers.Trashed{}, false
	}
	s, err := b.stat(name)
	if err != nil || !regular(&s) {
		return providers.Trashed{}, false
	}
	return providers.Trashed{
		Receipt: newReceipt(b.path, name, path, identify(&s)),
		Path:    path, Size: int64(s.Size), Deleted: deleted.UTC(),
	}, true
}
