package xdgtrash

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// The points between the steps of an operation, for Options.Step. After a crash of Put at any of them Settle finds a
// state that it can finish:
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
	AtPinned   = "pinned"
	AtWritten  = "written"
	AtMoved    = "moved"
	AtCompared = "compared"
	AtReturned = "returned"
	AtSynced   = "synced"
	AtUnlinked = "unlinked" // by Purge
)

// at calls Options.Step, if it is set.
func (x *Trash) at(point string) error {
	if x.o.Step == nil {
		return nil
	}
	return x.o.Step(point)
}

// Put moves the file into the trash: into the home trash if that is in the same volume, otherwise into the trash
// directory on top of the volume. It returns the receipt by which the file can be restored and purged.
//
// The file moves only in its state, and only if no program has it open for writing, as far as the file system shows. It
// refuses immutable files with ErrProtected. If an earlier call with that key was interrupted, Put completes it first.
// After an error nothing of the attempt is left, or the error wraps ErrUncertain: then Settle finds out.
func (x *Trash) Put(ctx context.Context, q Request) (string, error) {
	m, err := x.newMove(q)
	if err != nil {
		return "", err
	}
	v, folder, err := m.file.Volume()
	if err != nil {
		return "", err
	}
	if m.bin, err = x.binFor(v, folder); err != nil {
		return "", err
	}
	defer m.bin.close()
	p, err := m.examine()
	if err != nil {
		if r, notMoved := m.settle(); notMoved == nil {
			return r, nil // by an earlier call with that key
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

// Request describes the move of one file into the trash.
type Request struct {
	// Key names the move: 26 letters or digits of base32, in lower case. It is part of the file's name in the trash, so
	// that the file is found again after an interruption, by Put and Settle with the same key. Another move has
	// another.
	Key string
	// File is the file in its place.
	File File
	// State is the state that the file must have, as StateOf returns it, or the text of a disk.Identity.
	State string
	// May is called before the file is opened; with an error the file stays. nil: it may go.
	May func() error
}

// File is a file in its place, which may be empty: where Put finds it, and where Restore brings it. A caller that
// holds a folder open reaches the file from there, so that nothing that happens to the path leads elsewhere.
type File interface {
	// Path returns the absolute, clean path.
	Path() string
	// Check returns an error if the place cannot be trusted at present: its disk may have been taken away.
	Check() error
	// Volume checks the place, and returns the volume and the path of the innermost existing folder on the way to it.
	Volume() (v disk.Volume, folder string, err error)
	// Stays returns an error if the place may be missing because the file's disk is.
	Stays() error
	// Pin opens the file and its folder.
	Pin() (*disk.Pinned, error)
	// Open opens what is in the place, with O_PATH.
	Open() (fd int, err error)
	// Folder opens the folder, to read names in it.
	Folder() (fd int, err error)
	// MakeFolder is Folder, and makes the missing folders on the way.
	MakeFolder() (fd int, err error)
}

// statOf describes what is in the place.
func statOf(f File) (unix.Statx_t, error) {
	fd, err := f.Open()
	if err != nil {
		return unix.Statx_t{}, err
	}
	defer unix.Close(fd)
	return disk.StatOpen(fd)
}

// examine pins the file, if it may go.
func (m *move) examine() (*moving, error) {
	if m.may != nil {
		if err := m.may(); err != nil {
			return nil, err
		}
	}
	file, err := m.file.Pin()
	if err != nil {
		return nil, err
	}
	p := &moving{Pinned: file}
	if err := p.mayGo(m.state); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// move is the move of one file into the bin.
type move struct {
	x *Trash
	// bin is nil until it is open: Put opens the bin for the volume of the file, and settle the one that has the
	// name of the move.
	bin   *bin
	file  File
	may   func() error
	path  string // of the file
	name  string // in the bin
	state string
	want  disk.Identity // the same
}

// newMove returns the move of the request, without its bin. It returns an error if the key or the state has
// another form.
func (x *Trash) newMove(q Request) (*move, error) {
	if x.o.Home == "" {
		return nil, ErrNoHome
	}
	if !ValidKey(q.Key) {
		return nil, fmt.Errorf("%q is not a key", q.Key)
	}
	want, err := disk.ParseIdentity(q.State)
	if err != nil {
		return nil, err
	}
	path := q.File.Path()
	return &move{
		x: x, file: q.File, may: q.May, path: path, name: binName(filepath.Base(path), q.Key),
		state: q.State, want: want,
	}, nil
}

// carryOut moves the pinned file. After an error nothing of the attempt is left, or the error wraps ErrUncertain.
func (m *move) carryOut(ctx context.Context, p *moving) (string, error) {
	if err := errors.Join(m.x.at(AtPinned), ctx.Err()); err != nil {
		return "", err
	}
	content, err := m.bin.infoOf(m.path, m.x.o.Now())
	if err != nil {
		return "", err
	}
	info, err := m.bin.write(m.name, content)
	if errors.Is(err, fs.ErrExist) { // of an earlier call with that key, which was interrupted
		if r, err := m.settleInBin(); !errors.Is(err, fs.ErrNotExist) {
			return r, err
		}
		info, err = m.bin.write(m.name, content)
	}
	if err != nil {
		return "", refusedFor(m.bin.path, fmt.Errorf("the trash bin does not take it: %w", err))
	}
	// Until it is closed, Settle takes the move as being under way.
	defer unix.Close(info)
	if err = p.unchanged(); err == nil { // while the .trashinfo was written, which takes a while
		err = m.x.at(AtWritten)
	}
	if err == nil {
		err = m.bin.barred(m.bin.take(p.Folder, p.Name, m.name), p.Folder, filepath.Dir(m.path))
	}
	if err != nil {
		return "", m.abandon(err)
	}
	if err = m.x.at(AtMoved); err == nil {
		err = p.moved(m.bin.files, m.name)
	}
	if err != nil {
		return "", m.putBack(p.Folder, err)
	}
	// The file is in the bin, but perhaps not durably.
	if err := errors.Join(m.x.at(AtCompared), m.x.synced.sync(m.bin.files, p.Folder), m.x.at(AtSynced)); err != nil {
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
	if _, err := m.bin.give(m.name, folder, filepath.Base(m.path)); err != nil {
		return uncertain(fmt.Errorf("%v; another file was moved to the trash and cannot be put back: %w", why, err))
	}
	if err := errors.Join(m.x.synced.sync(folder, m.bin.files), m.x.at(AtReturned)); err != nil {
		return uncertain(err)
	}
	return errors.Join(why, m.bin.forget(m.name))
}

// uncertain returns ErrUncertain with the text of err but not its kinds, some of which would close the record.
func uncertain(err error) error { return fmt.Errorf("%w: %v", ErrUncertain, err) }
