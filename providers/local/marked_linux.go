package local

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

// markerName is the marker as the system calls take it.
var markerName = []byte(marker + "\x00")

// leftOut returns an error if a listing of the root leaves the folder out: ErrProtected if by its name, or by a
// marker in it or above it. Goroutines that ask about one folder of one root at the same time share one look.
func (d *Driver) leftOut(r *roots.Root, folder string) error {
	if err := d.rules.leaves(r.Path, folder); err != nil {
		return err
	}
	return d.marks.Do(r.Path+"\x00"+folder, func(int) error {
		rel, in := disk.Below(r.Path, folder)
		if !in {
			rel = "."
		}
		return cmp.Or(rootMarked(r, rel), d.markedElsewhere(r))
	})
}

// rootMarked returns ErrProtected if a folder above the root, or from it down to rel, has the marker. A folder that
// cannot be looked into counts as marked: the error gives the reason.
func rootMarked(r *roots.Root, rel string) error {
	if err := rootMarkedAbove(r); err != nil {
		return err
	}
	fd, err := r.Down(rel, unix.O_PATH|unix.O_DIRECTORY, func(folder int, next string) error {
		var s unix.Statx_t
		if err := disk.StatAt(folder, markerName, &s); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, fmt.Errorf("%w: there is a %s above %q", providers.ErrProtected, marker, next))
		}
		return nil
	})
	if err != nil {
		return roots.Reason("open", filepath.Join(r.Path, rel), err)
	}
	return unix.Close(fd)
}

// markedElsewhere is markedAbove of the root's paths by other mounts than its own: a bind mount shows a folder
// without those above it. The table of mounts is read once for each listing.
func (d *Driver) markedElsewhere(r *roots.Root) error {
	// The number begins at 1, because 0 stands for no reading at all.
	ways, err := r.OtherWays(d.mounts, d.listings.Load()+1)
	if err != nil {
		return err
	}
	for _, way := range ways {
		if err := markedAbove(way); err != nil {
			return err
		}
	}
	return nil
}
