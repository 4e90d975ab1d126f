package local

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// sparseFrom is the size in bytes from which a file must have blocks: smaller
// ones ext4, btrfs and NTFS may keep with the inode.
const sparseFrom = 4096

// elsewhere says why the file's bytes are not here but with a sync program. A
// file that is synced, and here, is not held, in a sync folder or not: deleting
// it in the cloud as well is what a person who sweeps that folder wants, and
// the bin of the folder's mount has it here.
//
// No blocks at all is what a file has that was only given a size. It also holds
// files of file systems that count no blocks; those without a byte but zeroes
// are no pictures.
func (p *pinned) elsewhere() string {
	if s := &p.stat; s.Mask&unix.STATX_BLOCKS != 0 && s.Blocks == 0 && s.Size > sparseFrom {
		return "its bytes are not on this disk (it has no blocks)"
	}
	for _, a := range []struct{ name, program, here string }{
		// nextcloud/desktop, src/libsync/vfs/xattr/xattrwrapper_linux.cpp: on a
		// placeholder only.
		{"user.nextcloud.hydrate_exec", "Nextcloud", ""},
		// opencloud-eu/desktop, vfs_xattr.cpp, and ownCloud's: virtual, hydrate,
		// dehydrate or dehydrated; hydrated, or nothing, is here.
		{"user.openvfs.state", "ownCloud or OpenCloud", "hydrated"},
	} {
		value, err := p.attribute(a.name)
		if err != nil {
			return fmt.Sprintf("whether its bytes are on this disk could not be found out: %v", err)
		}
		if value != "" && value != a.here {
			return fmt.Sprintf("its bytes are not on this disk but with %s (%s)", a.program, a.name)
		}
	}
	return ""
}

// tagged says which star or tag a person gave the file: freedesktop.org's
// Common Extended Attributes, and what KDE's KFileMetaData (usermetadata.cpp)
// writes. A comment (user.xdg.comment) is no star: programs that download write
// it too.
func (p *pinned) tagged() string {
	for _, name := range []string{"user.xdg.tags", "user.baloo.rating"} {
		value, err := p.attribute(name)
		if err != nil {
			return fmt.Sprintf("whether it has a star or a tag could not be found out: %v", err)
		}
		if strings.Trim(value, ", ") != "" && value != "0" {
			return fmt.Sprintf("it was given a star or a tag (%s: %q)", name, value)
		}
	}
	return ""
}

// attribute reads an extended attribute, without the NUL that C programs put at
// its end; "" when there is none, or the file system has none.
func (p *pinned) attribute(name string) (string, error) {
	var buf [256]byte
	n, err := again(func() (int, error) { return unix.Fgetxattr(p.fd, name, buf[:]) })
	switch {
	case errors.Is(err, unix.ENODATA), errors.Is(err, unix.ENOTSUP):
		return "", nil
	case errors.Is(err, unix.ERANGE):
		return "(long)", nil
	case err != nil:
		return "", fmt.Errorf("the attribute %s: %w", name, err)
	}
	return strings.TrimRight(string(buf[:n]), "\x00"), nil
}
