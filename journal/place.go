package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"
	"syscall"
)

// place checks that the files of an open journal are still at their path, and that the chain still has the same end.
// SQLite continues to write to a file that was removed or replaced, and no other or later process would read that.
type place struct {
	path string
	file string // identity of the database file

	// The fields noted and head belong to the single running transaction.
	noted *head
	head  fs.FileInfo // of the file from which noted was read; nil: read it again

	mu    sync.Mutex             // guards all fields below
	files map[string]fs.FileInfo // the database, its log, the index of the log, the held leases
	last  head                   // the last line known to be durable
}

// newPlace returns the place of the journal at path. db describes the database file before it was opened. noted
// is the head that was read before, or nil. It returns ErrReplaced if a file was replaced in the meantime.
func newPlace(path string, db fs.FileInfo, noted *head) (*place, error) {
	p := &place{path: path, file: identity(db), files: map[string]fs.FileInfo{path: db}, noted: noted}
	if noted != nil {
		p.last = *noted
	}
	for _, name := range []string{path + "-wal", path + "-shm"} {
		fi, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) { // a journal made by another program may have no log
			continue
		}
		if err != nil {
			return nil, err
		}
		p.files[name] = fi
	}
	for _, fi := range p.files {
		os.SameFile(fi, fi) // on Windows this reads the identity, which would otherwise be read too late
	}
	return p, p.look()
}

// look returns ErrReplaced if a file is no longer the one that was opened.
func (p *place) look() error {
	p.mu.Lock()
	files := maps.Clone(p.files)
	p.mu.Unlock()
	for name, opened := range files {
		now, err := os.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
			return fmt.Errorf("%w: %q is gone", ErrReplaced, name)
		case err != nil: // may be temporary
			return fmt.Errorf("look whether the journal is at its place: %w", err)
		case !os.SameFile(now, opened):
			return fmt.Errorf("%w: %q is another file now", ErrReplaced, name)
		}
	}
	return nil
}

// check does the same as look and also compares the head. The transaction is immediate, so that no process writes in
// the meantime. It reads the head only if its file has changed since the last transaction.
func (p *place) check(ctx context.Context, tx *sql.Tx) error {
	if p == nil { // a temporary journal
		return nil
	}
	if err := p.look(); err != nil {
		return err
	}
	fi, err := os.Stat(headName(p.path))
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look whether the journal is at its place: %w", err)
	case err != nil && p.noted != nil:
		return fmt.Errorf("%w: %q is gone", ErrReplaced, headName(p.path))
	// There is no head yet, or it is the one that was compared last.
	case err != nil || unchanged(p.head, fi):
		return nil
	}
	noted, err := readHead(p.path)
	if err == nil && noted == nil {
		err = fmt.Errorf("%w: %q is gone", ErrReplaced, headName(p.path))
	}
	if err != nil {
		return err
	}
	if p.noted != nil && noted.Lines < p.noted.Lines {
		return fmt.Errorf("%w (line %d was noted, and now line %d is)", ErrOlder, p.noted.Lines, noted.Lines)
	}
	if err := noted.precedes(ctx, tx); err != nil {
		return err
	}
	p.noted, p.head = noted, fi
	return nil
}

// note stores the head that was just written.
func (p *place) note(last head) (err error) {
	p.noted = &last
	p.head, err = os.Stat(headName(p.path))
	return err
}

// unchanged reports whether a small file is unchanged. Writers replace it or rewrite it.
func unchanged(was, is fs.FileInfo) bool {
	return was != nil && os.SameFile(was, is) && was.ModTime().Equal(is.ModTime()) && was.Size() == is.Size()
}

// follows returns ErrOlder unless a chain with that end contains the last line that this process knows to be durable.
func (p *place) follows(ctx context.Context, tx *sql.Tx, end head) error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	last := p.last
	p.mu.Unlock()
	// The usual case needs no query: no process has written since.
	if last.Lines == 0 || last == end {
		return nil
	}
	return last.precedes(ctx, tx)
}

// reached records that a line is durable.
func (p *place) reached(end head) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if end.Lines > p.last.Lines {
		p.last = end
	}
}

// hold adds a file to those that look compares.
func (p *place) hold(f *os.File) error {
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	os.SameFile(fi, fi) // see newPlace
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[f.Name()] = fi
	return nil
}

// drop removes a file that hold added.
func (p *place) drop(f *os.File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.files, f.Name())
}
