package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// Settle implements providers.Driver.
func (d *Driver) Settle(ctx context.Context, key string, ref providers.Ref, rev providers.Revision) (providers.Receipt, error) {
	m, err := d.newMove(ctx, key, ref, rev)
	if err != nil {
		return "", err
	}
	if m.bin, err = openBin(d.bin, false); errors.Is(err, fs.ErrNotExist) || errors.Is(err, errAway) {
		return "", m.withoutBin()
	} else if err != nil {
		return "", err
	}
	defer m.bin.close()
	return m.settle()
}

// errNotMoved is the good end of a move that never happened.
var errNotMoved = fmt.Errorf("it was not moved: %w", fs.ErrNotExist)

// withoutBin settles where there is no bin (any more): only the file in its
// place proves that it was not moved into one.
func (m *move) withoutBin() error {
	s, err := m.root.stat(m.rel)
	if err != nil {
		return uncertain(fmt.Errorf("the trash bin is missing, and the file: %w", err))
	}
	if identify(&s).lasting() != m.want.lasting() {
		return uncertain(errors.New("the trash bin is missing, and another file is in its place"))
	}
	return errNotMoved
}

// settle brings an interrupted move to its end, by what is in the bin under
// the move's own name.
func (m *move) settle() (providers.Receipt, error) {
	info, err := m.bin.open(m.name)
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
	case regular(&s) && identify(&s).lasting() == m.want.lasting():
		return m.confirm()
	}
	return "", m.undo()
}

// clear removes the .trashinfo of a move that did not come to its rename.
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
func (m *move) confirm() (providers.Receipt, error) {
	content, err := m.bin.read(m.name)
	if err == nil {
		var path string
		if path, _, err = parseInfo(content, m.d.o.Now().Location()); err == nil && path != m.path {
			err = errInfo
		}
	}
	if err != nil {
		if err := m.bin.forget(m.name); err != nil {
			return "", uncertain(err)
		}
		info, err := m.bin.write(m.name, trashInfo(m.path, m.d.o.Now()))
		if err != nil {
			return "", uncertain(err)
		}
		unix.Close(info)
	}
	if err := unix.Fsync(m.bin.files); err != nil {
		return "", uncertain(err)
	}
	return newReceipt(m.bin.path, m.name, m.path, m.want), nil
}

// undo puts back the wrong file that an interrupted move got.
func (m *move) undo() error {
	if err := m.root.check(); err != nil {
		return uncertain(err)
	}
	folder, err := m.root.parent(m.rel)
	if err != nil {
		return uncertain(err)
	}
	defer unix.Close(folder)
	return m.putBack(folder, errNotMoved)
}
