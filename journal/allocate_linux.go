package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// allocate takes so many bytes of the disk for the empty file, and reports whether
// the disk did: some file systems make the file long and take nothing (ZFS).
func allocate(f *os.File, size int64) bool {
	const sector = 512 // stat(2) counts in these
	var s unix.Stat_t
	fd := int(f.Fd())
	return unix.Fallocate(fd, 0, 0, size) == nil && unix.Fstat(fd, &s) == nil && s.Blocks*sector >= size
}
