package local

import "golang.org/x/sys/unix"

// pinned is one file held open together with its folder. As long as it is open, no other file can get its inode
// number, and an exchange of either is noticed.
type pinned struct {
	folder int
	name   string
	fd     int
	stat   unix.Statx_t // as it was when it was pinned
}

// close also ends the lease.
func (p *pinned) close() {
	for _, fd := range []int{p.fd, p.folder} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
