package disk

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Volume is the part of a mount in which files can be renamed: all of it, or, on btrfs, one of the subvolumes in it,
// each of which has its own device number.
type Volume struct{ Mount, Dev uint64 }

// VolumeOf returns the volume that a folder is in. On an overlay, a file may have another device number than its
// folder.
func VolumeOf(folder *unix.Statx_t) Volume {
	p := PlaceOf(folder)
	return Volume{p.Mount, p.Dev}
}

// SubvolumeTop is the inode number of the top folder of every subvolume (BTRFS_FIRST_FREE_OBJECTID).
const SubvolumeTop = 256

// ErrSnapshot concerns a subvolume that is a copy of another one, or is read-only: a user's backup, or one in the
// making.
var ErrSnapshot = fmt.Errorf("it is a snapshot, or a read-only subvolume, and stays as it is: %w",
	errors.ErrUnsupported)

// ErrOtherVolume is returned if a file could reach the trash only by a copy.
var ErrOtherVolume = fmt.Errorf("the trash is on another file system, or in another subvolume: %w",
	errors.ErrUnsupported)

// Subvolume opens the top of the subvolume in the mount that the folder is in. It returns an error unless the
// subvolume is certainly in ordinary use.
func (t *Top) Subvolume(v Volume, folder string) (*Top, error) {
	rel, in := Below(t.Point, folder)
	if !in {
		return nil, ErrOtherVolume
	}
	for ; ; rel = filepath.Dir(rel) {
		path := filepath.Join(t.Point, rel)
		fd, err := OpenBelow(t.FD, rel, unix.O_PATH|unix.O_DIRECTORY, false)
		if err != nil {
			return nil, Reason("open", path, err)
		}
		s, err := StatOpen(fd)
		if err == nil && VolumeOf(&s) != v {
			err = ErrOtherVolume
		}
		if err == nil && s.Ino != SubvolumeTop {
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
		return &Top{Mount: t.Mount, Path: path, FD: fd, Volume: v}, nil
	}
}

// inUse returns ErrSnapshot if the subvolume that the folder is in was made as a copy of another, was received
// from another file system, or is read-only. If the kernel does not answer, the error wraps
// errors.ErrUnsupported: a subvolume of which nothing is known is not touched.
func inUse(folder int) error {
	onBtrfs, err := divided(folder)
	if err != nil {
		return err
	}
	if !onBtrfs {
		return ErrOtherVolume // each file system numbers its inodes as it likes
	}
	fd, err := OpenPiece(folder, ".", FolderFlags, false)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var is subvolumeInfo
	if err := btrfsCall(fd, getSubvolumeInfo, unsafe.Pointer(&is)); err != nil {
		return fmt.Errorf("whether it is a snapshot is not known (%w): %w", err, errors.ErrUnsupported)
	}
	if is.parent != (uuid{}) || is.received != (uuid{}) || is.flags&subvolumeReadOnly != 0 {
		return ErrSnapshot
	}
	return nil
}

// divided reports whether the folder's file system has subvolumes.
func divided(folder int) (bool, error) {
	var s unix.Statfs_t
	_, err := Again(func() (int, error) { return 0, unix.Fstatfs(folder, &s) })
	return s.Type == unix.BTRFS_SUPER_MAGIC, err
}

// SubvolumesAt returns the paths, below the folder, of the subvolumes directly in the one that the folder is in; none
// if its file system has no subvolumes. It omits those that this user cannot reach. After an error the paths are those
// of the others.
func SubvolumesAt(fd int) (paths []string, err error) {
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

// NameOf returns a permanent name of a file system, or "" if it has none: ext2 to ext4 derive their f_fsid from the
// UUID, btrfs from the UUID and the number of the subvolume; other file systems use the device number, which another
// disk may have tomorrow.
func NameOf(s *unix.Statfs_t) string {
	switch s.Type {
	case unix.EXT4_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC:
		return fmt.Sprintf("%08x%08x", uint32(s.Fsid.Val[0]), uint32(s.Fsid.Val[1]))
	}
	return ""
}

// untilNUL returns the text before the first NUL byte.
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

// uuid is a UUID in the kernel's form; the zero uuid is none.
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

// btrfsCall makes an ioctl on a folder, with a structure that the kernel reads and fills.
func btrfsCall(folder int, call uintptr, arg unsafe.Pointer) error {
	_, err := Again(func() (int, error) {
		if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(folder), call, uintptr(arg)); e != 0 {
			return 0, e
		}
		return 0, nil
	})
	return err
}
