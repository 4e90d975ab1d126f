//go:build !linux

package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// Outside Linux a Driver lists and reads. The move that deletes depends on guarantees of the kernel that have not
// been established for other systems, so all of it is refused.

const complete providers.Cursor = "complete"

// platform is empty: it is the part of a Driver that only Linux has.
type platform struct{}

// prepare, close, rest and supported have nothing to do on these systems.
func (*Driver) prepare() {}

func (platform) close() {}
func (platform) rest()  {}

func supported(error) error { return nil }

// Can implements providers.Driver.
func (d *Driver) Can() providers.Can { return providers.CanReadWhole | providers.CanWait }

// Changes implements providers.Driver: it walks all roots. It enters other mounts, and leaves out a folder with a
// file called .nosweep in it, or above it.
func (d *Driver) Changes(ctx context.Context, _ providers.Cursor) iter.Seq2[providers.Change, error] {
	return func(yield func(providers.Change, error) bool) {
		seen, stopped := int64(0), false
		give := func(c providers.Change, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if stopped = !yield(c, err); stopped {
				return fs.SkipAll
			}
			return nil
		}
		for _, r := range d.roots {
			above := rootMarkedAbove(r)
			for _, part := range d.parts(r) {
				if part == r.Path && errors.Is(above, providers.ErrProtected) {
					continue
				}
				err := errors.Join(above, d.rules.leaves(r.Path, part), notEmpty(part))
				if err != nil {
					err = give(providers.Change{}, &providers.UnlistedError{Path: part, Err: err})
				} else {
					err = filepath.WalkDir(part, func(path string, e fs.DirEntry, err error) error {
						return d.visit(r, path, e, err, &seen, give)
					})
				}
				if err != nil && !stopped {
					yield(providers.Change{}, err)
					return
				}
				if stopped {
					return
				}
			}
		}
		yield(providers.Change{Next: complete, Seen: seen}, nil)
	}
}

// notEmpty returns providers.ErrEmpty if there is nothing in the folder. The walk reports any other error.
func notEmpty(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer f.Close()
	if _, err := f.Readdirnames(1); err == io.EOF {
		return providers.ErrEmpty
	}
	return nil
}

// visit gives one file of the walk, if it is of interest. It returns fs.SkipDir for a folder that is left out,
// and otherwise the error of give. A place that cannot be read is an *UnlistedError, after which the walk
// continues.
func (d *Driver) visit(
	r *roots.Root, path string, e fs.DirEntry, err error, seen *int64, give func(providers.Change, error) error,
) error {
	if errors.Is(err, fs.ErrNotExist) && path != r.Path {
		return nil
	}
	if err != nil {
		return give(providers.Change{}, &providers.UnlistedError{Path: path, Err: err})
	}
	if e.IsDir() {
		if _, err := os.Lstat(filepath.Join(path, marker)); err == nil ||
			path != r.Path && d.rules.skips(r.Path, path) {
			return fs.SkipDir
		}
		return nil
	}
	if !e.Type().IsRegular() {
		return nil
	}
	*seen++
	d.listed.Add(1)
	if !d.rules.wants(r.Path, path, e.Name()) {
		return nil
	}
	s, err := e.Info()
	if err != nil {
		return nil // gone this moment
	}
	return give(providers.Change{Entry: entryOf(path, s)}, nil)
}

// leftOut returns ErrProtected if a listing of the root leaves the folder out, by its name, or by a marker in it or
// above it.
func (d *Driver) leftOut(r *roots.Root, folder string) error {
	for at := folder; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, marker)); err == nil {
			return fmt.Errorf("%w: there is a %s in %q", providers.ErrProtected, marker, at)
		}
		if at == r.Path || at == filepath.Dir(at) {
			return d.rules.leaves(r.Path, folder)
		}
	}
}

// entryOf returns an Entry whose Revision has only the size and the modification time.
func entryOf(path string, s fs.FileInfo) providers.Entry {
	rev := strconv.FormatInt(s.Size(), 16) + "." + strconv.FormatInt(s.ModTime().UnixNano(), 16)
	return providers.Entry{
		Ref: providers.Ref(path), Revision: providers.Revision(rev), Path: path,
		Size: s.Size(), Modified: s.ModTime().UTC(), Weak: true,
	}
}

// Stat implements providers.Driver.
func (d *Driver) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	if _, _, err := d.begin(ctx, string(ref)); err != nil {
		return providers.Entry{}, err
	}
	s, err := os.Lstat(string(ref))
	if err == nil && !s.Mode().IsRegular() {
		err = &fs.PathError{Op: "stat", Path: string(ref), Err: fs.ErrNotExist}
	}
	if err != nil {
		return providers.Entry{}, err
	}
	return entryOf(string(ref), s), nil
}

// ReadRange implements providers.Driver. The file is compared with rev before the first byte and again by Close.
func (d *Driver) ReadRange(
	ctx context.Context, ref providers.Ref, rev providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	r, rel, err := d.begin(ctx, string(ref))
	if err != nil {
		return nil, err
	}
	top, err := os.OpenRoot(r.Path)
	if err != nil {
		return nil, err
	}
	defer top.Close()
	f, err := top.Open(rel)
	if err != nil {
		return nil, err
	}
	part := &part{io.NewSectionReader(f, off, max(n, 0)), f, rev}
	if err := part.compare(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return part, nil
}

// Guards implements providers.Driver: nothing is deleted here, so no guard has to be asked.
func (d *Driver) Guards(
	ctx context.Context, ref providers.Ref, _ providers.Revision, _ []providers.Guard,
) ([]providers.Held, error) {
	_, err := d.Stat(ctx, ref)
	return nil, err
}

// part reads a range of a file, and compares the file with the revision when it is closed.
type part struct {
	io.Reader
	f   *os.File
	rev providers.Revision
}

// compare returns providers.ErrChanged if the size or the time is not that of the revision.
func (p *part) compare() error {
	s, err := p.f.Stat()
	if err == nil && (!s.Mode().IsRegular() || entryOf("", s).Revision != p.rev) {
		err = providers.ErrChanged
	}
	return err
}

func (p *part) Close() error { return errors.Join(p.compare(), p.f.Close()) }

// Outlook returns errors.ErrUnsupported, as Trial does.
func (d *Driver) Outlook(string) (bin string, err error) { return "", errors.ErrUnsupported }

// Trial returns errors.ErrUnsupported: nothing is deleted on this system.
func (d *Driver) Trial(string) (bin string, err error) { return "", errors.ErrUnsupported }
