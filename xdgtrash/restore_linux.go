package xdgtrash

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// Restore opens the bin of the receipt (find), and the file in it if it is the one of the receipt (pinToRestore).
// It moves the file by a rename or, if that could replace one, by a hard link (give), and removes the .trashinfo
// last. If the file is not in the bin, restoredBefore looks whether it is back already.

// trashedFile is one file in the bin, as a receipt names it.
type trashedFile struct {
	Receipt
	id  disk.Identity
	bin *bin // nil if the bin is gone
}

// find opens the bin of the receipt. A bin that is gone is no error here: bin is nil then.
func (x *Trash) find(ctx context.Context, r string) (*trashedFile, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if x.o.Home == "" {
		return nil, ErrNoHome
	}
	p, id, err := ParseReceipt(r)
	if err != nil {
		return nil, err
	}
	b, err := x.binOf(p)
	if errors.Is(err, fs.ErrNotExist) {
		return &trashedFile{p, id, nil}, nil
	}
	if err != nil {
		return nil, err
	}
	return &trashedFile{p, id, b}, nil
}

func (k *trashedFile) close() {
	if k.bin != nil {
		k.bin.close()
	}
}

var errNoBin = fmt.Errorf("the trash bin is gone: %w", fs.ErrNotExist)

// is reports whether s describes the file of the receipt.
func (k *trashedFile) is(s *unix.Statx_t) bool { return isFile(s, k.id) }

// isFile reports whether s describes the regular file of that lasting identity.
func isFile(s *unix.Statx_t, id disk.Identity) bool {
	return disk.Regular(s) && disk.Identify(s).Lasting() == id
}

// pin opens the file in the bin. It returns fs.ErrNotExist if there is none, and ErrChanged if it is another. The
// Pinned has no folder: the bin has it open.
func (k *trashedFile) pin() (*moving, error) {
	if k.bin == nil {
		return nil, errNoBin
	}
	p := &moving{Pinned: &disk.Pinned{Folder: -1, Name: k.Name, FD: -1}}
	var err error
	if p.FD, err = disk.OpenPiece(k.bin.files, k.Name, unix.O_PATH, false); err == nil {
		p.Stat, err = disk.StatOpen(p.FD)
	}
	if err == nil && !k.is(&p.Stat) {
		err = fmt.Errorf("in the trash: %w", ErrChanged)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// pinToRestore is pin for a restore, which destroys nothing: it also accepts the file after its bin was copied to
// another disk, or after it was touched. The bin name must have sweepd's own key, the .trashinfo must name the same
// place, and the size must be equal, and so must the inode or the time of last writing.
func (k *trashedFile) pinToRestore() (*moving, error) {
	p, err := k.pin()
	if !errors.Is(err, ErrChanged) || !isBinName(k.Name) || !k.infoMatches() {
		return p, err
	}
	fd, openErr := disk.OpenPiece(k.bin.files, k.Name, unix.O_PATH, false)
	if openErr != nil {
		return nil, openErr
	}
	s, statErr := disk.StatOpen(fd)
	unix.Close(fd)
	if statErr != nil {
		return nil, statErr
	}
	if !k.like(&s) {
		return nil, err
	}
	k.id = disk.Identify(&s).Lasting()
	return k.pin()
}

// like reports whether the file has the size in the receipt, and its inode or its time of last writing.
func (k *trashedFile) like(s *unix.Statx_t) bool {
	is := disk.Identify(s)
	same := is.Ino == k.id.Ino && is.Born == k.id.Born && !is.Weak || is.Mtime == k.id.Mtime
	return disk.Regular(s) && is.Size == k.id.Size && same
}

// infoMatches reports whether the .trashinfo names the place in the receipt.
func (k *trashedFile) infoMatches() bool {
	content, err := k.bin.read(k.Name)
	if err != nil {
		return false
	}
	path, _, err := ParseInfo(content, time.UTC) // the date is not asked for
	if err == nil {
		path, err = k.bin.origin(path)
	}
	return err == nil && path == k.Path
}

// lies adds the place of the file in the bin to an error of Restore, if the file is there.
func (k *trashedFile) lies(err error) error {
	if err == nil || k.bin == nil || errors.Is(err, ErrUncertain) {
		return err
	}
	if _, statErr := k.bin.stat(k.Name); statErr != nil {
		return err
	}
	if named, ok := err.(*fs.PathError); ok {
		return &fs.PathError{Op: named.Op, Path: named.Path, Err: k.lies(named.Err)}
	}
	return fmt.Errorf("%w; the file lies at %q: to bring it back by hand, move it from there", err,
		filepath.Join(k.bin.path, "files", k.Name))
}

// Restored is a file that is back in its place.
type Restored struct {
	File File
	Stat unix.Statx_t // of the file there
}

// Restore moves the file of the receipt back to its place, and never replaces a file. locate returns the place for the
// path where the file was, or an error to refuse it. Restore makes missing folders again, with mode 0700: the user may
// have removed a folder because its last file had left. A crash leaves the file in the bin, or in its place with a
// superfluous .trashinfo, which the next Restore removes.
func (x *Trash) Restore(
	ctx context.Context, receipt string, locate func(path string) (File, error),
) (Restored, error) {
	k, err := x.findToRestore(ctx, receipt)
	if err != nil {
		return Restored{}, err
	}
	defer k.close()
	f, err := x.restoreFound(k, locate)
	return f, k.lies(err)
}

// findToRestore is find, except that it also looks for the file of an unknown bin in the present home trash: the home
// may have been renamed since.
func (x *Trash) findToRestore(ctx context.Context, receipt string) (*trashedFile, error) {
	k, err := x.find(ctx, receipt)
	if !errors.Is(err, errOtherBin) {
		return k, err
	}
	p, id, parseErr := ParseReceipt(receipt)
	if parseErr != nil || !isBinName(p.Name) {
		return nil, err
	}
	b, homeErr := x.home(false)
	if homeErr != nil {
		return nil, err
	}
	if there, knowsErr := b.knows(p.Name); knowsErr != nil || !there {
		b.close()
		return nil, err
	}
	return &trashedFile{p, id, b}, nil
}

// restoreFound is Restore once the bin is open.
func (x *Trash) restoreFound(k *trashedFile, locate func(path string) (File, error)) (Restored, error) {
	f, err := locate(k.Path)
	if err == nil {
		err = f.Check()
	}
	if err != nil {
		return Restored{}, err
	}
	p, err := k.pinToRestore()
	if errors.Is(err, fs.ErrNotExist) {
		return x.restoredBefore(k, f, err)
	}
	if err != nil {
		return Restored{}, err
	}
	defer p.Close()
	folder, err := f.MakeFolder()
	if err != nil {
		return Restored{}, disk.Reason("open", filepath.Dir(k.Path), err)
	}
	defer unix.Close(folder)
	s, err := x.bring(k, p, folder)
	if err != nil {
		return Restored{}, err
	}
	return Restored{f, s}, nil
}

// bring moves the pinned file out of the bin into the folder, and returns its attributes there.
func (x *Trash) bring(k *trashedFile, p *moving, folder int) (s unix.Statx_t, err error) {
	base := filepath.Base(k.Path)
	linked, err := k.bin.give(k.Name, folder, base)
	if err != nil {
		return s, disk.Reason("restore", k.Path, err)
	}
	if err = x.at(AtMoved); err == nil && !linked {
		err = p.moved(folder, base)
	}
	if err != nil {
		// Another file came out, and goes back.
		if back := k.bin.take(folder, base, k.Name); back != nil {
			return s, uncertain(errors.Join(err, back))
		}
		return s, err
	}
	if err := x.synced.sync(folder, k.bin.files); err != nil {
		return s, uncertain(err)
	}
	if err := errors.Join(x.at(AtSynced), k.bin.forget(k.Name)); err != nil {
		return s, uncertain(err)
	}
	if linked {
		s, err = disk.StatFresh(folder, base)
	} else { // not by name or ctx: the file is back, whatever comes next
		s, err = disk.StatOpen(p.FD)
	}
	if err != nil {
		return s, uncertain(err)
	}
	return s, nil
}

// restoredBefore returns the result of Restore if the file is not in the bin: it may be back already.
func (x *Trash) restoredBefore(k *trashedFile, f File, missing error) (Restored, error) {
	var s unix.Statx_t
	fd, err := f.Open()
	if err == nil {
		s, err = disk.StatFresh(fd, "")
		unix.Close(fd)
	}
	if err != nil || disk.Identify(&s).Lasting() != k.id && !k.linkedAs(&s) {
		return Restored{}, fmt.Errorf("it is not in the trash: %w", missing)
	}
	if err := k.tidy(); err != nil {
		return Restored{}, uncertain(err)
	}
	return Restored{f, s}, nil
}

// linkedAs reports whether s is the file of the receipt, which an interrupted restore brought back by a hard link, on a
// file system that numbers names and not files. On any other a file with another inode number is another file. The
// .trashinfo may be gone already, but must not name another place.
func (k *trashedFile) linkedAs(s *unix.Statx_t) bool {
	if k.bin == nil || !isBinName(k.Name) || !k.like(s) {
		return false
	}
	if _, err := k.bin.read(k.Name); !errors.Is(err, fs.ErrNotExist) && !k.infoMatches() {
		return false
	}
	return k.bin.links() == nil && k.bin.unsteady.Load()
}

// tidy removes the .trashinfo that an interrupted operation of this program left. It leaves any other: the program
// that made it may be about to move a file.
func (k *trashedFile) tidy() error {
	if k.bin == nil || !isBinName(k.Name) {
		return nil
	}
	info, err := k.bin.openInfo(k.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(info)
	return k.bin.forget(k.Name)
}
