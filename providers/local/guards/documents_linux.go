package guards

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers/local/mentions"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// One reading of all documents below a root. Workers (docReader) take folders from a queue and read each
// document: into a Collector of their own for names with a picture's extension, or into Words, which they share,
// for all other names. If a document is in the state of the last reading, its mentions are copied and it is not
// opened.

// readDocuments reads every document below the root, also in folders that are left out: a user who excludes notes
// from the sweep still names pictures in them.
func (g *Guards) readDocuments(ctx context.Context, r *roots.Root, last *reading, words bool) *reading {
	x := &reading{listing: g.o.Listing(), index: &mentions.Index{}, paths: map[uint32]string{}}
	if g.o.Now != nil {
		x.at = g.o.Now()
		defer func() { x.took = g.o.Now().Sub(x.at) }()
	}
	if err := r.Hold(); err != nil {
		x.unread = language.Messagef("the documents below %q could not be read: %v", r.Path, err)
		return x
	}
	defer r.Release()
	w := &gathering{Queue: roots.NewQueue(ctx), ctx: ctx, guards: g, last: last, reading: x}
	if words {
		x.words = mentions.NewWords()
	}
	// A document that is unchanged since the last reading is not opened again: its mentions are copied.
	if last != nil && !words {
		w.numbers = map[state]uint32{}
		for _, s := range last.known {
			w.numbers[s.state] = s.number
		}
	}
	w.Push(roots.Folder{Root: r, Path: r.Path, Base: r.Anchor()})
	readers := make([]*docReader, g.o.Workers)
	collectors := make([]*mentions.Collector, g.o.Workers)
	for i := range readers {
		collectors[i] = mentions.NewCollector()
		readers[i] = &docReader{
			gathering: w, collector: collectors[i], buf: make([]byte, 64<<10), named: map[uint32]string{},
		}
		w.Work(readers[i].run)
	}
	// This waits for the workers and cancels nothing.
	w.End(func() {})
	w.collect(readers)
	if w.numbers != nil {
		last.index.Again(collectors[0], w.kept)
	}
	index, err := mentions.Merge(collectors...)
	if err != nil {
		w.fail(language.Messagef("the documents below %q could not be read: %v", r.Path, err))
		return x
	}
	x.index = index
	return x
}

// gathering is one walk for documents.
type gathering struct {
	*roots.Queue
	ctx     context.Context
	guards  *Guards
	last    *reading         // may be nil
	numbers map[state]uint32 // of the documents of the last reading that need not be read again
	next    atomic.Uint32
	noting  sync.Mutex        // of what follows
	same    map[uint32]uint32 // new numbers by those of the last reading
	*reading
}

// kept returns the new number of a document of the last reading.
func (g *gathering) kept(doc uint32) (uint32, bool) {
	n, ok := g.same[doc]
	return n, ok
}

// collect merges the workers' results.
func (g *gathering) collect(readers []*docReader) {
	for _, l := range readers {
		g.known = append(g.known, l.noted...)
		maps.Copy(g.paths, l.named)
		g.files, g.bytes = g.files+l.opened, g.bytes+l.taken
	}
}

// fail records why the files have to be kept; the first reason is enough.
func (g *gathering) fail(why language.Message) {
	g.noting.Lock()
	defer g.noting.Unlock()
	if g.unread.IsZero() {
		g.unread = why
	}
}

// unchanged reports whether the document's mentions need not be read again, and keeps them in that case.
func (l *docReader) unchanged(s state, n uint32, f roots.Folder, name string) bool {
	if s.Weak {
		return false // one state may look like another
	}
	l.noted = append(l.noted, document{s, n})
	old, ok := l.numbers[s]
	if !ok {
		return false
	}
	l.noting.Lock()
	defer l.noting.Unlock()
	if l.same == nil {
		l.same = map[uint32]uint32{}
	}
	if _, twice := l.same[old]; twice {
		return false // one of its other names has taken the mentions
	}
	l.same[old] = n
	if _, any := l.last.paths[old]; any {
		l.named[n] = within(f, name)
	}
	return true
}

// docReader is one worker of a gathering.
type docReader struct {
	*gathering
	collector *mentions.Collector
	buf       []byte // of getdents64(2)
	stat      unix.Statx_t

	// noted has the documents seen, and named the paths of those that name a picture. opened and taken count the
	// files and bytes that were read.
	noted         []document
	named         map[uint32]string
	opened, taken int64
}

// run reads the documents of folders until none is left.
func (l *docReader) run() {
	for {
		f, ok := l.Queue.Next()
		if !ok {
			return
		}
		l.folder(f)
		l.Done(f)
	}
}

// folder reads the documents of one folder. It ignores a folder that is gone meanwhile, or is another mount; a folder
// that cannot be read may mention any file.
func (l *docReader) folder(f roots.Folder) {
	fd, err := f.Open()
	if disk.Gone(err) || err == unix.EXDEV {
		return
	}
	if err != nil {
		l.folderFailed(f.Path, err)
		return
	}
	base, isNew := l.Anchor(f, fd)
	if isNew {
		defer base.Drop()
	} else {
		defer unix.Close(fd)
	}
	f.Base = base
	for l.ctx.Err() == nil {
		n, err := disk.Again(func() (int, error) { return unix.Getdents(fd, l.buf) })
		if err == nil {
			err = l.entries(f, fd, l.buf[:n])
		}
		if err != nil {
			l.folderFailed(f.Path, err)
		}
		if err != nil || n == 0 {
			return
		}
	}
}

// folderFailed records that the documents in a folder are not known, so that every file is held.
func (l *docReader) folderFailed(path string, err error) {
	l.fail(language.Messagef("a document in %q may name it, and that folder could not be looked into: %v", path, err))
}

// documentFailed does the same for one document.
func (l *docReader) documentFailed(path string, err error) {
	l.fail(language.Messagef("%q may name it, and could not be read: %v", path, err))
}

// entries goes through one buffer of directory entries: it pushes the folders, and reads the documents.
func (l *docReader) entries(f roots.Folder, fd int, buf []byte) error {
	for len(buf) > 0 {
		name, kind, rest, err := disk.Dirent(buf)
		if err != nil {
			return err
		}
		buf = rest
		text := name[:len(name)-1]
		if string(text) == "." || string(text) == ".." {
			continue
		}
		if kind == unix.DT_UNKNOWN {
			if err := disk.StatAt(fd, name, &l.stat); disk.Gone(err) {
				continue
			} else if err != nil {
				return err
			}
			kind = byte(l.stat.Mode & unix.S_IFMT >> 12)
		}
		switch {
		case kind == unix.DT_DIR:
			if path := within(f, string(text)); !l.guards.o.Programs(path) {
				l.Push(roots.Folder{Root: f.Root, Path: path, Base: f.Base})
			}
		case kind == unix.DT_REG && mentions.MannerOf(text) != mentions.NotRead:
			if err := l.document(f, fd, name); err != nil {
				l.documentFailed(within(f, string(text)), err)
			}
		}
	}
	return nil
}

// within returns the path of the name in the folder, which may be "/".
func within(f roots.Folder, name string) string { return strings.TrimSuffix(f.Path, "/") + "/" + name }

// The beginnings of a plan and of a page that this program wrote. They name the very files that are to go, and would
// hold them all.
const (
	planBegins = "{\n  \"sweepd_plan\":"
	pageBegins = "<!DOCTYPE html>\n<html lang=\"en\" data-page=\"sweepd\">\n"
)

// own reports whether the file begins like a plan or a page of this program. If it cannot be read, reading it as a
// document returns the error.
func own(fd int) bool {
	head := make([]byte, max(len(planBegins), len(pageBegins)))
	n, err := disk.Again(func() (int, error) { return unix.Pread(fd, head, 0) })
	return err == nil &&
		(bytes.HasPrefix(head[:n], []byte(planBegins)) || bytes.HasPrefix(head[:n], []byte(pageBegins)))
}

// document reads one document, whose name ends with a NUL byte, unless it is unchanged. A document that is gone, or
// is a link or not a regular file by now, is no error.
func (l *docReader) document(f roots.Folder, folder int, nul []byte) error {
	name := string(nul[:len(nul)-1])
	if l.numbers != nil {
		if err := disk.StatAt(folder, nul, &l.stat); err == nil && disk.Regular(&l.stat) {
			if s := l.state(); l.met(s) && l.unchanged(s, l.gathering.next.Add(1), f, name) {
				return nil
			}
		}
	}
	fd, err := disk.OpenPiece(folder, name, disk.FileFlags, f.Root.Cross)
	switch {
	case disk.Gone(err), errors.Is(err, unix.ELOOP), errors.Is(err, unix.EXDEV), errors.Is(err, unix.ENXIO):
		return nil
	case err != nil:
		return err
	}
	defer unix.Close(fd)
	if err := disk.StatAt(fd, disk.Itself, &l.stat); err != nil || !disk.Regular(&l.stat) {
		return err
	}
	n := l.gathering.next.Add(1)
	if l.unchanged(l.state(), n, f, name) || own(fd) {
		return nil
	}
	b := &docBytes{ctx: l.ctx, fd: fd, size: int64(l.stat.Size), stored: int64(l.stat.Blocks * 512)}
	r, err := text(nul[:len(nul)-1], b)
	if r == nil || err != nil {
		return err
	}
	if l.words != nil {
		err = l.words.Read(r)
	} else {
		var found int
		if found, err = l.collector.Read(n, name, r); found > 0 {
			l.named[n] = within(f, name)
		}
	}
	l.opened, l.taken = l.opened+1, l.taken+b.n
	return err
}

// state returns the state of the file that was looked at last.
func (l *docReader) state() state {
	return state{disk.Identify(&l.stat), unix.Mkdev(l.stat.Dev_major, l.stat.Dev_minor)}
}

// met reports whether the last reading saw a document in that state.
func (l *docReader) met(s state) bool {
	_, met := l.numbers[s]
	return met
}

// text returns the part of the document that is to be read; nil for nothing.
func text(name []byte, b *docBytes) (io.Reader, error) {
	if mentions.MannerOf(name) == mentions.Read {
		return b, b.fits()
	}
	var begin [mentions.Beginning]byte
	n, err := b.ReadAt(begin[:], 0)
	switch {
	case err != nil && err != io.EOF:
		return nil, err
	case mentions.IsZip(begin[:n]):
		return mentions.Links(name, b, b.size)
	case mentions.IsText(begin[:n]):
		return b, b.fits()
	}
	return nil, nil
}

// docLimit is how many bytes of a document are read at most; a larger one may name any file.
const docLimit = 1 << 30

var errDocLimit = fmt.Errorf("it has more than %d GiB", docLimit>>30)

// docBytes reads a document until the context ends. It ends at the size that the document had when it was opened:
// bytes written since are read another time. It skips holes, so that a sparse file costs only its stored bytes.
type docBytes struct {
	ctx          context.Context
	fd           int
	size, stored int64 // bytes, with holes and without
	at, n        int64 // where to read next; how much was read
}

// fits returns errDocLimit for a document that is too large to begin with.
func (r *docBytes) fits() error {
	if min(r.size, r.stored) > docLimit {
		return errDocLimit
	}
	return nil
}

// Read implements io.Reader. It returns errDocLimit if it has read more than docLimit bytes before.
func (r *docBytes) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if r.n > docLimit {
		return 0, errDocLimit
	}
	if r.stored < r.size {
		at, err := disk.Again(func() (int64, error) { return unix.Seek(r.fd, r.at, unix.SEEK_DATA) })
		switch {
		// No data follows: see lseek(2).
		case err == unix.ENXIO:
			return 0, io.EOF
		case err == nil:
			r.at = at
		case err != unix.EINVAL: // the file system does not know holes
			return 0, err
		}
	}
	n, err := disk.Again(func() (int, error) { return unix.Pread(r.fd, p, r.at) })
	if err != nil {
		return 0, err
	}
	r.n, r.at = r.n+int64(n), r.at+int64(n)
	if n == 0 || r.at == r.size {
		return n, io.EOF
	}
	return n, nil
}

// ReadAt implements io.ReaderAt.
func (r *docBytes) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		if err := r.ctx.Err(); err != nil {
			return n, err
		}
		m, err := disk.Again(func() (int, error) { return unix.Pread(r.fd, p[n:], off+int64(n)) })
		if err != nil {
			return n, err
		}
		if m == 0 {
			return n, io.EOF
		}
		n, r.n = n+m, r.n+int64(m)
	}
	return n, nil
}
