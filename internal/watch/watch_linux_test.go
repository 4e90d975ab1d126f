package watch

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// childVariable names the test that this process was begun for.
const childVariable = "SWEEPD_WATCH_CHILD"

// inChild runs the calling test once more in a process of its own, as the user
// uid of a user namespace, and reports whether this is that process.
func inChild(t *testing.T, uid int, more uintptr) bool {
	t.Helper()
	if os.Getenv(childVariable) == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), childVariable+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | more,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSPC) {
		lacking(t, "this takes user namespaces")
	}
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// limit sets a limit of this user namespace (namespaces(7)).
func limit(t *testing.T, name string, n int) {
	t.Helper()
	must(t, os.WriteFile("/proc/sys/user/"+name, []byte(strconv.Itoa(n)), 0))
}

func TestARootBeyondTheLimitIsPolledAndTheOthersAreWatched(t *testing.T) {
	if !inChild(t, 0, 0) {
		return
	}
	b := newBox(t)
	for i := range 100 {
		b.folder(fmt.Sprint("large/", i))
	}
	b.folder("small/sub")
	limit(t, "max_inotify_watches", 50)
	b.watch(func(o *Options) { o.Roots = []string{b.path("large"), b.path("large/0"), b.path("small")} })
	polled := func(folders int) {
		t.Helper()
		s := b.w.State()
		if s.Folders != folders || !slices.Equal(s.Polling, []string{b.path("large")}) ||
			!strings.Contains(s.Why, "sysctl fs.inotify.max_user_watches=") {
			t.Fatalf("got %+v, want %d folders and the large root polled", s, folders)
		}
	}
	polled(3)
	b.isWatched("small/sub")
	b.isWatched("large/0")
	for i := range 20 { // what the large root was given is free
		b.folder(fmt.Sprint("small/", i))
	}
	b.folders(23)
	polled(23)

	limit(t, "max_inotify_watches", 500)
	b.move("large", "moved")
	b.folders(22) // its absence is seen: a root that is back before that is the same one, and still polled
	b.move("moved", "large")
	b.folders(123)
	b.isWatched("large/99")
	if s := b.w.State(); s.Polling != nil || s.Why != "" {
		t.Errorf("got %+v, want all watched", s)
	}

	limit(t, "max_inotify_watches", 200)
	for i := range 100 { // the limit is met while watching
		b.folder(fmt.Sprint("large/more/", i))
	}
	b.folders(23)
	polled(23)
	b.isWatched("small/19")
	b.isWatched("large/0")
}

// The replaced folder causes no removal event.
func TestAFolderRenamedOverAnEmptyOneIsWatched(t *testing.T) {
	b := newBox(t)
	b.folder("root/a/sub")
	b.folder("root/b")
	b.watch()
	must(t, unix.Rename(b.path("root/a"), b.path("root/b")))
	b.hint()
	b.folders(3)
	b.isWatched("root/b")
	b.isWatched("root/b/sub")
}

func TestWithoutAWatcherAllIsPolledAndWaitWaits(t *testing.T) {
	if !inChild(t, 0, 0) {
		return
	}
	b := newBox(t)
	b.folder("root/sub")
	limit(t, "max_inotify_instances", 0)
	b.watch()
	if s := b.w.State(); s.Folders != 0 || len(s.Polling) != 1 || !strings.Contains(s.Why, "max_user_instances") {
		t.Errorf("got %+v, want the root polled", s)
	}
	must(t, b.w.Close())
	if len(b.w.hints) != 0 {
		t.Error("a hint of nothing was given")
	}
}

func TestAFolderThatIsOpenedToUsIsWatchedFromThenOn(t *testing.T) {
	if !inChild(t, 1000, 0) { // with no right to read what is closed
		return
	}
	b := newBox(t)
	b.folder("root/closed/sub")
	must(t, os.Chmod(b.path("root/closed"), 0))
	b.watch()
	if s := b.w.State(); s.Folders != 1 || s.Polling != nil {
		t.Errorf("got %+v, want the root alone", s)
	}
	must(t, os.Chmod(b.path("root/closed"), 0o700))
	b.hint()
	b.folders(3)
	b.isWatched("root/closed/sub")
}

func TestARootThatCannotBeReadIsPolled(t *testing.T) {
	if !inChild(t, 1000, 0) {
		return
	}
	b := newBox(t)
	b.folder("root/sub")
	must(t, os.Chmod(b.path("root"), 0))
	b.watch()
	if s := b.w.State(); s.Folders != 0 || len(s.Polling) != 1 || !strings.Contains(s.Why, "permission denied") {
		t.Errorf("got %+v, want the root polled", s)
	}
	must(t, os.Chmod(b.path("root"), 0o700))
}

func TestMountingAndUnmountingARootIsHinted(t *testing.T) {
	if !inChild(t, 0, unix.CLONE_NEWNS) {
		return
	}
	must(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	b := newBox(t)
	b.folder("disk")
	mount := func() {
		t.Helper()
		must(t, unix.Mount("tmpfs", b.path("disk"), "tmpfs", 0, ""))
		b.folder("disk/root/sub")
	}
	unmount := func() {
		t.Helper()
		must(t, unix.Unmount(b.path("disk"), 0))
	}
	mount()
	b.watch(func(o *Options) { o.Roots = []string{b.path("disk/root")} })
	if n := b.w.State().Folders; n != 2 {
		t.Fatalf("got %d folders, want 2", n)
	}
	unmount()
	b.hint()
	b.folders(0)
	mount()
	b.hint()
	b.folders(2)
	b.isWatched("disk/root/sub")
	unmount() // and at once another
	mount()
	b.hint()
	b.folders(2)
	b.isWatched("disk/root/sub")
	must(t, unix.Mount("tmpfs", b.path("disk/root"), "tmpfs", 0, "")) // over what is watched
	b.hint()
	b.folders(1)
	b.isWatched("disk/root")
	must(t, unix.Unmount(b.path("disk/root"), 0))
	b.hint()
	b.folders(2)
	b.isWatched("disk/root/sub")
	unmount()
}

func TestWhatIsMountedBelowARootIsNotWatched(t *testing.T) {
	if !inChild(t, 0, unix.CLONE_NEWNS) {
		return
	}
	must(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	b := newBox(t)
	b.folder("elsewhere/sub")
	b.folder("root/own")
	b.folder("root/bound")
	must(t, unix.Mount("tmpfs", b.path("root/own"), "tmpfs", 0, ""))
	must(t, unix.Mount(b.path("elsewhere"), b.path("root/bound"), "", unix.MS_BIND, ""))
	b.folder("root/own/sub")
	b.watch()
	if n := b.w.State().Folders; n != 1 {
		t.Errorf("got %d folders, want the root alone", n)
	}
	must(t, errors.Join(unix.Unmount(b.path("root/own"), 0), unix.Unmount(b.path("root/bound"), 0)))
}

func TestWhatIsMountedBelowARootIsWatchedWhereMountsAreCrossed(t *testing.T) {
	if !inChild(t, 0, unix.CLONE_NEWNS) {
		return
	}
	must(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	b := newBox(t)
	b.folder("elsewhere/sub")
	b.folder("root/own")
	b.folder("root/bound")
	must(t, unix.Mount(b.path("elsewhere"), b.path("root/bound"), "", unix.MS_BIND, ""))
	b.watch(func(o *Options) { o.CrossMounts = true })
	b.isWatched("root/bound/sub")
	must(t, unix.Mount("tmpfs", b.path("root/own"), "tmpfs", 0, "")) // it comes while all is watched
	b.hint()
	b.folder("root/own/sub")
	b.hint()
	b.isWatched("root/own/sub")
	must(t, b.w.Close())
	b.folder("other")
	must(t, unix.Mount("tmpfs", b.path("other"), "tmpfs", 0, "")) // a container starts
	if b.w.crossesOthers() {
		t.Error("a mount that is not below a root has everything watched anew")
	}
	must(t, unix.Mount("tmpfs", b.path("root/own/sub"), "tmpfs", 0, ""))
	if !b.w.crossesOthers() {
		t.Error("a mount below a root does not have everything watched anew")
	}
	must(t, errors.Join(unix.Unmount(b.path("other"), 0), unix.Unmount(b.path("root/own/sub"), 0),
		unix.Unmount(b.path("root/own"), 0), unix.Unmount(b.path("root/bound"), 0)))
}

// FUSE has events for this machine's changes, and is how a cloud's folders are mounted.
func TestARootThatOthersChangeIsWatchedAndPolled(t *testing.T) {
	if !inChild(t, 0, unix.CLONE_NEWNS) {
		return
	}
	b := newBox(t)
	b.folder("root")
	server, err := fs.Mount(b.path("root"), new(fs.Inode),
		&fs.Options{MountOptions: fuse.MountOptions{DirectMountStrict: true}})
	must(t, err)
	defer func() { must(t, server.Unmount()) }()
	b.watch()
	if s := b.w.State(); s.Folders != 1 || len(s.Polling) != 1 || !strings.Contains(s.Why, "network") {
		t.Errorf("got %+v, want the root watched and polled", s)
	}
}

func TestWhenTheQueueRanOverAllIsWatchedAnew(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	must(t, err)
	most, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)
	b := newBox(t)
	b.folder("root/a/sub")
	held, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	b.watch(func(o *Options) {
		o.Exclude = func(path string) bool {
			if filepath.Base(path) == "hold" {
				once.Do(func() { close(held) })
				<-release
			}
			return false
		}
	})
	b.write("root/hold")
	<-held
	// Each causes two events, for creation and writing; fsnotify has read 64 KiB at most.
	for i := range most/2 + 4096 {
		b.write(fmt.Sprint("root/", i))
	}
	b.move("root/a", "root/renamed")
	b.folder("root/late/sub")
	must(t, os.Remove(b.path("root/hold")))
	close(release)
	b.folders(5)
	if b.w.State().Lost == 0 {
		t.Fatal("the queue did not run over")
	}
	b.isWatched("root/renamed/sub")
	b.isWatched("root/late/sub")
}
