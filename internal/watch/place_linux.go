package watch

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// place identifies one folder on one mount. Two places of one path at different times differ if the folder was
// replaced or something was mounted over it.
type place struct{ dev, ino, mount uint64 }

// placeOf returns the place of the folder at path. It returns an error if path is not a folder; a symbolic link is
// none. It triggers no automatic mount.
func placeOf(path string) (place, error) {
	var s unix.Statx_t
	flags := unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT
	if err := unix.Statx(unix.AT_FDCWD, path, flags,
		unix.STATX_TYPE|unix.STATX_INO|unix.STATX_MNT_ID|unix.STATX_MNT_ID_UNIQUE, &s); err != nil {
		return place{}, fmt.Errorf("look at %s: %w", path, err)
	}
	if s.Mode&unix.S_IFMT != unix.S_IFDIR {
		return place{}, fmt.Errorf("look at %s: %w", path, unix.ENOTDIR)
	}
	p := place{unix.Mkdev(s.Dev_major, s.Dev_minor), s.Ino, s.Mnt_id}
	if s.Mask&(unix.STATX_MNT_ID|unix.STATX_MNT_ID_UNIQUE) == 0 { // before Linux 5.8
		p.mount = p.dev
	}
	return p, nil
}

// errRemote is the reason for a root on a network file system, which has events for this machine's changes only.
var errRemote = errors.New("on a network file system, only changes by this machine are seen")

// checkRemote returns errRemote for a file system whose files other machines change (statfs(2); the numbers that x/sys
// does not have are from the kernel's include/uapi/linux/magic.h).
func checkRemote(path string) error {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return nil // the next listing will report it
	}
	switch uint32(s.Type) {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC,
		unix.FUSE_SUPER_MAGIC, unix.V9FS_MAGIC, unix.CEPH_SUPER_MAGIC, unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC,
		unix.CODA_SUPER_MAGIC:
		return errRemote
	}
	return nil
}
