package local

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// flips is how often each race changes what a move is about: four times as often in one run of eight, and as
// SWEEPD_RACE_FLIPS says.
func flips(t *testing.T) int64 {
	t.Helper()
	n := int64(2000 / rotation.Share())
	if rotation.Turn(t.Name(), 8) {
		n *= 4
	}
	if s := os.Getenv("SWEEPD_RACE_FLIPS"); s != "" {
		var err error
		if n, err = strconv.ParseInt(s, 10, 64); err != nil || n < 1 {
			t.Fatalf("SWEEPD_RACE_FLIPS=%s is not a number from 1", s)
		}
	}
	return n
}

// sweepers is how many goroutines move the file of an arena.
const sweepers = 3

// fight sweeps until the attacker has had his flips: as fast as the kernel lets
// him on a thread of his own, and between the steps of each move.
func (a *arena) fight() {
	a.Helper()
	victims, want := a.victims(), flips(a.T)
	var group sync.WaitGroup
	group.Go(func() {
		for a.flipped.Load() < want {
			for range rand.IntN(2000) { // in no step with the sweepers
				unix.Getppid()
			}
			a.attack()
		}
	})
	for n := range int64(sweepers) {
		group.Go(func() {
			for a.flipped.Load() < want {
				a.supply()
				a.sweep(n)
			}
		})
	}
	group.Wait()
	a.flip = func() bool { return false }
	a.calm()
	for key := range a.ops {
		if _, ended := a.ended[key]; !ended {
			a.finish(key)
		}
	}
	a.Logf("%d flips, %d files: %v", a.flipped.Load(), len(a.made), a.counts)
	if now := a.victims(); now != victims {
		a.Errorf("the victim tree was\n%s\nand is\n%s", victims, now)
	}
	a.account()
}

// exchange swaps two names, if both are there.
func exchange(x, y string) bool {
	return unix.Renameat2(unix.AT_FDCWD, x, unix.AT_FDCWD, y, unix.RENAME_EXCHANGE) == nil
}

// everyDisk runs a race on the disk of the temporary files and in memory.
func everyDisk(t *testing.T, race func(a *arena)) {
	t.Helper()
	t.Run("disk", func(t *testing.T) { race(newArena(t, t.TempDir())) })
	t.Run("memory", func(t *testing.T) {
		top, err := os.MkdirTemp("/dev/shm", "race")
		if err != nil {
			lacking(t, err.Error())
		}
		t.Cleanup(func() { removeEach(t, top) })
		race(newArena(t, top))
	})
}

// removeEach removes a tree of the test's own, name by name.
func removeEach(t *testing.T, top string) {
	t.Helper()
	var all []string
	must(t, filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	}))
	for i := range all {
		must(t, os.Remove(all[len(all)-1-i]))
	}
}

func TestRaceWithAFileReplacedByAnotherOfTheSameNameSizeAndTime(t *testing.T) {
	everyDisk(t, func(a *arena) {
		a.bait, _ = a.create("keep")
		a.flip = func() bool { return exchange(a.path("p/a.png"), a.bait) }
		a.fight()
	})
}

func TestRaceWithTheFolderSwappedForALinkToAVictim(t *testing.T) {
	everyDisk(t, func(a *arena) {
		a.tempt()
		link := a.side("link")
		must(a.T, os.Symlink("../victim", link)) // from either place
		a.flip = func() bool { return exchange(a.path("p"), link) }
		a.calm = func() {
			if i, err := os.Lstat(link); err != nil || i.IsDir() {
				exchange(a.path("p"), link)
			}
		}
		a.fight()
	})
}

func TestRaceWithAHardLinkAddedOrToAVictim(t *testing.T) {
	everyDisk(t, func(a *arena) {
		second := a.side("second")
		a.bait, a.touched = a.side("hard"), filepath.Join(a.top, "victim/a.png")
		must(a.T, os.Link(a.touched, a.bait))
		a.flip = func() bool {
			if rand.IntN(2) == 0 {
				return exchange(a.path("p/a.png"), a.bait)
			}
			return unix.Link(a.path("p/a.png"), second) == nil || unix.Unlink(second) == nil
		}
		a.calm = func() { _ = unix.Unlink(second) }
		a.fight()
	})
}

func TestRaceWithAFileRenamedAwayAndBack(t *testing.T) {
	everyDisk(t, func(a *arena) {
		name, away := a.path("p/a.png"), a.side("away")
		a.flip = func() bool {
			return unix.Renameat2(unix.AT_FDCWD, away, unix.AT_FDCWD, name, unix.RENAME_NOREPLACE) == nil ||
				unix.Renameat2(unix.AT_FDCWD, name, unix.AT_FDCWD, away, unix.RENAME_NOREPLACE) == nil
		}
		a.fight()
	})
}

func TestRaceWithABindMountAppearing(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	everyDisk(t, func(a *arena) {
		a.tempt()
		var mu sync.Mutex
		mounted := false
		a.calm = func() {
			for unix.Unmount(a.path("p"), unix.MNT_DETACH) == nil { // nothing more is mounted there
			}
		}
		a.Cleanup(a.calm)
		a.flip = func() bool {
			mu.Lock()
			defer mu.Unlock()
			if mounted {
				mounted = unix.Unmount(a.path("p"), unix.MNT_DETACH) != nil
				return !mounted
			}
			mounted = unix.Mount(filepath.Join(a.top, "victim"), a.path("p"), "", unix.MS_BIND, "") == nil
			return mounted
		}
		a.fight()
	})
}
