package journal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/sweepd/sweepd/providers"
)

// The reserve is a file beside the journal. It is removed when the disk is full, so that a purge, which frees space,
// can be recorded. It is as large as SQLite's log may grow before it is emptied, and is only created if the disk has
// much more space.
const (
	reserved = 4 << 20 // bytes
	// ample is the free space, in bytes, with which Open creates the reserve.
	ample = 4 * reserved
)

// reserve is the reserve of one open journal; nil for a temporary one.
type reserve struct {
	path  string // of the journal
	given atomic.Bool
}

// name returns the path of the reserve.
func (r *reserve) name() string { return r.path + ".reserve" }

// spare runs do. If do fails because the disk is full, spare removes the reserve and runs do once more. Its error
// wraps providers.ErrFull if the disk is still full.
func (r *reserve) spare(do func() error) error {
	err := r.explain(do())
	if errors.Is(err, providers.ErrFull) && r != nil && os.Remove(r.name()) == nil {
		r.given.Store(true)
		err = r.explain(do())
	}
	return err
}

// keep creates the reserve unless it is complete or less than that much space is free. It ignores errors, because a
// later call completes the reserve.
func (r *reserve) keep(least int64) {
	fi, err := os.Lstat(r.name())
	// Any other file of that name, such as a symbolic link, is left alone.
	if err == nil && (fi.Size() == reserved || !fi.Mode().IsRegular()) {
		return
	}
	if free, known := room(filepath.Dir(r.path)); known && free < least {
		return
	}
	f, err := os.OpenFile(r.name(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return
	}
	if !allocate(f, reserved) {
		_ = f.Truncate(0)
		occupy(f, reserved)
	}
	_ = f.Close()
}

// occupy writes that many bytes, as far as there is space, for disks that cannot allocate in advance. It writes
// noise, because zeros take no space on a disk that compresses.
func occupy(f *os.File, size int) {
	noise, b := rand.NewChaCha8([32]byte{}), make([]byte, 64<<10)
	for n := 0; n < size; n += len(b) {
		_, _ = noise.Read(b) // never fails
		if _, err := f.Write(b); err != nil {
			return
		}
	}
}

// restore creates the reserve again if it was removed, as far as there is space.
func (r *reserve) restore() {
	if r != nil && r.given.Load() {
		r.keep(0)
	}
}

// explain returns err, wrapped in providers.ErrFull if the cause is a full disk.
func (r *reserve) explain(err error) error {
	if err == nil || r == nil || errors.Is(err, providers.ErrFull) {
		return err
	}
	se, ours := errors.AsType[*sqlite.Error](err)
	if noRoom(err) || ours && se.Code()&0xff == sqlite3.SQLITE_IOERR && noRoom(probe(r.path)) {
		return fmt.Errorf("%w: %w", providers.ErrFull, err)
	}
	return err
}

// noRoom reports whether err is an error of the system or of SQLite that means a full disk or an exceeded quota.
func noRoom(err error) bool {
	se, ok := errors.AsType[*sqlite.Error](err)
	return ok && se.Code()&0xff == sqlite3.SQLITE_FULL || errors.Is(err, syscall.ENOSPC) ||
		errors.Is(err, syscall.EDQUOT)
}

// probe writes as many bytes as the initial index of SQLite's log, because SQLite does not report why it could not
// create the index.
func probe(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 32<<10))
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
