package local

import (
	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// lister is one worker of a walk, with buffers that it reuses: system calls are the cost of a listing, so they read
// names from the directory buffer itself, and a file allocates only its path and its revision.
type lister struct {
	w    *walk
	buf  []byte // of getdents64(2)
	stat unix.Statx_t
	out  []providers.Change
	seen int64
}

func newLister(w *walk) *lister { return &lister{w: w, buf: make([]byte, 64<<10)} }

func (l *lister) run() {
	for {
		f, ok := l.next()
		if !ok {
			l.flush(nil)
			return
		}
		l.folder(f)
		l.w.done(f)
	}
}

// next sends the files found so far before it waits for a folder.
func (l *lister) next() (folder, bool) {
	if l.w.idle() {
		l.flush(nil)
	}
	return l.w.next()
}

// flush sends the files found so far, and err.
func (l *lister) flush(err error) {
	l.w.seen.Add(l.seen)
	l.seen = 0
	if len(l.out) == 0 && err == nil {
		return
	}
	l.w.send(batch{l.out, err})
	select {
	case l.out = <-l.w.used:
	default:
		l.out = make([]providers.Change, 0, batchSize)
	}
}

func (l *lister) unlisted(path string, err error) {
	l.flush(&providers.UnlistedError{Path: path, Err: err})
}

// folder lists one folder. It ignores a folder that is gone meanwhile, or is another mount, and reports any other
// error.
func (l *lister) folder(f folder) {
	fd, err := f.open()
	if gone(err) || err == unix.EXDEV {
		return
	}
	if err != nil {
		l.unlisted(f.path, err)
		return
	}
	base, isNew := l.w.anchor(f, fd)
	if isNew {
		defer base.drop()
	} else {
		defer unix.Close(fd)
	}
	f.base = base
	if err := statAt(fd, markerName, &l.stat); err == nil {
		return
	} else if !gone(err) {
		l.unlisted(f.path, err)
		return
	}
	for l.w.ctx.Err() == nil {
		n, err := again(func() (int, error) { return unix.Getdents(fd, l.buf) })
		if err != nil {
			l.unlisted(f.path, err)
		}
		if err != nil || n == 0 {
			return
		}
		if err := l.entries(f, fd, l.buf[:n]); err != nil {
			l.unlisted(f.path, err)
			return
		}
	}
}

// entries goes through one buffer of directory entries.
func (l *lister) entries(f folder, fd int, buf []byte) error {
	for len(buf) > 0 {
		name, kind, rest, err := dirent(buf)
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
func (l *lister) entry(f folder, fd int, kind byte, name []byte) {
	text := name[:len(name)-1]
	if string(text) == "." || string(text) == ".." {
		return
	}
	known := false
	if kind == unix.DT_UNKNOWN { // the file system does not report the type
		if err := statAt(fd, name, &l.stat); err != nil {
			if !gone(err) {
				l.unlisted(f.in(text), err)
			}
			return
		}
		kind, known = byte(l.stat.Mode&unix.S_IFMT>>12), true
	}
	switch kind {
	case unix.DT_DIR:
		if path := f.in(text); !l.w.rules.skips(f.root.path, path) {
			l.w.push(folder{root: f.root, path: path, base: f.base})
		}
	case unix.DT_REG:
		l.seen++
		l.file(f, fd, name, known)
	}
}

// file adds a regular file, if it is of interest.
func (l *lister) file(f folder, fd int, name []byte, known bool) {
	text := name[:len(name)-1]
	path := f.in(text)
	if !l.w.rules.wants(f.root.path, path, path[len(path)-len(text):]) {
		return
	}
	if !known {
		if err := statAt(fd, name, &l.stat); err != nil {
			if !gone(err) {
				l.unlisted(path, err)
			}
			return
		}
	}
	if !regular(&l.stat) || !f.root.cross && l.stat.Mnt_id != f.root.heldMount() {
		return // replaced this moment, or a file bound over another
	}
	l.out = append(l.out, providers.Change{Entry: entry(path, &l.stat)})
	if len(l.out) >= batchSize {
		l.flush(nil)
	}
}
