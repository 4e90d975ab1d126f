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

	"sweepd/providers"
)

// The reserve is a file beside the journal that is removed when the disk is full,
// so that a purge, which makes room, can be recorded. It is as large as the log
// grows before SQLite empties it, and is made only where the disk has much more.
const (
	reserved = 4 << 20 // bytes
	ample    = 4 * reserved
)

// reserve is that of one open journal; nil for a temporary one.
type reserve struct {
	path  string // of the journal
	given atomic.Bool
}

func (r *reserve) name() string { return r.path + ".reserve" }

// spare runs do, and where the disk is full, which its error then says by providers.ErrFull,
// gives the reserve up and runs it once more.
func (r *reserve) spare(do func() error) error {
	err := r.explain(do())
	if errors.Is(err, providers.ErrFull) && r != nil && os.Remove(r.name()) == nil {
		r.given.Store(true)
		err = r.explain(do())
	}
	return err
}

// keep makes the reserve, if there is none that is whole and that much room. That
// it cannot be made, or only a part of it, is no error: the rest is for later.
func (r *reserve) keep(least int64) {
	fi, err := os.Lstat(r.name())
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

// occupy writes so many bytes, as far as there is room, on a disk that allocates
// nothing beforehand. They are noise, because zeros take no room where the disk
// compresses.
func occupy(f *os.File, size int) {
	noise, b := rand.NewChaCha8([32]byte{}), make([]byte, 64<<10)
	for n := 0; n < size; n += len(b) {
		_, _ = noise.Read(b) // never fails
		if _, err := f.Write(b); err != nil {
			return
		}
	}
}

// restore makes anew what was given up, as far as there is room again.
func (r *reserve) restore() {
	if r != nil && r.given.Load() {
		r.keep(0)
	}
}

// explain is err, wrapped in providers.ErrFull where it is for want of room on the disk.
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

// noRoom reports whether err is the system's or SQLite's that a disk is full, or a
// quota used up.
func noRoom(err error) bool {
	se, ok := errors.AsType[*sqlite.Error](err)
	return ok && se.Code()&0xff == sqlite3.SQLITE_FULL || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// probe writes as much as the index of SQLite's log takes at first, because SQLite
// does not say why it could not.
func probe(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 32<<10))
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
