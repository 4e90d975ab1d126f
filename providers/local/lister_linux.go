package local

import (
	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// lister is one worker of a walk, with buffers that it reuses: system calls are the cost of a listing, so they read
// names from the directory buffer itself, and a file allocates only its path and its revision.
type lister struct {
	w    *walk
	buf  []byte // of getdents64(2)
	stat unix.Statx_t
	// out has the files that were found and not sent yet, and seen the number of regular files since the last count.
	out  []providers.Change
	seen int64
}

func newLister(w *walk) *lister { return &lister{w: w, buf: make([]byte, 64<<10)} }

// run lists folders until none is left, or the context ends.
func (l *lister) run() {
	for {
		f, ok := l.next()
		if !ok {
			l.flush(nil)
			return
		}
		l.folder(f)
		l.w.Done(f)
	}
}

// next sends the files found so far before it waits for a folder.
func (l *lister) next() (roots.Folder, bool) {
	if l.w.Idle() {
		l.flush(nil)
	}
	return l.w.Next()
}

// flush sends the files found so far, and err.
func (l *lister) flush(err error) {
	l.count()
	if len(l.out) == 0 && err == nil {
		return
	}
	l.w.send(batch{l.out, err})
	// The reader of the listing gives back the batches that it has passed on.
	select {
	case l.out = <-l.w.used:
	default:
		l.out = make([]providers.Change, 0, batchSize)
	}
}

// count adds the files that were passed to those of the walk and of the driver.
func (l *lister) count() {
	l.w.seen.Add(l.seen)
	l.w.listed.Add(l.seen)
	l.seen = 0
}

// unlisted sends the files found so far, and then the error of a place.
func (l *lister) unlisted(path string, err error) {
	l.flush(&providers.UnlistedError{Path: path, Err: err})
}

// folder lists one folder. It ignores a folder that is gone meanwhile, or is another mount, and reports any other
// error.
func (l *lister) folder(f roots.Folder) {
	fd, err := f.Open()
	if disk.Gone(err) || err == unix.EXDEV {
		return
	}
	if err != nil {
		l.unlisted(f.Path, err)
		return
	}
	base, isNew := l.w.Anchor(f, fd)
	// If the anchor is new, it owns the descriptor.
	if isNew {
		defer base.Drop()
	} else {
		defer unix.Close(fd)
	}
	f.Base = base
	// A folder with the marker is left out with all that is in it.
	if err := disk.StatAt(fd, markerName, &l.stat); err == nil {
		return
	} else if !disk.Gone(err) {
		l.unlisted(f.Path, err)
		return
	}
	for l.w.ctx.Err() == nil {
		n, err := disk.Again(func() (int, error) { return unix.Getdents(fd, l.buf) })
		if err != nil {
			l.unlisted(f.Path, err)
		}
		if err != nil || n == 0 {
			return
		}
		err = l.entries(f, fd, l.buf[:n])
		l.count()
		if err != nil {
			l.unlisted(f.Path, err)
			return
		}
	}
}

// entries goes through one buffer of directory entries.
func (l *lister) entries(f roots.Folder, fd int, buf []byte) error {
	for len(buf) > 0 {
		name, kind, rest, err := disk.Dirent(buf)
		if err != nil {
			return err
		}
		l.entry(f, fd, kind, name)
		buf = rest
	}
	return nil
}

// entry pushes a folder on the stack and adds a file of interest to the batch. It ignores links, devices and the
// rest.
func (l *lister) entry(f roots.Folder, fd int, kind byte, name []byte) {
	// A name from the directory buffer ends with a NUL byte, as the system calls need it.
	text := name[:len(name)-1]
	if string(text) == "." || string(text) == ".." {
		return
	}
	known := false
	if kind == unix.DT_UNKNOWN { // the file system does not report the type
		if err := disk.StatAt(fd, name, &l.stat); err != nil {
			if !disk.Gone(err) {
				l.unlisted(f.In(text), err)
			}
			return
		}
		// The type in a directory entry is the one in the mode, shifted by 12 bits: see readdir(3).
		kind, known = byte(l.stat.Mode&unix.S_IFMT>>12), true
	}
	switch kind {
	case unix.DT_DIR:
		if path := f.In(text); !l.w.rules.skips(f.Root.Path, path) {
			l.w.Push(roots.Folder{Root: f.Root, Path: path, Base: f.Base})
		}
	case unix.DT_REG:
		l.seen++
		l.file(f, fd, name, known)
	}
}

// file adds a regular file, if it is of interest.
func (l *lister) file(f roots.Folder, fd int, name []byte, known bool) {
	text := name[:len(name)-1]
	path := f.In(text)
	if !l.w.rules.wants(f.Root.Path, path, path[len(path)-len(text):]) {
		return
	}
	if !known {
		if err := disk.StatAt(fd, name, &l.stat); err != nil {
			if !disk.Gone(err) {
				l.unlisted(path, err)
			}
			return
		}
	}
	if !disk.Regular(&l.stat) || !f.Root.Cross && l.stat.Mnt_id != f.Root.HeldMount() {
		return // replaced this moment, or a file bound over another
	}
	l.out = append(l.out, providers.Change{Entry: entry(path, &l.stat)})
	if len(l.out) >= batchSize {
		l.flush(nil)
	}
}
