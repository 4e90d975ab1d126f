package guards

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"

	"github.com/sweepd/sweepd/internal/language"
)

// sparseFrom is the size in bytes from which a file must have blocks: ext4, btrfs and NTFS may keep smaller ones with
// the inode.
const sparseFrom = 4096

// elsewhere returns why the file's bytes are not on this disk but with a sync program; "" if they are here. It does
// not hold a file that is synced and here, in a sync folder or not: a user who sweeps that folder wants to delete the
// file in the cloud as well, and the bin of the folder's mount still has it here.
//
// A file that was only given a size has no blocks at all. The rule also holds files on file systems that count no
// blocks; a file of zeroes alone is no picture.
func elsewhere(p *disk.Pinned) language.Message {
	if s := &p.Stat; s.Mask&unix.STATX_BLOCKS != 0 && s.Blocks == 0 && s.Size > sparseFrom {
		return language.Messagef("its bytes are not on this disk (it has no blocks)")
	}
	for _, a := range []struct{ name, program, here string }{
		// nextcloud/desktop, src/libsync/vfs/xattr/xattrwrapper_linux.cpp: on a placeholder only.
		{"user.nextcloud.hydrate_exec", "Nextcloud", ""},
		// opencloud-eu/desktop, vfs_xattr.cpp, and ownCloud's: virtual, hydrate, dehydrate or dehydrated; with
		// hydrated, or no value, the bytes are here.
		{"user.openvfs.state", "ownCloud or OpenCloud", "hydrated"},
	} {
		value, err := attribute(p, a.name)
		if err != nil {
			return language.Messagef("whether its bytes are on this disk could not be found out: %v", err)
		}
		if value != "" && value != a.here {
			return language.Messagef("its bytes are not on this disk but with %s (%s)", a.program, a.name)
		}
	}
	return language.Message{}
}

// tagged returns which star or tag the user gave the file: freedesktop.org's Common Extended Attributes, and those
// that KDE's KFileMetaData (usermetadata.cpp) writes. A comment (user.xdg.comment) is no star: programs that download
// write it too.
func tagged(p *disk.Pinned) language.Message {
	for _, name := range []string{"user.xdg.tags", "user.baloo.rating"} {
		value, err := attribute(p, name)
		if err != nil {
			return language.Messagef("whether it has a star or a tag could not be found out: %v", err)
		}
		if strings.Trim(value, ", ") != "" && value != "0" {
			return language.Messagef("it was given a star or a tag (%s: %q)", name, value)
		}
	}
	return language.Message{}
}

// attribute returns an extended attribute, without the NUL that C programs put at its end; "" if there is none, or
// the file system has none.
func attribute(p *disk.Pinned, name string) (string, error) {
	var buf [256]byte
	n, err := disk.Again(func() (int, error) { return unix.Fgetxattr(p.FD, name, buf[:]) })
	switch {
	case errors.Is(err, unix.ENODATA), errors.Is(err, unix.ENOTSUP):
		return "", nil
	// The value is longer than the buffer, so there is one.
	case errors.Is(err, unix.ERANGE):
		return "(long)", nil
	case err != nil:
		return "", fmt.Errorf("the attribute %s: %w", name, err)
	}
	return strings.TrimRight(string(buf[:n]), "\x00"), nil
}
