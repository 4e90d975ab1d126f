package disk

import "golang.org/x/sys/unix"

// Pinned is one file held open together with its folder. As long as it is open, no other file can get its inode
// number, and an exchange of either is noticed.
type Pinned struct {
	Folder int
	Name   string
	FD     int
	Stat   unix.Statx_t // as it was when it was pinned
}

// Close closes the file and the folder. A lease on the file ends with it.
func (p *Pinned) Close() {
	for _, fd := range []int{p.FD, p.Folder} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
