package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// Stat implements providers.Driver. Only regular files exist.
func (d *Driver) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	path := string(ref)
	r, rel, err := d.begin(ctx, path)
	if err != nil {
		return providers.Entry{}, err
	}
	s, err := r.Stat(rel)
	if err == nil && !disk.Regular(&s) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return providers.Entry{}, roots.Reason("stat", path, err)
	}
	return entry(path, &s), nil
}

// ReadRange implements providers.Driver. The file is compared with rev as soon as all bytes are read; if that takes
// more than one call, before the first of them too.
func (d *Driver) ReadRange(
	ctx context.Context, ref providers.Ref, rev providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	path := string(ref)
	r, rel, err := d.begin(ctx, path)
	if err != nil {
		return nil, err
	}
	fd, err := r.Open(rel, disk.FileFlags)
	if err != nil {
		return nil, roots.Reason("open", path, err)
	}
	return &reader{fd: fd, rev: rev, off: off, left: max(n, 0)}, nil
}

// ReadTrashed implements providers.Driver. The file is compared with the receipt as ReadRange does with a revision. It
// is not opened to be read for no bytes.
func (d *Driver) ReadTrashed(ctx context.Context, r providers.Receipt, off, n int64) (io.ReadCloser, error) {
	if n == 0 {
		if err := d.trash.Look(ctx, string(r)); err != nil {
			return nil, contract(err)
		}
		return io.NopCloser(strings.NewReader("")), nil
	}
	fd, state, err := d.trash.Open(ctx, string(r))
	if err != nil {
		return nil, contract(err)
	}
	return &reader{fd: fd, rev: providers.Revision(state.String()), off: off, left: max(n, 0)}, nil
}

// Free implements providers.Driver: it returns the bytes that users other than root can use on the file systems of
// the roots.
func (d *Driver) Free(ctx context.Context) (map[string]int64, error) {
	free := map[string]int64{}
	for _, r := range d.roots {
		var s unix.Statfs_t
		if err := errors.Join(ctx.Err(), r.Check(), unix.Statfs(r.Path, &s)); err != nil {
			return nil, roots.Reason("statfs", r.Path, err)
		}
		// Roots on one file system share an entry.
		free[fmt.Sprintf("file system %x", s.Fsid.Val)] = int64(s.Bavail) * s.Frsize
	}
	return free, nil
}

// reader reads a part of one revision of a file. A comparison is a system call, and a scan reads most files with one
// call: the file is compared after it, and the bytes are returned only then. Another file that is there meanwhile may
// so be read, but none of its bytes leaves the reader.
type reader struct {
	fd        int
	rev       providers.Revision
	off, left int64
	begun     bool // a byte was returned
	compared  bool // since the last byte was read
}

// compare compares the file with the revision and returns its size. It returns ErrChanged if they differ.
func (f *reader) compare() (int64, error) {
	var s unix.Statx_t
	if err := disk.StatAt(f.fd, disk.Itself, &s); err != nil {
		return 0, err
	}
	if !disk.Regular(&s) || !disk.Identify(&s).Is(string(f.rev)) {
		return 0, providers.ErrChanged
	}
	f.compared = true
	return int64(s.Size), nil
}

// Read returns the last bytes only after it has checked that they, and all bytes before them, were of the revision.
func (f *reader) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), f.left)]
	if len(p) == 0 {
		return 0, nil
	}
	if !f.begun && int64(len(p)) < f.left {
		if _, err := f.compare(); err != nil {
			return 0, err
		}
	}
	f.begun, f.compared = true, false
	n, failed := disk.Again(func() (int, error) { return unix.Pread(f.fd, p, f.off) })
	if failed == nil && n == len(p) && int64(n) < f.left {
		f.off, f.left = f.off+int64(n), f.left-int64(n)
		return n, nil
	}
	// It is the end of the range, of the file, or of what can be read, as of a FIFO that took the file's place.
	size, err := f.compare()
	if err = cmp.Or(err, failed); err != nil {
		return 0, err
	}
	f.off, f.left = f.off+int64(n), f.left-int64(n)
	if f.off >= size {
		f.left = 0
	} else if n == 0 {
		return 0, providers.ErrChanged // it ends before its size
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Close compares once more, if bytes were read since the last comparison.
func (f *reader) Close() error {
	if f.fd < 0 {
		return fs.ErrClosed
	}
	var err error
	if !f.compared {
		_, err = f.compare()
	}
	unix.Close(f.fd) // read only: there is nothing to lose
	f.fd = -1
	return err
}
