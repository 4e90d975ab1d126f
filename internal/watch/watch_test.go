package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

func TestEachKindOfChangeIsHinted(t *testing.T) {
	for name, act := range map[string]func(b *box){
		"a new file":                  func(b *box) { b.write("root/new.png") },
		"a new file, deep":            func(b *box) { b.write("root/deep/er/new.png") },
		"a file written to":           func(b *box) { b.write("root/deep/a.png") },
		"a file removed":              func(b *box) { must(b.t, os.Remove(b.path("root/deep/a.png"))) },
		"a file renamed":              func(b *box) { b.move("root/deep/a.png", "root/deep/b.png") },
		"a file moved in":             func(b *box) { b.move("outside/a.png", "root/deep/er/a.png") },
		"a file moved out":            func(b *box) { b.move("root/deep/a.png", "outside/b.png") },
		"a new folder":                func(b *box) { b.folder("root/deep/est") },
		"a folder moved in":           func(b *box) { b.move("outside", "root/outside") },
		"a folder moved out":          func(b *box) { b.move("root/deep", "deep") },
		"a folder removed":            func(b *box) { must(b.t, os.Remove(b.path("root/deep/er"))) },
		"the root renamed":            func(b *box) { b.move("root", "other") },
		"what the root is in renamed": func(b *box) { must(b.t, os.Rename(b.dir, b.dir+"-other")) },
	} {
		t.Run(name, func(t *testing.T) {
			onEachDisk(t, func(t *testing.T) {
				b := newBox(t)
				b.folder("root/deep/er")
				b.folder("outside")
				b.write("root/deep/a.png")
				b.write("outside/a.png")
				b.watch()
				act(b)
				b.hint()
			})
		})
	}
}

// onEachDisk runs a test on the disk of temporary files and, where there is
// one, on a file system in memory.
func onEachDisk(t *testing.T, test func(t *testing.T)) {
	t.Run("disk", test)
	if _, err := os.Stat("/dev/shm"); err == nil {
		t.Run("memory", func(t *testing.T) {
			t.Setenv("TMPDIR", "/dev/shm")
			test(t)
		})
	}
}

// Events come in order: after the last file's event, all earlier ones were received.
func TestWhatIsLeftOutIsNotHinted(t *testing.T) {
	for name, c := range map[string]struct {
		act    func(b *box)
		hinted bool
	}{
		"a file that is of interest":    {func(b *box) { b.write("root/a.png") }, true},
		"a file that is not":            {func(b *box) { b.write("root/a.txt") }, false},
		"a file that is excluded":       {func(b *box) { b.write("root/no.png") }, false},
		"in a folder that is excluded":  {func(b *box) { b.write("root/no/a.png") }, false},
		"in a new folder, excluded":     {func(b *box) { b.folder("root/sub/no/sub") }, false},
		"in the home trash":             {func(b *box) { b.write("root/.local/share/Trash/files/a.png") }, false},
		"in the bin of another mount":   {func(b *box) { b.write("root/.Trash-1000/files/a.png") }, false},
		"a new bin":                     {func(b *box) { b.folder("root/.Trash/1000/files") }, false},
		"in a folder that is linked to": {func(b *box) { b.write("outside/a.png") }, false},
		"beside the root":               {func(b *box) { b.write("a.png") }, false},
		"a folder beside the root":      {func(b *box) { b.folder("root2/sub") }, false},
		"a mode that changed":           {func(b *box) { must(b.t, os.Chmod(b.path("root/old.png"), 0o400)) }, false},
		"a folder's mode that changed":  {func(b *box) { must(b.t, os.Chmod(b.path("root/sub"), 0o755)) }, false},
		"that a file was read": {
			func(b *box) { _, err := os.ReadFile(b.path("root/old.png")); must(b.t, err) }, false,
		},
		"a link to a folder": {
			func(b *box) { must(b.t, os.Symlink(b.path("outside"), b.path("root/link2.txt"))) }, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			for _, rel := range []string{
				"outside", "root/no", "root/sub", "root/.local/share/Trash/files", "root/.Trash-1000/files",
			} {
				b.folder(rel)
			}
			b.write("root/old.png")
			must(t, os.Symlink(b.path("outside"), b.path("root/link.png")))
			b.watch(func(o *Options) {
				o.Debounce = time.Hour
				o.Exclude = func(path string) bool {
					return strings.HasPrefix(strings.TrimPrefix(path, b.dir), "/root/no") ||
						strings.HasSuffix(path, "/no")
				}
				o.Interest = func(name string) bool { return b.ask(name) && strings.HasSuffix(name, ".png") }
			})
			c.act(b)
			b.write("root/last.txt")
			<-b.told("last.txt")
			must(t, b.w.Close())
			if b.w.hinted != c.hinted {
				t.Errorf("hinted %v, want %v", b.w.hinted, c.hinted)
			}
		})
	}
}

func TestATreeMadeInOneBurstIsWatchedWhole(t *testing.T) {
	onEachDisk(t, func(t *testing.T) {
		b := newBox(t)
		b.folder("root")
		b.watch()
		want := 1
		for i := range 6 {
			for j := range 6 {
				b.folder(fmt.Sprintf("root/%d/%d/a/b/c", i, j))
				want += 4
			}
			want++
		}
		b.folders(want)
		for _, rel := range []string{"root/0", "root/0/0/a/b/c", "root/3/4/a", "root/5/5/a/b/c"} {
			b.isWatched(rel)
		}
	})
}

func TestARenamedTreeIsWatchedUnderItsNewName(t *testing.T) {
	onEachDisk(t, func(t *testing.T) {
		b := newBox(t)
		b.folder("root/a/b/c")
		b.folder("root/z")
		b.watch()
		b.move("root/a", "root/z/y")
		b.hint()
		b.folders(5)
		for _, rel := range []string{"root/z/y", "root/z/y/b", "root/z/y/b/c"} {
			b.isWatched(rel)
		}
		b.folder("root/z/y/b/c/new") // under a stale name it would not be found
		b.hint()
		b.folders(6)
		b.isWatched("root/z/y/b/c/new")

		b.move("root/z", "z") // out, and back under another name, with more in it
		b.hint()
		b.folders(1)
		b.folder("z/more/and/more")
		b.move("z", "root/again")
		b.hint()
		b.folders(9)
		b.isWatched("root/again/y/b/c/new")
		b.isWatched("root/again/more/and/more")
	})
}

// Moves that follow each other faster than a hint must not confuse the map of folders.
func TestAFolderThatWandersIsWatchedWhereItEnds(t *testing.T) {
	b := newBox(t)
	b.folder("root/0/sub")
	b.watch()
	for i := range 200 {
		b.move(fmt.Sprint("root/", i), fmt.Sprint("root/", i+1))
		b.folder(fmt.Sprint("root/", i, "/sub"))
		must(t, os.Remove(b.path(fmt.Sprint("root/", i, "/sub"))))
		must(t, os.Remove(b.path(fmt.Sprint("root/", i))))
	}
	b.hint()
	b.folders(3)
	b.isWatched("root/200/sub")
}

func TestARootMayComeAndGo(t *testing.T) {
	onEachDisk(t, func(t *testing.T) {
		b := newBox(t)
		b.watch(func(o *Options) { o.Roots = []string{b.path("up/to/root")} })
		if s := b.w.State(); s.Folders != 0 || s.Polling != nil || s.Why != "" {
			t.Fatalf("before it is there: got %+v, want nothing", s)
		}
		b.folder("up/to/root/sub")
		b.folders(2)
		b.isWatched("up/to/root/sub")
		for _, gone := range []struct {
			name     string
			go_, get func()
		}{
			{"deleted", func() {
				clear(t, b.path("up/to/root/sub"))
				clear(t, b.path("up/to/root"))
			}, func() { b.folder("up/to/root/sub") }},
			{"renamed", func() { b.move("up/to/root", "up/to/other") }, func() { b.move("up/to/other", "up/to/root") }},
			{"what it is in renamed", func() { b.move("up", "down") }, func() { b.move("down", "up") }},
			{"deleted with what it is in", func() {
				for _, rel := range []string{"up/to/root/sub", "up/to/root", "up/to", "up"} {
					clear(t, b.path(rel))
				}
			}, func() { b.folder("up/to/root/sub") }},
			{"a file in its place", func() {
				b.move("up/to/root", "up/to/other")
				b.write("up/to/root")
			}, func() {
				must(t, os.Remove(b.path("up/to/root")))
				b.move("up/to/other", "up/to/root")
			}},
		} {
			gone.go_()
			b.hint()
			b.folders(0)
			gone.get()
			b.hint()
			b.folders(2)
			b.isWatched("up/to/root")
			b.isWatched("up/to/root/sub")
			if s := b.w.State(); s.Polling != nil {
				t.Errorf("%s and back: got %+v, want no polling", gone.name, s)
			}
		}
	})
}

// clear removes a folder with the files that are in it.
func clear(t *testing.T, folder string) {
	t.Helper()
	all, err := os.ReadDir(folder)
	must(t, err)
	for _, e := range all {
		must(t, os.Remove(folder+"/"+e.Name()))
	}
	must(t, os.Remove(folder))
}

func TestAnotherFolderInTheRootsPlaceIsWatched(t *testing.T) {
	b := newBox(t)
	b.folder("root/sub")
	b.folder("other/sub/sub")
	b.watch()
	b.move("root", "old")
	b.move("other", "root")
	b.hint()
	b.folders(3)
	b.isWatched("root/sub/sub")
}

func TestARootBelowAnotherIsWatchedOnce(t *testing.T) {
	b := newBox(t)
	b.folder("root/a/inner/sub")
	b.folder("root/no/inner/sub")
	b.watch(func(o *Options) {
		o.Roots = []string{b.path("root"), b.path("root/a/inner"), b.path("root/no/inner"), b.path("root")}
		o.Exclude = func(path string) bool { return path == b.path("root/no") }
	})
	if s := b.w.State(); s.Folders != 6 {
		t.Fatalf("got %+v, want 6 folders", s)
	}
	b.move("root/a", "a")
	b.hint()
	b.folders(3)
	b.move("a", "root/a")
	b.hint()
	b.folders(6)
	for _, rel := range []string{"root", "root/a", "root/a/inner/sub", "root/no/inner/sub"} {
		b.isWatched(rel)
	}
}

// A late event has the roots checked when a folder is back, but its creation has not been received yet. A root below it
// is watched then, and so is the way to that root; the folder itself is still to be watched.
func TestAFolderThatIsTheWayToARootIsWatchedWhenItComesBack(t *testing.T) {
	b := newBox(t)
	b.folder("root/a/inner/sub")
	w, err := prepare(Options{Roots: []string{b.path("root"), b.path("root/a/inner")}})
	must(t, err)
	t.Cleanup(w.hangUp)
	w.startOver()
	watched := func(when string, want int) {
		t.Helper()
		w.settled()
		if got := w.State().Folders; got != want {
			t.Errorf("%s: %d folders are watched, want %d", when, got, want)
		}
	}
	b.move("root/a", "a")
	w.event(fsnotify.Event{Name: b.path("root/a"), Op: fsnotify.Rename})
	watched("when it is gone", 1)
	b.move("a", "root/a")
	w.event(fsnotify.Event{Name: b.path("root/a"), Op: fsnotify.Rename})
	watched("when it is back", 3)
	w.event(fsnotify.Event{Name: b.path("root/a"), Op: fsnotify.Create})
	watched("when its creation is received", 4)
	if r := w.folders[b.path("root/a")]; r == nil || r.path != b.path("root") {
		t.Errorf("the folder is watched for %+v, want the root that it is in", r)
	}
}

func TestARootThatIsALinkIsResolvedOnce(t *testing.T) {
	b := newBox(t)
	b.folder("real/sub")
	must(t, os.Symlink(b.path("real"), b.path("root")))
	b.watch()
	if s := b.w.State(); s.Folders != 2 {
		t.Fatalf("got %+v, want 2 folders", s)
	}
	b.isWatched("real/sub")
}

func TestOptionsThatCannotBeAreRefused(t *testing.T) {
	for _, roots := range [][]string{nil, {"relative"}, {""}} {
		if _, err := New(Options{Roots: roots}); err == nil {
			t.Errorf("%q were accepted as roots", roots)
		}
	}
}

func TestWaitEndsWithItsContextAndWithTheWatcher(t *testing.T) {
	b := newBox(t)
	b.folder("root")
	b.watch()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- b.w.Wait(ctx) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	go func() { ended <- b.w.Wait(t.Context()) }()
	must(t, b.w.Close())
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v, want os.ErrClosed", err)
	}
	must(t, b.w.Close())
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	b := newBox(t)
	b.folder("root/sub")
	b.watch()
	b.isWatched("root/sub")
	if ours(t) == 0 {
		t.Fatal("no goroutine of a watcher can be seen")
	}
	b.write("root/sub/pending.png")
	must(t, b.w.Close())
	if n := ours(t); n != 0 {
		t.Errorf("%d goroutines are left", n)
	}
}

// ours counts the goroutines that a Watcher began.
func ours(t *testing.T) (n int) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for _, one := range strings.Split(string(stacks), "\n\n") {
		_, begun, _ := strings.Cut(one, "created by github.com/sweepd/sweepd/internal/watch.")
		if strings.Contains(one, "fsnotify") || strings.HasPrefix(begun, "New") ||
			strings.HasPrefix(begun, "watchMounts") {
			n++
		}
	}
	return n
}

func TestItIsWaitedForQuietButNotForEver(t *testing.T) {
	for name, c := range map[string]struct {
		touches int // 400 ms apart, the first at once
		want    time.Duration
	}{
		"one change":      {1, 500 * time.Millisecond},
		"three":           {3, 1300 * time.Millisecond},
		"constant change": {100, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, start := newSettle(500*time.Millisecond), time.Now()
				go func() {
					for range c.touches {
						s.touch()
						select {
						case <-time.After(400 * time.Millisecond):
						case <-t.Context().Done():
							return
						}
					}
				}()
				select {
				case <-s.quiet.C:
				case <-s.most.C:
				}
				if got := time.Since(start); got != c.want {
					t.Errorf("got %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestNoTimerRunsAfterAHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSettle(time.Second)
		for range 3 {
			s.touch()
			<-s.quiet.C
			s.rest()
		}
		select {
		case <-s.quiet.C:
			t.Error("it was quiet once more")
		case <-s.most.C:
			t.Error("it was not quiet for too long")
		case <-time.After(time.Hour):
		}
	})
}
