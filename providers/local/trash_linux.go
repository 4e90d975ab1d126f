package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"

	"sweepd/internal/disk"
	"sweepd/providers"
	"sweepd/providers/local/roots"
)

// The points between the steps of a move. After a crash at any of them Settle finds a state that it can finish:
//
//	bin          at its place   Settle
//
// pinned      -            file           fs.ErrNotExist
// written     info         file           removes the info; fs.ErrNotExist
// moved       info + ?     -              right file: receipt; another: puts it back, as below
// compared    info + file  -              receipt
// returned    info         other file     removes the info; fs.ErrNotExist
// synced      info + file  -              receipt
//
// The .trashinfo is durable before the file moves, so that any program can always restore a file in the bin.
const (
	atPinned   = "pinned"
	atWritten  = "written"
	atMoved    = "moved"
	atCompared = "compared"
	atReturned = "returned"
	atSynced   = "synced"
	atUnlinked = "unlinked" // by Purge
)

func (d *Driver) at(point string) error {
	if d.step == nil {
		return nil
	}
	return d.step(point)
}

// Can implements providers.Driver.
func (d *Driver) Can() providers.Can {
	if d.bin == "" {
		return providers.CanReadWhole | providers.CanWait
	}
	return providers.CanReadWhole | providers.CanWait | providers.CanTrash | providers.CanRestore | providers.CanPurge |
		providers.CanListTrash
}

// Trash implements providers.Driver. It refuses with ErrProtected immutable files, and those that a listing would
// leave out by now. The guards' findings about the file itself (its names, its owner, its tags) are still true: it
// cannot change without the change time, which is part of the revision and is compared for the last time just before
// the rename.
func (d *Driver) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	m, err := d.newMove(ctx, key, ref, rev)
	if err != nil {
		return "", err
	}
	v, folder, err := m.volume()
	if err != nil {
		return "", err
	}
	if m.bin, err = d.binFor(v, folder); err != nil {
		return "", err
	}
	defer m.bin.close()
	if r, err := m.settleInBin(); !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	p, err := m.examine(rev)
	if err != nil {
		if r, notMoved := m.settle(); notMoved == nil {
			return r, nil // by an earlier call with that key, into another bin
		}
		return "", err
	}
	defer p.Close()
	if p.Stat.Mnt_id != v.Mount {
		return "", disk.ErrOtherVolume // it was mounted this moment
	}
	if err := p.lease(); err != nil {
		return "", err
	}
	return m.carryOut(ctx, p)
}

// examine pins the file, if it may go.
func (m *move) examine(rev providers.Revision) (*moving, error) {
	if err := m.allowed(); err != nil {
		return nil, err
	}
	file, err := m.root.Pin(m.rel)
	if err != nil {
		return nil, err
	}
	p := &moving{Pinned: file}
	if err := p.mayGo(rev); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// move is the move of one file into the bin.
type move struct {
	d         *Driver
	bin       *bin
	root      *roots.Root
	path, rel string // of the file: absolute, below the root
	name      string // in the bin
	want      disk.Identity
}

func (d *Driver) newMove(ctx context.Context, key string, ref providers.Ref, rev providers.Revision) (*move, error) {
	r, rel, err := d.begin(ctx, string(ref))
	if err != nil {
		return nil, err
	}
	if d.bin == "" {
		return nil, errNoBin
	}
	if !validKey(key) {
		return nil, fmt.Errorf("%q is not a key of the journal", key)
	}
	want, err := disk.ParseIdentity(string(rev))
	if err != nil {
		return nil, err
	}
	return &move{d: d, root: r, path: string(ref), rel: rel, name: binName(filepath.Base(rel), key), want: want}, nil
}

// allowed applies the rules of a listing to the file once more: the user may have marked the folder since, or have
// changed the policy. The method volume has checked that the root is there.
func (m *move) allowed() error {
	return m.d.omits(m.root, m.path)
}

// carryOut moves the pinned file. After an error nothing of the attempt is left, or the error wraps ErrUncertain.
func (m *move) carryOut(ctx context.Context, p *moving) (providers.Receipt, error) {
	if err := errors.Join(m.d.at(atPinned), ctx.Err()); err != nil {
		return "", err
	}
	content, err := m.bin.infoOf(m.path, m.d.o.Now())
	if err != nil {
		return "", err
	}
	info, err := m.bin.write(m.name, content)
	if err != nil {
		return "", refusedFor(m.bin.path, fmt.Errorf("the trash bin does not take it: %w", err))
	}
	defer unix.Close(info)
	if err = p.unchanged(); err == nil { // while the .trashinfo was written, which takes a while
		err = m.d.at(atWritten)
	}
	if err == nil {
		err = m.bin.barred(m.bin.take(p.Folder, p.Name, m.name), p.Folder, filepath.Dir(m.path))
	}
	if err != nil {
		return "", m.abandon(err)
	}
	if err = m.d.at(atMoved); err == nil {
		err = p.moved(m.bin.files, m.name)
	}
	if err != nil {
		return "", m.putBack(p.Folder, err)
	}
	if err := errors.Join(m.d.at(atCompared), m.d.synced.sync(m.bin.files, p.Folder), m.d.at(atSynced)); err != nil {
		return "", uncertain(err)
	}
	return m.bin.receipt(m.name, m.path, m.want), nil
}

// abandon ends a move that was refused. A network's error may hide a success: then the error wraps ErrUncertain.
func (m *move) abandon(why error) error {
	if _, err := m.bin.stat(m.name); !errors.Is(err, fs.ErrNotExist) {
		return uncertain(why)
	}
	return errors.Join(why, m.bin.forget(m.name))
}

// putBack returns a file that was moved by mistake to its place. If its name is taken again the file stays in the
// bin, restorable by its .trashinfo, and the record of the operation stays open: nothing is overwritten, nothing
// lost.
func (m *move) putBack(folder int, why error) error {
	if _, err := m.bin.give(m.name, folder, filepath.Base(m.rel)); err != nil {
		return uncertain(fmt.Errorf("%v; another file was moved to the trash and cannot be put back: %w", why, err))
	}
	if err := errors.Join(m.d.synced.sync(folder, m.bin.files), m.d.at(atReturned)); err != nil {
		return uncertain(err)
	}
	return errors.Join(why, m.bin.forget(m.name))
}

// uncertain returns ErrUncertain with the text of err but not its kinds, some of which would close the record.
func uncertain(err error) error { return fmt.Errorf("%w: %v", providers.ErrUncertain, err) }
