package xdgtrash

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// Settle completes a move that was interrupted, and returns its receipt. fs.ErrNotExist means that the file was not
// moved; ErrUncertain that this is not known.
func (x *Trash) Settle(q Request) (string, error) {
	m, err := x.newMove(q)
	if err != nil {
		return "", err
	}
	return m.settle()
}

// errNotMoved is the successful result for a move that never happened.
var errNotMoved = fmt.Errorf("it was not moved: %w", fs.ErrNotExist)

// settle looks for the move's own name in every bin to which the move can have led, and completes it there. Its
// absence from all of them proves something only if the bin of its volume exists, and all could be looked into.
func (m *move) settle() (string, error) {
	bins, sure, err := m.bins()
	defer closeAll(bins)
	for _, b := range bins {
		found, lookErr := b.knows(m.name)
		if found {
			m.bin = b
			return m.settleInBin()
		}
		err = errors.Join(err, lookErr)
	}
	if err == nil {
		err = m.file.Stays()
	}
	if err == nil && sure {
		return "", errNotMoved
	}
	return "", m.withoutBin(err)
}

// bins opens the bins that can contain the file by now: the home trash, because a former single mount may be two
// today, and those on top of its volume. sure means that one of them is the present bin of the file's volume.
func (m *move) bins() (bins []*bin, sure bool, err error) {
	missing := func(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrAway) }
	home, err := m.x.home(false)
	if err == nil {
		bins = append(bins, home)
	} else if !missing(err) {
		return nil, false, err
	}
	v, folder, err := m.file.Volume()
	if err != nil {
		return bins, false, err
	}
	// Files of the volume with the home trash never go to a bin on top of it.
	if at, err := m.x.homeVolume(); err != nil || at == v {
		return bins, err == nil && len(bins) > 0, err
	}
	t, err := m.x.TopOf(v, folder)
	if err != nil {
		return bins, false, err
	}
	defer t.Close()
	onTop, err := m.x.tops(t)
	return append(bins, onTop...), len(onTop) > 0, err
}

// withoutBin settles a move if the bin cannot be looked into, or is gone: only the file in its place proves that it
// was not moved.
func (m *move) withoutBin(why error) error {
	if why == nil {
		why = errors.New("the trash bin is missing")
	}
	s, err := statOf(m.file)
	if err != nil {
		return uncertain(fmt.Errorf("%w, and the file: %w", why, err))
	}
	if disk.Identify(&s).Lasting() != m.want.Lasting() {
		return uncertain(fmt.Errorf("%w, and another file is in its place", why))
	}
	return errNotMoved
}

// settleInBin completes an interrupted move, according to the files in the bin under the move's own name.
func (m *move) settleInBin() (string, error) {
	info, err := m.bin.openInfo(m.name)
	if err == nil {
		defer unix.Close(info)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	s, err := m.bin.stat(m.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := m.clear(info); err != nil {
			return "", err
		}
		return "", errNotMoved
	case err != nil:
		return "", err
	case disk.Regular(&s) && disk.Identify(&s).Lasting() == m.want.Lasting():
		return m.confirm()
	}
	return "", m.undo()
}

// clear removes the .trashinfo of a move that did not reach its rename.
func (m *move) clear(info int) error {
	if info < 0 {
		return nil
	}
	if err := m.bin.forget(m.name); err != nil {
		return uncertain(err)
	}
	return nil
}

// confirm makes the move durable, and restorable by other programs too.
func (m *move) confirm() (string, error) {
	// Another program may have removed or replaced the .trashinfo.
	if !m.infoMatches() {
		content, err := m.bin.infoOf(m.path, m.x.o.Now())
		if err == nil {
			err = m.bin.forget(m.name)
		}
		if err != nil {
			return "", uncertain(err)
		}
		info, err := m.bin.write(m.name, content)
		if err != nil {
			return "", uncertain(err)
		}
		unix.Close(info)
	}
	if err := m.x.synced.sync(m.bin.files); err != nil {
		return "", uncertain(err)
	}
	return m.bin.receipt(m.name, m.path, m.want), nil
}

// infoMatches reports whether the .trashinfo names the place where the file was.
func (m *move) infoMatches() bool {
	content, err := m.bin.read(m.name)
	if err != nil {
		return false
	}
	path, _, err := ParseInfo(content, m.x.o.Now().Location())
	if err == nil {
		path, err = m.bin.origin(path)
	}
	return err == nil && path == m.path
}

// undo puts back the wrong file that an interrupted move took.
func (m *move) undo() error {
	if err := m.file.Check(); err != nil {
		return uncertain(err)
	}
	folder, err := m.file.Folder()
	if err != nil {
		return uncertain(err)
	}
	defer unix.Close(folder)
	return m.putBack(folder, errNotMoved)
}
