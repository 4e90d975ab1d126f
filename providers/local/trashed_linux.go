package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"sweepd/internal/disk"
	"sweepd/providers"
)

// Trashed implements providers.Driver: it lists the home trash, the bins on top of the mounts and subvolumes in which
// files of the roots may be, and those on top of every other mount of this machine's own disks.
func (d *Driver) Trashed(ctx context.Context) iter.Seq2[providers.Trashed, error] {
	return func(yield func(providers.Trashed, error) bool) {
		if d.bin == "" {
			yield(providers.Trashed{}, errNoBin)
			return
		}
		if err := ctx.Err(); err != nil {
			yield(providers.Trashed{}, err)
			return
		}
		d.allBins(ctx, func(b *bin, err error) bool {
			if err != nil {
				return yield(providers.Trashed{}, err)
			}
			l := &listing{bin: b, zone: d.o.Now().Location(), yield: yield}
			return l.each(ctx, b.info, l.listInfo) && l.each(ctx, b.files, l.orphan)
		})
	}
}

// listing goes through one bin.
type listing struct {
	*bin
	zone  *time.Location
	yield func(providers.Trashed, error) bool
	sizes map[string]folderSize // nil until needed
}

// Reasons for leaving an entry alone.
const (
	leftFolder   = "a folder"
	leftLink     = "a symbolic link"
	leftOther    = "neither a file nor a folder"
	leftOrphan   = "an orphan: nothing says where it was"
	leftDangling = "its file is gone, and only its .trashinfo is left"
)

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
				l.yield(providers.Trashed{}, ctx.Err())
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

func (l *listing) unlisted(path string, err error) (more bool) {
	return l.yield(providers.Trashed{}, &providers.UnlistedError{Path: path, Err: err})
}

// listInfo lists the file of one name in info/.
func (l *listing) listInfo(info string) (more bool) {
	name, ok := strings.CutSuffix(info, infoSuffix)
	if !ok || name == "" {
		return true // not about a file
	}
	t := providers.Trashed{Path: name}
	content, err := l.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true // gone this moment
	}
	if err != nil {
		t.Left = fmt.Sprintf("its .trashinfo cannot be read: %v", err)
	} else if path, deleted, err := parseInfo(content, l.zone); err != nil {
		t.Left = fmt.Sprintf("its .trashinfo says nothing that is understood: %v", err)
	} else if t.Path, err = l.origin(path); err != nil {
		t.Path, t.Left = path, err.Error()
	} else {
		t.Deleted = deleted.UTC()
	}
	return l.entry(name, t)
}

// entry lists files/NAME; t holds the facts from its .trashinfo.
func (l *listing) entry(name string, t providers.Trashed) (more bool) {
	s, err := l.stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if t.Left == leftOrphan {
			return true // restored this moment
		}
		if t.Left == "" {
			t.Left = leftDangling
		}
		return l.yield(t, nil)
	}
	if err != nil {
		return l.unlisted(filepath.Join(l.path, "files", name), err)
	}
	t.Since = time.Unix(s.Ctime.Sec, int64(s.Ctime.Nsec)).UTC()
	kind := ""
	switch s.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		t.Size = int64(s.Size)
	case unix.S_IFDIR:
		kind, t.Size = leftFolder, l.folderSize(name)
	case unix.S_IFLNK:
		kind = leftLink
	default:
		kind = leftOther
	}
	if t.Left == "" {
		t.Left = kind
	}
	if t.Left == "" {
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
		return l.entry(name, providers.Trashed{Path: name, Left: leftOrphan})
	}
	return l.unlisted(filepath.Join(l.path, "files", name), err)
}
