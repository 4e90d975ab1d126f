package local

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
)

// entry returns the file at the path as a providers.Entry. Either Created or Changed is set; see there.
func entry(path string, s *unix.Statx_t) providers.Entry {
	id := disk.Identify(s)
	e := providers.Entry{
		Ref: providers.Ref(path), Revision: providers.Revision(id.String()), Path: path, Size: id.Size,
		Modified: time.Unix(s.Mtime.Sec, int64(s.Mtime.Nsec)).UTC(), Weak: id.Weak,
	}
	if id.Born <= 0 { // there is none, or one before any file can have been written
		e.Changed = time.Unix(s.Ctime.Sec, int64(s.Ctime.Nsec)).UTC()
	} else {
		e.Created = time.Unix(s.Btime.Sec, int64(s.Btime.Nsec)).UTC()
	}
	return e
}
