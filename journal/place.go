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

// place is where an open journal is: the files of which it consists, by their
// names, and the end of the chain. SQLite itself writes on into a file that was
// removed or replaced, where no other process and no later one reads it.
type place struct {
	path string
	file string // identifies the database among all files

	// Of the one transaction that is under way.
	noted *head
	head  fs.FileInfo // of the file that noted was read from; nil: it is to be read

	mu    sync.Mutex             // over all that follows
	files map[string]fs.FileInfo // the database, its log, the index of the log, the leases that are held
	last  head                   // the last line that is known to be durable
}

// newPlace takes down the files of the journal at path, whose database was the
// file db before it was opened.
func newPlace(path string, db fs.FileInfo, noted *head) (*place, error) {
	p := &place{path: path, file: identity(db), files: map[string]fs.FileInfo{path: db}, noted: noted}
	if noted != nil {
		p.last = *noted
	}
	for _, name := range []string{path + "-wal", path + "-shm"} {
		fi, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) { // a journal that some other program made keeps no log
			continue
		}
		if err != nil {
			return nil, err
		}
		p.files[name] = fi
	}
	for _, fi := range p.files {
		os.SameFile(fi, fi) // on Windows this reads the identity, which is otherwise read too late
	}
	return p, p.look()
}

// look compares the files with those that were opened.
func (p *place) look() error {
	p.mu.Lock()
	files := maps.Clone(p.files)
	p.mu.Unlock()
	for name, opened := range files {
		now, err := os.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
			return fmt.Errorf("%w: %q is gone", ErrReplaced, name)
		case err != nil: // perhaps not at the next look
			return fmt.Errorf("look whether the journal is at its place: %w", err)
		case !os.SameFile(now, opened):
			return fmt.Errorf("%w: %q is another file now", ErrReplaced, name)
		}
	}
	return nil
}

// check is look, and compares the head too. The transaction is immediate, so
// that no process writes meanwhile.
func (p *place) check(ctx context.Context, tx *sql.Tx) error {
	if p == nil { // a temporary journal has none
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

// note takes down what was just noted beside the journal.
func (p *place) note(last head) (err error) {
	p.noted = &last
	p.head, err = os.Stat(headName(p.path))
	return err
}

// unchanged reports whether a small file is as it was; it is replaced, or
// written anew.
func unchanged(was, is fs.FileInfo) bool {
	return was != nil && os.SameFile(was, is) && was.ModTime().Equal(is.ModTime()) && was.Size() == is.Size()
}

// follows holds that a chain with that end has the last line that this process
// knows to be durable.
func (p *place) follows(ctx context.Context, tx *sql.Tx, end head) error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	last := p.last
	p.mu.Unlock()
	if last.Lines == 0 || last == end {
		return nil
	}
	return last.precedes(ctx, tx)
}

// reached takes down that a line is durable.
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

// hold has a file of which the record consists compared from now on.
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

// drop ends what hold began.
func (p *place) drop(f *os.File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.files, f.Name())
}
