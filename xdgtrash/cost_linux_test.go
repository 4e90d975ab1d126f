package xdgtrash

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A move syncs the .trashinfo and its folder before, and both folders of the file after it; a purge the folder of the
// file, and then that of the .trashinfo. A move makes one file, the .trashinfo, and no other. Moves at the same time
// share syncs, so they cost less.
func TestWhatAMoveAndAPurgeCost(t *testing.T) {
	b := newBox(t)
	synced := 0
	b.x.synced.fsync = func(fd int) error { synced++; return unix.Fsync(fd) }
	var receipts []string
	for i := range 3 {
		f := b.write(fmt.Sprintf("%d.png", i), "bytes")
		synced = 0
		receipts = append(receipts, b.put(f))
		if synced != 4 {
			t.Errorf("a move takes %d syncs, want 4", synced)
		}
	}
	made := 0
	must(t, filepath.WalkDir(b.x.o.Home, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			made++
		}
		return err
	}))
	if made != 2*len(receipts) {
		t.Errorf("the bin has %d files after %d moves, want two for each", made, len(receipts))
	}
	for _, r := range receipts {
		synced = 0
		must(t, b.x.Purge(t.Context(), r))
		if synced != 2 {
			t.Errorf("a purge takes %d syncs, want 2", synced)
		}
	}
}
