package xdgtrash

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/internal/language"
)

// item is one file or folder in a trash directory.
type item struct {
	Receipt string // "" exactly if Left is set
	Path    string // where it was, as far as the bin knows; else its name in the bin
	Size    int64  // bytes; of a folder as in directorysizes, or 0

	// Deleted is the DeletionDate; zero if there is none. A wrong clock or another program may have written it.
	Deleted time.Time
	// Since is the latest time at which it can have been put there: that of the last change of the file itself.
	Since time.Time

	// Left is why it can be neither restored nor purged, as in "a folder"; zero if it can.
	Left language.Message

	orphan bool // it has no .trashinfo
}

// List lists the home trash, the trash directories on top of the volumes in reach, and those on top of every other
// mount of this machine's own disks. An *UnlistedError concerns one of them; any other error ends the list.
func (x *Trash) List(ctx context.Context) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		if x.o.Home == "" {
			yield(item{}, ErrNoHome)
			return
		}
		if err := ctx.Err(); err != nil {
			yield(item{}, err)
			return
		}
		x.allBins(ctx, func(b *bin, err error) bool {
			if err != nil {
				return yield(item{}, err)
			}
			l := &listing{bin: b, zone: x.o.Now().Location(), yield: yield}
			return l.each(ctx, b.info, l.listInfo) && l.each(ctx, b.files, l.orphan)
		})
	}
}

// listing goes through one bin.
type listing struct {
	*bin
	zone  *time.Location
	yield func(item, error) bool
	sizes map[string]folderSize // nil until needed
}

// each calls visit with the names in the folder, until it returns false. An error that ends the listing concerns one
// bin: it is yielded as an *UnlistedError.
func (l *listing) each(ctx context.Context, folder int, visit func(name string) bool) (more bool) {
	fd, err := disk.OpenPiece(folder, ".", disk.FolderFlags, false)
	if err != nil {
		return l.unlisted(l.path, err)
	}
	f := os.NewFile(uintptr(fd), l.path)
	defer f.Close()
	for {
		names, err := f.Readdirnames(512)
		for _, name := range names {
			if ctx.Err() != nil {
				l.yield(item{}, ctx.Err())
				return false
			}
			if !visit(name) {
				return false
			}
		}
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			return l.unlisted(l.path, err)
		}
	}
}

// unlisted yields the error of one place.
func (l *listing) unlisted(path string, err error) (more bool) {
	return l.yield(item{}, &UnlistedError{Path: path, Err: err})
}

// listInfo lists the file of one name in info/.
func (l *listing) listInfo(info string) (more bool) {
	name, ok := strings.CutSuffix(info, infoSuffix)
	if !ok || name == "" {
		return true // not about a file
	}
	t := item{Path: name}
	content, err := l.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true // gone this moment
	}
	if err != nil {
		t.Left = language.Messagef("its .trashinfo cannot be read: %v", err)
	} else if path, deleted, err := ParseInfo(content, l.zone); err != nil {
		t.Left = language.Messagef("its .trashinfo says nothing that is understood: %v", err)
	} else if t.Path, err = l.origin(path); err != nil {
		t.Path, t.Left = path, language.Messagef(elsewhere)
	} else {
		t.Deleted = deleted.UTC()
	}
	return l.entry(name, t)
}

// entry lists files/NAME; t holds the facts from its .trashinfo.
func (l *listing) entry(name string, t item) (more bool) {
	s, err := l.stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if t.orphan {
			return true // restored this moment
		}
		if t.Left.IsZero() {
			t.Left = language.Messagef("its file is gone, and only its .trashinfo is left")
		}
		return l.yield(t, nil)
	}
	if err != nil {
		return l.unlisted(filepath.Join(l.path, "files", name), err)
	}
	// A move into the bin sets the change time, and no program can set it back.
	t.Since = time.Unix(s.Ctime.Sec, int64(s.Ctime.Nsec)).UTC()
	var kind language.Message
	switch s.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		t.Size = int64(s.Size)
	case unix.S_IFDIR:
		kind, t.Size = language.Messagef("a folder"), l.folderSize(name)
	case unix.S_IFLNK:
		kind = language.Messagef("a symbolic link")
	default:
		kind = language.Messagef("neither a file nor a folder")
	}
	if t.Left.IsZero() {
		t.Left = kind
	}
	if t.Left.IsZero() {
		t.Receipt = l.receipt(name, t.Path, disk.Identify(&s))
	}
	return l.yield(t, nil)
}

// orphan lists files/NAME if it has no .trashinfo.
func (l *listing) orphan(name string) (more bool) {
	_, err := disk.StatName(l.info, name+infoSuffix)
	switch {
	case err == nil:
		return true
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENAMETOOLONG):
		left := language.Messagef("an orphan: nothing says where it was")
		return l.entry(name, item{Path: name, Left: left, orphan: true})
	}
	return l.unlisted(filepath.Join(l.path, "files", name), err)
}
