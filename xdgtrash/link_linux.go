package xdgtrash

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// ResolveHome returns the path of the home trash with the links in its parents resolved. If the home trash itself is a
// symbolic link of this user to a folder of this user on the same mount, it returns that folder.
func ResolveHome(path string) string { return ownLink(disk.ResolvedParent(path)) }

// ownLink returns the folder that bin leads to, if bin is a symbolic link of this user to a folder of this user on
// the same mount: the user has put it there. Otherwise it returns bin, and opening refuses a link.
func ownLink(bin string) string {
	link, err := disk.StatName(unix.AT_FDCWD, bin)
	if err != nil || link.Mode&unix.S_IFMT != unix.S_IFLNK || link.Uid != uint32(os.Geteuid()) {
		return bin
	}
	to, err := filepath.EvalSymlinks(bin)
	if err != nil {
		return bin
	}
	s, err := disk.StatName(unix.AT_FDCWD, to)
	if err != nil || s.Mode&unix.S_IFMT != unix.S_IFDIR || s.Uid != link.Uid || s.Mnt_id != link.Mnt_id {
		return bin
	}
	return to
}
