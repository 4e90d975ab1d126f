package losefs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/testing/losefs"
	"github.com/sweepd/sweepd/journal"
)

// serveVariable makes the test binary the process that serves file systems.
const serveVariable = "SWEEPD_LOSEFS_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) != "" {
		if err := losefs.Serve(os.Stdin, os.Stdout, time.Now); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// bench is a disk, mounted now and again on one directory.
type bench struct {
	*testing.T
	dir string
	fs  *losefs.FS
}

func newBench(t *testing.T, o losefs.Options) *bench {
	t.Helper()
	if os.Geteuid() != 0 {
		lacking(t, "mounting takes root")
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		lacking(t, "there is no /dev/fuse")
	}
	b := &bench{T: t, dir: t.TempDir()}
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), "GORACE=atexit_sleep_ms=0", serveVariable+"=1"), os.Stderr
	s, err := losefs.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.must(s.Close()) })
	b.mount(s.Empty(), o)
	return b
}

func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) mount(d losefs.Disk, o losefs.Options) {
	b.Helper()
	var err error
	b.fs, err = d.Mount(b.dir, o)
	b.must(err)
}

// lose cuts the power and goes on with what survived.
func (b *bench) lose(seed uint64) {
	b.Helper()
	b.must(b.fs.Cut())
	d, err := b.fs.Survivor(seed)
	b.must(err)
	b.must(b.fs.Close())
	b.mount(d, losefs.Options{})
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) write(name, content string, sync bool) {
	b.Helper()
	f, err := os.OpenFile(b.path(name), os.O_WRONLY|os.O_CREATE, 0o600)
	b.must(err)
	_, err = f.WriteString(content)
	b.must(err)
	if sync {
		b.must(f.Sync())
	}
	b.must(f.Close())
}

func (b *bench) sync(dir string) {
	b.Helper()
	d, err := os.Open(b.path(dir))
	b.must(err)
	b.must(errors.Join(d.Sync(), d.Close()))
}

// holds is the content of a file, or "-" when it is not there.
func (b *bench) holds(name, want string) {
	b.Helper()
	got, err := os.ReadFile(b.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		got, err = []byte("-"), nil
	}
	if err != nil || string(got) != want {
		b.Errorf("%s: got %q, %v, want %q", name, got, err, want)
	}
}

func (b *bench) names(dir string) string {
	b.Helper()
	list, err := os.ReadDir(b.path(dir))
	b.must(err)
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestWhatWasNotSyncedIsLost(t *testing.T) {
	b := newBench(t, losefs.Options{})
	b.write("kept", "old", true)
	b.sync(".")
	b.write("kept", "newer", false)
	b.write("nameless", "synced", true)
	b.holds("kept", "newer")
	b.lose(0)
	b.holds("kept", "old")
	b.holds("nameless", "-")
}

func TestANameMayOutliveTheBytesOfItsFile(t *testing.T) {
	b := newBench(t, losefs.Options{})
	b.write("a", "bytes", false)
	b.sync(".")
	b.lose(0)
	b.holds("a", "")
}

func TestADirectoryIsLostWithAllInItUnlessTheOneAboveWasSynced(t *testing.T) {
	b := newBench(t, losefs.Options{})
	for _, dir := range []string{"synced", "not"} {
		b.must(os.Mkdir(b.path(dir), 0o700))
		b.write(dir+"/a", "bytes", true)
		b.sync(dir)
		if dir == "synced" {
			b.sync(".")
		}
	}
	b.lose(0)
	b.holds("synced/a", "bytes")
	if got := b.names("."); got != "synced" {
		t.Errorf("got %q", got)
	}
}

// moved renames from/a to to/b and syncs one of the two directories.
func moved(t *testing.T, o losefs.Options, sync string) *bench {
	b := newBench(t, o)
	for _, dir := range []string{"from", "to"} {
		b.must(os.Mkdir(b.path(dir), 0o700))
	}
	b.write("from/a", "bytes", true)
	b.must(b.fs.Sync())
	b.must(os.Rename(b.path("from/a"), b.path("to/b")))
	if sync != "" {
		b.sync(sync)
	}
	b.lose(0)
	return b
}

func TestARenameIsDurableAsAWholeOnceEitherSideIs(t *testing.T) {
	for _, test := range []struct {
		sync, from, to string
		halves         bool
	}{
		{sync: "", from: "a", to: ""},
		{sync: "from", from: "", to: "b"},
		{sync: "to", from: "", to: "b"},
		{sync: "from", from: "", to: "", halves: true},
		{sync: "to", from: "a", to: "b", halves: true},
	} {
		t.Run(fmt.Sprintf("%s synced, halves %v", test.sync, test.halves), func(t *testing.T) {
			b := moved(t, losefs.Options{Halves: test.halves}, test.sync)
			if from, to := b.names("from"), b.names("to"); from != test.from || to != test.to {
				t.Errorf("got %q and %q, want %q and %q", from, to, test.from, test.to)
			}
		})
	}
}

func TestEarlierChangesOfANameAreDurableWithLaterOnes(t *testing.T) {
	b := newBench(t, losefs.Options{})
	for _, dir := range []string{"x", "y"} {
		b.must(os.Mkdir(b.path(dir), 0o700))
	}
	b.must(b.fs.Sync())
	b.write("x/a", "first", true)
	b.write("x/other", "other", true)
	b.must(os.Rename(b.path("x/a"), b.path("y/a")))
	b.sync("y") // draws that x/a is gone, and so that it was there; not x/other
	b.lose(0)
	b.holds("y/a", "first")
	if got := b.names("x"); got != "" {
		t.Errorf("x holds %q", got)
	}
}

func TestASeedChoosesWhichSectorsSurvive(t *testing.T) {
	b := newBench(t, losefs.Options{})
	old, newer := strings.Repeat("o", 64*512), strings.Repeat("n", 64*512)
	b.write("a", old, true)
	b.must(b.fs.Sync())
	b.write("a", newer, false)
	contents := map[string]bool{}
	b.must(b.fs.Cut())
	var disks []losefs.Disk
	for _, seed := range []uint64{1, 1, 2} {
		d, err := b.fs.Survivor(seed)
		b.must(err)
		disks = append(disks, d)
	}
	for _, d := range disks {
		b.must(b.fs.Close())
		b.mount(d, losefs.Options{})
		got, err := os.ReadFile(b.path("a"))
		b.must(err)
		contents[string(got)] = true
		for sector := range slices.Chunk(got, 512) {
			if n := bytes.Count(sector, []byte("n")); n != 0 && n != 512 || len(got) != len(old) {
				t.Fatalf("a sector of %d bytes holds %d new ones", len(sector), n)
			}
		}
		if string(got) == old || string(got) == newer {
			t.Error("the bytes are not torn")
		}
	}
	if len(contents) != 2 {
		t.Errorf("got %d contents for seeds 1, 1 and 2, want 2", len(contents))
	}
}

func TestTheNthChangeAndNoneAfterItIsCarriedOut(t *testing.T) {
	b := newBench(t, losefs.Options{})
	b.write("a", "1", true)
	b.must(b.fs.CutAt(2))
	b.must(os.Mkdir(b.path("one"), 0o700))
	select {
	case <-b.fs.Dark():
		t.Fatal("dark after the first change")
	default:
	}
	if err := os.Mkdir(b.path("two"), 0o700); !errors.Is(err, syscall.EIO) {
		t.Errorf("the second change: got %v, want EIO", err)
	}
	<-b.fs.Dark()
	if _, err := os.ReadDir(b.dir); !errors.Is(err, syscall.EIO) {
		t.Errorf("a listing in the dark: got %v, want EIO", err)
	}
	if n, err := b.fs.Changes(); n != 2 || err != nil {
		t.Errorf("got %d changes, %v, want 2", n, err)
	}
	d, err := b.fs.Survivor(0)
	b.must(errors.Join(err, b.fs.Close()))
	b.mount(d, losefs.Options{})
	if got := b.names("."); got != "" {
		t.Errorf("got %q", got)
	}
}

// The calls that the program needs of a file system.
func TestItIsAFileSystem(t *testing.T) {
	b := newBench(t, losefs.Options{})
	b.must(os.Mkdir(b.path("dir"), 0o700))
	b.write("a", "bytes", false)
	b.write("dir/b", "other", false)
	if err := unix.Renameat2(unix.AT_FDCWD, b.path("a"), unix.AT_FDCWD, b.path("dir/b"),
		unix.RENAME_NOREPLACE); err != unix.EEXIST {
		t.Errorf("a rename to a taken name: got %v, want EEXIST", err)
	}
	b.must(os.Link(b.path("a"), b.path("dir/link")))
	var s unix.Statx_t
	b.must(unix.Statx(unix.AT_FDCWD, b.path("a"), 0, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &s))
	if s.Nlink != 2 || s.Size != 5 || s.Mask&unix.STATX_BTIME == 0 || s.Btime.Sec == 0 {
		t.Errorf("got %+v", s)
	}
	then := time.Unix(1e9, 5)
	b.must(os.Chtimes(b.path("a"), then, then))
	if fi, err := os.Stat(b.path("dir/link")); err != nil || !fi.ModTime().Equal(then) {
		t.Errorf("got %v, %v", fi, err)
	}
	if err := os.Remove(b.path("dir")); !errors.Is(err, syscall.ENOTEMPTY) {
		t.Errorf("removing a full directory: %v", err)
	}
	b.must(os.Rename(b.path("a"), b.path("dir/b")))
	b.must(os.Truncate(b.path("dir/b"), 7))
	b.holds("dir/b", "bytes\x00\x00")
	if got := b.names("dir"); got != "b link" {
		t.Errorf("got %q", got)
	}
	b.must(os.Remove(b.path("dir/b")))
	b.must(os.Remove(b.path("dir/link")))
	b.must(os.Remove(b.path("dir")))
	if got := b.names("."); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestWhatADatabaseHasCommittedSurvivesAndTheRestDoesNoHarm(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			b := newBench(t, losefs.Options{})
			path := b.path("state/journal.db")
			j, err := journal.Open(t.Context(), path, journal.Options{Now: time.Now})
			b.must(err)
			b.sync(".") // the journal's folder is new; its own files it has to sync itself
			for range 50 {
				if _, err := j.BeginRun(t.Context(), "apply", ""); err != nil {
					t.Fatal(err)
				}
			}
			b.must(b.fs.CutAt(int(seed) + 1)) // in the middle of what comes next
			for err == nil {
				_, err = j.BeginRun(t.Context(), "scan", "")
			}
			_ = j.Close() // it cannot end well
			b.lose(seed)
			j, err = journal.Open(t.Context(), path, journal.Options{Now: time.Now})
			b.must(err)
			defer j.Close()
			b.must(j.Check(t.Context()))
			runs, err := j.Runs(t.Context(), 1000)
			b.must(err)
			n := 0
			for _, r := range runs {
				if r.Kind == "apply" {
					n++
				}
			}
			if n != 50 {
				t.Errorf("%d of 50 are left", n)
			}
		})
	}
}

func TestNothingIsMountedAfterTheServerIsClosed(t *testing.T) {
	var dir string
	t.Run("use", func(t *testing.T) {
		b := newBench(t, losefs.Options{})
		dir = b.dir
		b.write("a", "1", false)
	})
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil || dir == "" || bytes.Contains(mounts, []byte(dir)) {
		t.Errorf("%v: %q is in\n%s", err, dir, mounts)
	}
}
