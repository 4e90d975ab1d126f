package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"sweepd/providers"
)

// The races run the guarded move against an attacker who changes what it is
// about as fast as the kernel lets him, and more often than by chance between
// its steps. SWEEPD_RACE_FLIPS is how often, each.
func flips(t *testing.T) int64 {
	t.Helper()
	n := int64(2500)
	if s := os.Getenv("SWEEPD_RACE_FLIPS"); s != "" {
		var err error
		if n, err = strconv.ParseInt(s, 10, 64); err != nil || n < 1 {
			t.Fatalf("SWEEPD_RACE_FLIPS=%s is not a number from 1", s)
		}
	}
	return n
}

// arena is a root with one file that may go, root/p/a.png, a victim tree, and a
// folder at the side for the attacker. Contents that begin with "ours" may go,
// those that begin with "keep" are precious; all have one length and one time.
type arena struct {
	*box
	storage *providers.Storage
	flip    func() // the attacker's move; undone by the next one or by itself
	flipped atomic.Int64
	made    atomic.Int64

	mu     sync.Mutex
	counts map[string]int // outcomes, in words
	ended  map[string]providers.Outcome
	keys   int
}

const arenaSize = 24

func newArena(t *testing.T, top string) *arena {
	t.Helper()
	a := &arena{box: newBoxIn(t, top), counts: map[string]int{}, ended: map[string]providers.Outcome{}}
	for _, name := range []string{"victim/a.png", "victim/sub/b.png", "victim/notes.txt"} {
		a.file(filepath.Join(top, name), "keep victim "+name)
	}
	must(t, os.MkdirAll(filepath.Join(top, "side"), 0o700))
	must(t, os.MkdirAll(a.path("p"), 0o700))
	s, err := providers.NewStorage("home", a.d, providers.Options{Roots: []string{a.root}, Recorder: a, Protect: []providers.Guard{providers.GuardHardLinked}})
	must(t, err)
	a.storage = s
	between := rand.New(rand.NewPCG(3, 4)) // of the one goroutine that sweeps
	a.d.step = func(point string) error {
		switch point {
		case atPinned, atWritten, atMoved:
			if between.IntN(2) == 0 {
				a.attack()
			}
		case atReturned:
			a.count("put back")
		}
		return nil
	}
	return a
}

// file writes a file of the arena's one length and time.
func (a *arena) file(path, content string) {
	a.Helper()
	must(a.T, os.MkdirAll(filepath.Dir(path), 0o700))
	must(a.T, os.WriteFile(path, []byte(fmt.Sprintf("%-*.*s", arenaSize, arenaSize, content)), 0o600))
	must(a.T, os.Chtimes(path, noon, noon))
}

// attack is one flip.
func (a *arena) attack() {
	a.flip()
	a.flipped.Add(1)
}

// Begin implements providers.Recorder.
func (a *arena) Begin(context.Context, providers.Op) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys++
	return strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprintf("%026d", a.keys)), nil
}

// End implements providers.Recorder.
func (a *arena) End(_ context.Context, key string, o providers.Outcome) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended[key] = o
	return nil
}

// supply puts a new file that may go where there is none.
func (a *arena) supply() {
	path := a.path("p/a.png")
	if _, err := os.Lstat(path); err == nil {
		return
	}
	fresh := filepath.Join(a.top, "side", fmt.Sprintf("fresh%d", a.made.Add(1)))
	a.file(fresh, fmt.Sprintf("ours %d", a.made.Load()))
	if err := unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, path, unix.RENAME_NOREPLACE); err != nil {
		must(a.T, os.Remove(fresh)) // the attacker was faster
	}
}

// sweep examines the file and moves it if what it has read may go, as the
// program does.
func (a *arena) sweep() {
	e, err := a.storage.Stat(a.Context(), providers.Ref(a.path("p/a.png")))
	if err == nil {
		var text []byte
		var rc io.ReadCloser
		if rc, err = a.storage.ReadRange(a.Context(), e, 0, arenaSize); err == nil {
			text, err = io.ReadAll(rc)
			err = errors.Join(err, rc.Close())
		}
		if err == nil && !strings.HasPrefix(string(text), "ours") {
			a.count("not ours")
			return
		}
	}
	if err == nil {
		_, err = a.storage.Trash(a.Context(), e, providers.Cause{})
	}
	switch {
	case err == nil:
		a.count("trashed")
	case errors.Is(err, providers.ErrUncertain):
		a.count("uncertain")
	case errors.Is(err, providers.ErrChanged):
		a.count("changed")
	case errors.Is(err, fs.ErrNotExist):
		a.count("missing")
	case errors.Is(err, providers.ErrOutside), errors.Is(err, errors.ErrUnsupported):
		a.count("outside")
	case errors.Is(err, providers.ErrProtected), errors.Is(err, providers.ErrBusy), errors.Is(err, fs.ErrExist):
		a.count("refused")
	default:
		a.count(err.Error())
	}
}

func (a *arena) count(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.counts[what]++
}

// fight sweeps until the attacker has had his flips.
func (a *arena) fight(flip func()) {
	a.Helper()
	victims := a.victims()
	a.flip = flip
	want := flips(a.T)
	var group sync.WaitGroup
	group.Go(func() {
		rng := rand.New(rand.NewPCG(1, 2))
		for a.flipped.Load() < want {
			for range rng.IntN(2000) { // in no step with the sweep
				unix.Getppid()
			}
			a.attack()
		}
	})
	for a.flipped.Load() < want {
		a.supply()
		a.sweep()
	}
	group.Wait()
	a.T.Logf("%d flips: %v", a.flipped.Load(), a.counts)
	if now := a.victims(); now != victims {
		a.Errorf("the victim tree was\n%s\nand is\n%s", victims, now)
	}
	a.account()
}

// victims is the victim tree, byte for byte and inode for inode.
func (a *arena) victims() string {
	a.Helper()
	var all strings.Builder
	err := filepath.WalkDir(filepath.Join(a.top, "victim"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		s, err := statName(unix.AT_FDCWD, path)
		if err != nil {
			return err
		}
		text := []byte{}
		if d.Type().IsRegular() {
			text, err = os.ReadFile(path)
		}
		fmt.Fprintf(&all, "%s: inode %d, %d bytes, mode %o, modified %v: %q\n", path, s.Ino, s.Size, s.Mode, s.Mtime, text)
		return err
	})
	must(a.T, err)
	return all.String()
}

// account checks that every file of the arena is in one place, that whatever
// lies in the bin can be restored by its .trashinfo, and that what was recorded
// as done was right.
func (a *arena) account() {
	a.Helper()
	places := map[string]int{}
	for _, dir := range []string{a.root, filepath.Join(a.top, "side"), a.trash + "/files"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(path)
			places[strings.TrimSpace(string(text))]++
			return err
		})
		must(a.T, err)
	}
	for text, n := range places {
		if n != 1 && !strings.HasPrefix(text, "keep victim") {
			a.Errorf("%q is in %d places", text, n)
		}
	}
	done, open := 0, 0
	names, err := os.ReadDir(a.trash + "/files")
	if !errors.Is(err, fs.ErrNotExist) {
		must(a.T, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(a.trash, "files", name.Name()))
		must(a.T, err)
		key := strings.TrimPrefix(filepath.Ext(strings.TrimSuffix(name.Name(), ".png")), ".")
		o, ended := a.ended[key]
		switch ours := strings.HasPrefix(string(text), "ours"); {
		case ended && o.Err == nil && !ours:
			a.Errorf("%q was trashed and recorded as done", text)
		case ended && o.Err == nil:
			done++
		case ended:
			a.Errorf("%q is in the trash, and the record says %v", text, o.Err)
		default:
			open++ // put there by mistake, its name was taken again: the record is open
		}
		if _, err := os.Stat(filepath.Join(a.trash, "info", name.Name()+infoSuffix)); err != nil {
			a.Errorf("%q is in the trash without a .trashinfo: %v", text, err)
		}
	}
	if done != a.counts["trashed"] || open > a.counts["uncertain"] {
		a.Errorf("the trash holds %d that were recorded as done and %d that are open; counted %v", done, open, a.counts)
	}
	a.T.Logf("in the trash: %d done, %d open; %d files made", done, open, a.made.Load())
}

// exchange swaps two names; that one of them is missing just now is no matter.
func exchange(x, y string) {
	_ = unix.Renameat2(unix.AT_FDCWD, x, unix.AT_FDCWD, y, unix.RENAME_EXCHANGE)
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
		side := filepath.Join(a.top, "side/precious")
		a.file(side, "keep precious")
		a.fight(func() { exchange(a.path("p/a.png"), side) })
	})
}

func TestRaceWithTheFolderSwappedForALinkToAVictim(t *testing.T) {
	everyDisk(t, func(a *arena) {
		link := filepath.Join(a.top, "side/link")
		must(a.T, os.Symlink(filepath.Join(a.top, "victim"), link))
		a.fight(func() { exchange(a.path("p"), link) })
	})
}

func TestRaceWithAHardLinkAddedOrToAVictim(t *testing.T) {
	everyDisk(t, func(a *arena) {
		second, victim := filepath.Join(a.top, "side/second"), filepath.Join(a.top, "side/hard")
		must(a.T, os.Link(filepath.Join(a.top, "victim/a.png"), victim))
		var n atomic.Int64
		a.fight(func() {
			if n.Add(1)%2 == 0 {
				exchange(a.path("p/a.png"), victim)
				exchange(a.path("p/a.png"), victim)
				return
			}
			_ = unix.Link(a.path("p/a.png"), second)
			_ = unix.Unlink(second)
		})
	})
}

func TestRaceWithAFileRenamedAwayAndBack(t *testing.T) {
	everyDisk(t, func(a *arena) {
		away := filepath.Join(a.top, "side/away")
		a.fight(func() {
			if unix.Renameat2(unix.AT_FDCWD, a.path("p/a.png"), unix.AT_FDCWD, away, unix.RENAME_NOREPLACE) == nil {
				_ = unix.Renameat2(unix.AT_FDCWD, away, unix.AT_FDCWD, a.path("p/a.png"), unix.RENAME_NOREPLACE)
			}
		})
	})
}

func TestRaceWithABindMountAppearing(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	a := newArena(t, t.TempDir())
	t.Cleanup(func() {
		for unix.Unmount(a.path("p"), unix.MNT_DETACH) == nil { // nothing more is mounted there
		}
	})
	a.fight(func() {
		if unix.Mount(filepath.Join(a.top, "victim"), a.path("p"), "", unix.MS_BIND, "") == nil {
			_ = unix.Unmount(a.path("p"), unix.MNT_DETACH)
		}
	})
}
