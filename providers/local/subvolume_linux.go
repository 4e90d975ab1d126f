package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// volume is the part of a mount in which files can be renamed: all of it, or, on btrfs, one of the subvolumes in it,
// each of which has its own device number.
type volume struct{ mount, dev uint64 }

// volumeOf returns the volume that a folder is in. On an overlay, a file may have another device number than its
// folder.
func volumeOf(folder *unix.Statx_t) volume {
	p := placeOf(folder)
	return volume{p.mount, p.dev}
}

// subvolumeTop is the inode number of the top folder of every subvolume (BTRFS_FIRST_FREE_OBJECTID).
const subvolumeTop = 256

// errSnapshot concerns a subvolume that is a copy of another one, or is read-only: a user's backup, or one in the
// making.
var errSnapshot = fmt.Errorf("it is a snapshot, or a read-only subvolume, and stays as it is: %w",
	errors.ErrUnsupported)

// topOf opens the top of the volume that the folder is in: that of the mount, or of a subvolume.
func (d *Driver) topOf(v volume, folder string) (*top, error) {
	t, err := d.mounts.top(func(m mount) bool { return m.id == v.mount })
	if err != nil {
		return nil, noBin(err)
	}
	if t.volume == v {
		return t, nil
	}
	defer t.close()
	return t.subvolume(v, folder)
}

// subvolume opens the top of the subvolume in the mount that the folder is in. It returns an error unless the
// subvolume is certainly in ordinary use.
func (t *top) subvolume(v volume, folder string) (*top, error) {
	rel, in := below(t.point, folder)
	if !in {
		return nil, errOtherMount
	}
	for ; ; rel = filepath.Dir(rel) {
		path := filepath.Join(t.point, rel)
		fd, err := openBelow(t.fd, rel, unix.O_PATH|unix.O_DIRECTORY, false)
		if err != nil {
			return nil, reason("open", path, err)
		}
		s, err := statOpen(fd)
		if err == nil && volumeOf(&s) != v {
			err = errOtherMount
		}
		if err == nil && s.Ino != subvolumeTop {
			unix.Close(fd)
			continue
		}
		if err == nil {
			err = inUse(fd)
		}
		if err != nil {
			unix.Close(fd)
			return nil, fmt.Errorf("%q: %w", path, err)
		}
		return &top{mount: t.mount, path: path, fd: fd, volume: v}, nil
	}
}

// inUse returns errSnapshot if the subvolume that the folder is in was made as a copy of another, was received from
// another file system, or is read-only. If the kernel does not answer, the error wraps errors.ErrUnsupported.
func inUse(folder int) error {
	onBtrfs, err := divided(folder)
	if err != nil {
		return err
	}
	if !onBtrfs {
		return errOtherMount // each file system numbers its inodes as it likes
	}
	fd, err := openPiece(folder, ".", openFolder, false)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var is subvolumeInfo
	if err := btrfsCall(fd, getSubvolumeInfo, unsafe.Pointer(&is)); err != nil {
		return fmt.Errorf("whether it is a snapshot is not known (%w): %w", err, errors.ErrUnsupported)
	}
	if is.parent != (uuid{}) || is.received != (uuid{}) || is.flags&subvolumeReadOnly != 0 {
		return errSnapshot
	}
	return nil
}

// divided reports whether the folder's file system has subvolumes.
func divided(folder int) (bool, error) {
	var s unix.Statfs_t
	_, err := again(func() (int, error) { return 0, unix.Fstatfs(folder, &s) })
	return s.Type == unix.BTRFS_SUPER_MAGIC, err
}

// subvolumes yields the tops of the subvolumes that the root's files may be in, except tops of mounts: of the one
// that the root is in, and of those in it that a listing enters. It passes over snapshots. The caller closes each
// top.
func (d *Driver) subvolumes(ctx context.Context, r *root) iter.Seq2[*top, error] {
	return func(yield func(*top, error) bool) {
		if r.hold() != nil {
			return // a listing of files reports why
		}
		defer r.release()
		v, onBtrfs := r.volume()
		if onBtrfs {
			t, err := d.topOf(v, r.path)
			switch {
			case errors.Is(err, errors.ErrUnsupported): // no bin can be there
			case err == nil && t.path == t.point:
				t.close()
			case err != nil:
				if !yield(nil, &providers.UnlistedError{Path: r.path, Err: err}) {
					return
				}
			case !yield(t, nil):
				return
			}
		}
		folders := []string{r.path}
		if r.cross {
			all, err := d.mounts.list()
			if err != nil {
				yield(nil, err)
				return
			}
			for _, m := range all {
				if _, in := below(r.path, m.point); in && m.kind == "btrfs" {
					folders = append(folders, m.point)
				}
			}
		} else if !onBtrfs {
			return
		}
		for len(folders) > 0 {
			folder := folders[len(folders)-1]
			folders = folders[:len(folders)-1]
			nested, more := d.nested(ctx, r, folder, yield)
			if !more {
				return
			}
			folders = append(folders, nested...)
		}
	}
}

// nested yields the tops of the subvolumes directly in that of the folder, and returns the paths of those that a
// listing enters. more is false if yield has returned false.
func (d *Driver) nested(
	ctx context.Context, r *root, folder string, yield func(*top, error) bool,
) (entered []string, more bool) {
	names, err := d.subvolumesIn(r, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !yield(nil, &providers.UnlistedError{Path: folder, Err: err}) {
		return nil, false
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return nil, false
		}
		path := filepath.Join(folder, name)
		t, err := d.openNested(r, path)
		switch {
		case errors.Is(err, providers.ErrProtected), errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist),
			errors.Is(err, providers.ErrOutside):
			continue // left out, closed to this user, gone this moment, or covered by a mount
		case errors.Is(err, errSnapshot):
			entered = append(entered, path)
			continue
		case err != nil:
			err = &providers.UnlistedError{Path: path, Err: err}
		default:
			entered = append(entered, path)
		}
		if !yield(t, err) {
			return nil, false
		}
	}
	return entered, true
}

// openNested opens the top of the subvolume at the path, if a listing of the root enters it.
func (d *Driver) openNested(r *root, path string) (*top, error) {
	if err := d.leftOut(r, path); err != nil {
		return nil, err
	}
	s, err := r.stat(path[len(withoutSlash(r.path))+1:])
	if err != nil {
		return nil, reason("open", path, err)
	}
	t, err := d.topOf(volumeOf(&s), path)
	if err == nil && (t.path != path || t.path == t.point) {
		t.close()
		return nil, fs.ErrNotExist // no longer a subvolume, or a mount covers it
	}
	return t, err
}

// subvolumesIn returns the paths, below the folder, of the subvolumes directly in the one that the folder is in. It
// omits those that this user cannot reach. After an error the paths are those of the others.
func (d *Driver) subvolumesIn(r *root, folder string) (paths []string, err error) {
	rel, in := below(r.path, folder)
	if !in {
		rel = "."
	}
	fd, err := r.open(rel, openFolder)
	if err != nil {
		return nil, reason("open", folder, err)
	}
	defer unix.Close(fd)
	if onBtrfs, err := divided(fd); err != nil || !onBtrfs {
		return nil, err
	}
	var unknown error
	var refs subvolumeRefs
	for more := true; more; {
		err := btrfsCall(fd, getSubvolumeRefs, unsafe.Pointer(&refs))
		if more = err == unix.EOVERFLOW; err != nil && !more {
			return paths, fmt.Errorf("which subvolumes are in it is not known: %w", err)
		}
		for _, ref := range refs.refs[:refs.items] {
			at := subvolumePath{folder: ref.folder, tree: ref.tree}
			switch err := btrfsCall(fd, lookUpSubvolume, unsafe.Pointer(&at)); err {
			case nil:
				paths = append(paths, untilNUL(at.path[:])+untilNUL(at.name[:]))
			case unix.EACCES, unix.ENOENT: // not below the folder, out of reach, gone this moment
			default: // ENAMETOOLONG among them: any user may make one that deep
				unknown = fmt.Errorf("where a subvolume in it is, is not known: %w", err)
			}
		}
	}
	return paths, unknown
}

func untilNUL(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}

// The constants and structures below are from linux/btrfs.h. The calls need no privilege, and change nothing; Linux
// has them since 4.18.
const (
	getSubvolumeInfo = 2<<30 | unsafe.Sizeof(subvolumeInfo{})<<16 | 0x94<<8 | 60 // BTRFS_IOC_GET_SUBVOL_INFO
	getSubvolumeRefs = 3<<30 | unsafe.Sizeof(subvolumeRefs{})<<16 | 0x94<<8 | 61 // BTRFS_IOC_GET_SUBVOL_ROOTREF
	lookUpSubvolume  = 3<<30 | unsafe.Sizeof(subvolumePath{})<<16 | 0x94<<8 | 62 // BTRFS_IOC_INO_LOOKUP_USER

	subvolumeReadOnly = 1 << 0 // BTRFS_ROOT_SUBVOL_RDONLY
)

type uuid [16]byte

type subvolumeInfo struct { // struct btrfs_ioctl_get_subvol_info_args
	_                [288]byte // its numbers and its name
	flags            uint64
	_                uuid // its own
	parent, received uuid // zero: it is no snapshot, and was not received
	_                [20]uint64
}

type subvolumeRefs struct { // struct btrfs_ioctl_get_subvol_rootref_args
	_     uint64 // the first one to return; the kernel advances it
	refs  [255]struct{ tree, folder uint64 }
	items uint8
	_     [7]byte
}

type subvolumePath struct { // struct btrfs_ioctl_ino_lookup_user_args
	folder, tree uint64
	name         [256]byte
	path         [3824]byte // of the folder that it is in: empty, or with a slash at its end
}

func btrfsCall(folder int, call uintptr, arg unsafe.Pointer) error {
	_, err := again(func() (int, error) {
		if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(folder), call, uintptr(arg)); e != 0 {
			return 0, e
		}
		return 0, nil
	})
	return err
}
