package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// allocate reserves size bytes of the disk for the empty file and reports whether the disk did so: some file systems
// only set the length (ZFS).
func allocate(f *os.File, size int64) bool {
	const sector = 512 // the unit of Stat_t.Blocks, see stat(2)
	var s unix.Stat_t
	fd := int(f.Fd())
	return unix.Fallocate(fd, 0, 0, size) == nil && unix.Fstat(fd, &s) == nil && s.Blocks*sector >= size
}
