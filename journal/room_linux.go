package journal

import "golang.org/x/sys/unix"

// room returns how many bytes can still be written to the disk of a folder.
func room(dir string) (free int64, known bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0, false
	}
	return int64(s.Bavail) * s.Bsize, true
}
