//go:build linux

package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local/roots"
)

func pngs(name string) bool { return filepath.Ext(name) == ".png" }

func TestOnlyRegularFilesOfInterestAreListedAndAllAreSeen(t *testing.T) {
	b := newBox(t, func(o *Options) { o.Interest = pngs })
	b.write("a.png", "a")
	b.write("deep/er/b.png", "b")
	b.write("c.txt", "c")
	b.write("d.png.part", "d")
	must(t, os.Symlink(b.path("a.png"), b.path("link.png")))
	must(t, os.Symlink(b.path("deep"), b.path("folder")))
	must(t, unix.Mkfifo(b.path("pipe.png"), 0o600))
	must(t, os.Mkdir(b.path("folder.png"), 0o700))
	b.lists(b.d, "a.png", "deep/er/b.png")
	if _, _, last := b.list(b.d); last.Seen != 4 || last.Next != "complete" {
		t.Errorf("got checkpoint %+v, want 4 seen and a complete listing", last)
	}
}

// Whoever waits for a listing that names no file for a long time sees that it goes on.
func TestFilesThatAreNotNamedArePassed(t *testing.T) {
	b := newBox(t, func(o *Options) { o.Interest = pngs })
	for i := range 20 {
		b.write(fmt.Sprintf("deep/%d/%d.txt", i%3, i), "x")
	}
	for listing := range 2 {
		b.lists(b.d)
		if n := b.d.Listed(); n != int64(listing+1)*20 {
			t.Errorf("after listing %d: %d files were passed, want 20 in each", listing+1, n)
		}
	}
}

func TestEntriesSayWhatTheFileSystemSays(t *testing.T) {
	b := newBox(t)
	before := time.Now().Add(-time.Minute)
	want := time.Unix(1_600_000_000, 123_456_789).UTC()
	b.write("a.png", "12345")
	must(t, os.Chtimes(b.path("a.png"), want, want))
	for c, err := range b.d.Changes(t.Context(), "") {
		if e := c.Entry; err != nil || !c.Checkpoint() &&
			(e.Size != 5 || !e.Modified.Equal(want) || e.Path != b.path("a.png") || e.Weak == e.Created.After(before)) {
			t.Errorf("got %+v, %v; want 5 bytes of %v, born now", e, err, want)
		}
	}
}

func TestALargeFolderIsListedWholeAndOnce(t *testing.T) {
	b := newBox(t)
	var want []string
	for i := range 1200 { // several buffers and batches
		name := fmt.Sprintf("%04d %s.png", i, strings.Repeat("n", 60))
		want = append(want, name)
		must(t, os.WriteFile(b.path(name), nil, 0o600))
	}
	b.lists(b.open(func(o *Options) { o.Workers = 3 }), want...)
}

func TestNamesAreBytes(t *testing.T) {
	b := newBox(t)
	for _, name := range hostile {
		b.write(name, "x")
	}
	want := slices.Sorted(slices.Values(hostile))
	b.lists(b.d, want...)
}

// hostile are file names that a user, or an attacker, can make.
var hostile = []string{
	"new\nline.png", "\x1b[31mred.png", "\xff\xfe.png", "-rf.png", "per%41cent.png", "tab\t.png", `quo"te'.png`,
	"plus+ and ,.png", "..png", " .png",
	"\u202egnp.exe", strings.Repeat("l", 251) + ".png", strings.Repeat("ü", 125) + ".png",
	"." + strings.Repeat("e", 254), "a.b.trashinfo",
}

func TestTenThousandLevelsAreListed(t *testing.T) {
	const levels = 10_000
	b := newBox(t)
	fd, err := unix.Open(b.root, unix.O_PATH, 0)
	must(t, err)
	for range levels {
		must(t, unix.Mkdirat(fd, "dd", 0o700))
		next, err := unix.Openat(fd, "dd", unix.O_PATH, 0)
		must(t, err)
		must(t, unix.Close(fd))
		fd = next
	}
	file, err := unix.Openat(fd, "a.png", unix.O_CREAT|unix.O_WRONLY, 0o600)
	must(t, err)
	must(t, errors.Join(unix.Close(file), unix.Close(fd)))

	b.lists(b.d, strings.Repeat("dd/", levels)+"a.png")
	e, err := b.d.Stat(t.Context(), providers.Ref(b.path(strings.Repeat("dd/", levels)+"a.png")))
	if err != nil {
		t.Fatalf("stat: %v", err)
	}
	if _, err := b.read(e); err != nil {
		t.Errorf("read: %v", err)
	}
	r := b.put(e)
	if got, err := b.d.Restore(t.Context(), r); err != nil || got.Path != e.Path {
		t.Errorf("restore: %v", err)
	}
}

func TestDeepTreesWithManyBranchesAreListedWithFewDescriptors(t *testing.T) {
	b := newBox(t)
	const levels = 160 // each longer than an anchor is apart from the next
	var want []string
	long := strings.Repeat("n", 255)
	rel := ""
	fd, err := unix.Open(b.root, unix.O_PATH, 0)
	must(t, err)
	for range levels {
		for range 5 {
			must(t, unix.Mkdirat(fd, long, 0o700))
			next, err := unix.Openat(fd, long, unix.O_PATH, 0)
			must(t, errors.Join(err, unix.Close(fd)))
			fd, rel = next, rel+long+"/"
		}
		must(t, unix.Mkdirat(fd, "side", 0o700))
		file, err := unix.Openat(fd, "side/a.png", unix.O_CREAT|unix.O_WRONLY, 0o600)
		must(t, errors.Join(err, unix.Close(file)))
		want = append(want, rel+"side/a.png")
	}
	must(t, unix.Close(fd))
	descriptors := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		must(t, err)
		return len(all)
	}
	d := b.open(func(o *Options) { o.Workers = 2 })
	before, most := descriptors(), 0
	var got []string
	for c, err := range d.Changes(t.Context(), "") {
		must(t, err)
		if most = max(most, descriptors()); !c.Checkpoint() {
			got = append(got, b.rel(c.Entry.Path))
		}
	}
	slices.Sort(want)
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("listed %d files, want %d", len(got), len(want))
	}
	if after := descriptors(); after != before || most > before+roots.AnchorLimit+10 {
		t.Errorf("%d descriptors before, %d after, %d at most", before, after, most)
	}
}

func TestAMarkedFolderIsLeftOutWithAllBelow(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "a")
	b.write("art/.nosweep", "")
	b.write("art/a.png", "a")
	b.write("art/deep/er/a.png", "a")
	b.lists(b.d, "a.png")
}

func TestFoldersThatBelongToProgramsAreLeftOut(t *testing.T) {
	b := newBox(t)
	b.write(".config/a.png", "a")
	for _, dir := range []string{
		".git", ".hg", ".svn", "lost+found", ".stversions", "#recycle", "@eaDir", ".dropbox.cache", ".cache", ".Trash",
		".Trash-1000", ".Trashes", "$RECYCLE.BIN", ".local/share/Trash",
	} {
		b.write("x/"+dir+"/sub/a.png", "a")
	}
	b.lists(b.d, ".config/a.png")
}

func TestExcludePatternsAreMatchedBelowTheRoot(t *testing.T) {
	b := newBox(t)
	for _, rel := range []string{"a.png", "work/a.png", "work/deep/a.png", "home/work/a.png", "home/keep-1.png"} {
		b.write(rel, "a")
	}
	b.lists(b.open(func(o *Options) { o.Exclude = []string{"work/**", "**/keep-*.png"} }), "a.png", "home/work/a.png")
	b.lists(b.open(func(o *Options) { o.Exclude = []string{"**/work"} }), "a.png", "home/keep-1.png")
	b.write("Bu\u0308cher/a.png", "a") // decomposed, as macOS writes it
	b.lists(b.open(func(o *Options) { o.Exclude = []string{"B\u00fccher", "**/work", "home/*"} }), "a.png")
	if _, err := Open(Options{Roots: []string{b.root}, Exclude: []string{"["}}); err == nil {
		t.Error("the pattern [ was accepted")
	}
}

func TestABinInsideARootIsNotListedAndNotSwept(t *testing.T) {
	b := newBox(t, func(o *Options) { o.TrashHome = filepath.Join(o.Roots[0], "bin") })
	b.trash = b.path("bin")
	b.put(b.write("a.png", "a"))
	b.binHas(1, 1)
	b.lists(b.d)
	inBin := providers.Ref(b.path("bin/files/a." + key + ".png"))
	if _, err := b.d.Stat(t.Context(), inBin); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stat in the bin: got %v, want fs.ErrNotExist", err)
	}
}

func TestAnEmptyRootOrNamedFolderIsReportedAndTheOthersAreListed(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "a")
	must(t, os.Mkdir(b.path("empty"), 0o700)) // named by nobody: only a folder
	disk := filepath.Join(b.top, "disk")
	must(t, os.Mkdir(disk, 0o700))
	roots := func(o *Options) { o.Roots = []string{disk, b.root} }
	for _, c := range []struct {
		d        *Driver
		listed   []string
		unlisted string
	}{
		{b.open(roots), []string{"a.png"}, disk},
		{b.open(func(o *Options) { o.Only = []string{b.path("empty")} }), nil, "empty"},
	} {
		files, unlisted, last := b.list(c.d)
		if !slices.Equal(files, c.listed) || !slices.Equal(unlisted, []string{c.unlisted}) || !last.Checkpoint() {
			t.Errorf("got %q, unlisted %q, last %+v; want %q unlisted", files, unlisted, last, c.unlisted)
		}
	}
	for _, err := range b.open(roots).Changes(t.Context(), "") {
		if err != nil && !errors.Is(err, providers.ErrEmpty) {
			t.Errorf("got %v, want ErrEmpty", err)
		}
	}
	write(t, filepath.Join(disk, "notes.txt"), "of no interest, and not nothing")
	b.lists(b.open(roots, func(o *Options) { o.Interest = pngs }), "a.png")
}

func TestTheWholeFileSystemMayBeARoot(t *testing.T) {
	b := newBox(t)
	e := b.write("sub/a.png", "bytes")
	b.d = b.open(func(o *Options) {
		o.Roots, o.Only, o.Exclude = []string{"/"}, []string{b.root}, []string{strings.TrimPrefix(b.root, "/") + "/no"}
	})
	b.write("no/b.png", "left out")
	b.lists(b.d, "sub/a.png")
	if got := b.d.Roots(); !slices.Equal(got, []string{b.root}) {
		t.Errorf("got roots %q, want %q", got, b.root)
	}
	if now, err := b.d.Stat(t.Context(), e.Ref); err != nil || now != e {
		t.Errorf("stat: got %+v, %v; want %+v", now, err, e)
	}
	back, err := b.d.Restore(t.Context(), b.put(e))
	if err != nil || back.Path != e.Path {
		t.Errorf("restore: got %+v, %v", back, err)
	}
	// The top itself, without what is in its folders.
	all := b.open(func(o *Options) { o.Roots, o.Exclude = []string{"/"}, []string{"*"} })
	for c, err := range all.Changes(t.Context(), "") {
		if err != nil || !c.Checkpoint() {
			t.Errorf("got %+v, %v; want nothing but a checkpoint", c, err)
		}
	}
	for folder, want := range map[string]string{"/": "a/b", "/a": "b", "/a/b": "", "/b": "", "/a/": "b"} {
		if got, in := disk.Below(folder, "/a/b"); got != want || in != (want != "") {
			t.Errorf("below %q: got %q, %v; want %q", folder, got, in, want)
		}
	}
}

func TestAMissingRootIsReportedAndTheOthersAreListed(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "a")
	late := filepath.Join(b.top, "late")
	d := b.open(func(o *Options) { o.Roots = []string{late, b.root} })
	files, unlisted, last := b.list(d)
	if !slices.Equal(files, []string{"a.png"}) || !slices.Equal(unlisted, []string{late}) || !last.Checkpoint() {
		t.Errorf("got %q, unlisted %q, last %+v", files, unlisted, last)
	}
	write(t, filepath.Join(late, "b.png"), "b")
	b.lists(d, filepath.Join(late, "b.png"), "a.png")
}

func TestARootThatWasReplacedIsReportedAndNothingInItIsListedOrMoved(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "a")
	must(t, os.Rename(b.root, b.root+".old"))
	write(t, b.path("other.png"), "other")
	files, unlisted, _ := b.list(b.d)
	if len(files) > 0 || !slices.Equal(unlisted, []string{b.root}) {
		t.Errorf("got %q, unlisted %q; want only the root, unlisted", files, unlisted)
	}
	b.refuses(e, roots.ErrReplaced)
	b.holds(b.root+".old/a.png", "a")
}

func TestRootsThatOverlapAreListedOnce(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "a")
	b.write("in/b.png", "b")
	b.write(".cache/c.png", "c") // left out of the outer root, but a root of its own
	link := filepath.Join(b.top, "link")
	must(t, os.Symlink(b.root, link))
	d := b.open(func(o *Options) {
		o.Roots = []string{b.path("in"), b.root, link, b.root + "/", b.path(".cache")}
	})
	b.lists(d, ".cache/c.png", "a.png", "in/b.png")
	if got, want := d.Roots(), []string{b.path("in"), b.root, b.path(".cache")}; !slices.Equal(got, want) {
		t.Errorf("got roots %q, want %q", got, want)
	}
}

func TestAFolderThatBecomesALinkIsReportedAndNotFollowed(t *testing.T) {
	b := newBox(t)
	precious := filepath.Join(b.top, "precious")
	write(t, filepath.Join(precious, "p.png"), "p")
	b.write("trigger.png", "")
	b.write("sub/a.png", "a")
	b.write("other/a.png", "a")
	d := b.open(func(o *Options) {
		o.Interest = func(name string) bool {
			if name == "trigger.png" { // the folder that holds it is being read, sub is still to come
				must(t, os.Rename(b.path("sub"), filepath.Join(b.top, "away")))
				must(t, os.Symlink(precious, b.path("sub")))
			}
			return true
		}
	})
	files, unlisted, last := b.list(d)
	if !slices.Equal(files, []string{"other/a.png", "trigger.png"}) || !slices.Equal(unlisted, []string{"sub"}) ||
		!last.Checkpoint() {
		t.Errorf("got %q, unlisted %q, last %+v", files, unlisted, last)
	}
}

func TestAnUnreadableFolderIsReportedAndTheOthersAreListed(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "a")
	b.write("closed/a.png", "a")
	b.write("unsearchable/a.png", "a")
	for path, mode := range map[string]os.FileMode{
		filepath.Dir(b.top): 0o755, b.top: 0o755, b.root: 0o755, b.path("a.png"): 0o644, b.path("closed"): 0,
		b.path("unsearchable"): 0o744,
	} {
		must(t, os.Chmod(path, mode))
	}
	t.Cleanup(func() { must(t, os.Chmod(b.path("closed"), 0o700)); must(t, os.Chmod(b.path("unsearchable"), 0o700)) })
	verb := "list as nobody" // root reads everything
	if os.Geteuid() != 0 {
		verb = "list"
		must(t, os.Chmod(b.path("unsearchable"), 0o444))
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+b.top+"\n"+verb)
	out, err := cmd.Output()
	got := slices.Sorted(strings.Lines(strings.ReplaceAll(string(out), b.root+"/", "")))
	if want := []string{"done", "listed a.png\n", "unlisted closed\n", "unlisted unsearchable\n"}; err != nil ||
		!slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestOtherMountsAreEnteredOnlyWhenTold(t *testing.T) {
	shm, dev := unix.Statfs_t{}, unix.Statfs_t{}
	if unix.Statfs("/dev/shm", &shm) != nil || unix.Statfs("/dev", &dev) != nil || shm.Fsid == dev.Fsid {
		lacking(t, "there is no mount below another to look at")
	}
	dir, err := os.MkdirTemp("/dev/shm", "mount")
	must(t, err)
	defer os.RemoveAll(dir)
	write(t, filepath.Join(dir, "a.png"), "a")
	for _, cross := range []bool{false, true} {
		d, err := Open(Options{Roots: []string{"/dev"}, Interest: pngs, CrossMounts: cross})
		must(t, err)
		defer d.Close()
		found := false
		for c, err := range d.Changes(t.Context(), "") {
			found = found || err == nil && c.Entry.Path == filepath.Join(dir, "a.png")
		}
		_, err = d.Stat(t.Context(), providers.Ref(filepath.Join(dir, "a.png")))
		if found != cross || (err == nil) != cross {
			t.Errorf("with CrossMounts %v: listed %v, stat %v", cross, found, err)
		}
	}
}

func TestAListingLeavesNoGoroutineWhenItIsLeftOrCancelled(t *testing.T) {
	b := newBox(t)
	for i := range 40 {
		for j := range 20 {
			must(t, os.MkdirAll(b.path(fmt.Sprint(i)), 0o700))
			must(t, os.WriteFile(b.path(fmt.Sprintf("%d/%d.png", i, j)), nil, 0o600))
		}
	}
	d := b.open(func(o *Options) { o.Workers = 4 })
	stacks := make([]byte, 1<<20)
	for stop := range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		n, last := 0, error(nil)
		for _, err := range d.Changes(ctx, "") {
			last = err
			if n++; n == stop*16 {
				if stop%2 == 0 {
					break
				}
				cancel()
			}
		}
		// Search for workers of a walk instead of counting goroutines: a goroutine that
		// has reported its end may take a moment to be gone.
		if all := string(stacks[:runtime.Stack(stacks, true)]); strings.Contains(all, "(*walk).") {
			t.Fatalf("left after %d: a worker is still running\n%s", stop*16, all)
		}
		if stop%2 == 1 && !errors.Is(last, context.Canceled) {
			t.Errorf("cancelled after %d: the listing ended with %v", stop*16, last)
		}
		cancel()
	}
}

func TestListingAndReadingChangeNoTime(t *testing.T) {
	b := newBox(t)
	b.write("sub/a.png", "bytes")
	old := time.Unix(1_000_000_000, 0)
	for _, rel := range []string{"sub/a.png", "sub", "."} {
		must(t, os.Chtimes(b.path(rel), old, old.Add(time.Hour))) // relatime would set such an access time
	}
	times := func() (all []unix.StatxTimestamp) {
		for _, rel := range []string{".", "sub", "sub/a.png"} {
			s, err := disk.StatName(unix.AT_FDCWD, b.path(rel))
			must(t, err)
			all = append(all, s.Atime, s.Mtime, s.Ctime)
		}
		return all
	}
	want := times()
	for c, err := range b.d.Changes(t.Context(), "") {
		must(t, err)
		if !c.Checkpoint() {
			if got, err := b.read(c.Entry); got != "bytes" {
				t.Errorf("read %q, %v", got, err)
			}
		}
	}
	if got := times(); !slices.Equal(got, want) {
		t.Errorf("times went from %v to %v", want, got)
	}
}

func TestAMalformedDirectoryEntryIsAnErrorAndNoPanic(t *testing.T) {
	for _, buf := range []string{
		"short", strings.Repeat("\x00", 24), strings.Repeat("\xff", 24),
		strings.Repeat("\x00", 16) + "\x18\x00\x08nonul!!",
	} {
		if err := (&lister{}).entries(roots.Folder{}, -1, []byte(buf)); !errors.Is(err, disk.ErrDirent) {
			t.Errorf("%q: got %v, want %v", buf, err, disk.ErrDirent)
		}
	}
}

// Some file systems do not report in a listing which names are folders.
func TestKindsThatAListingDoesNotTellAreLookedUp(t *testing.T) {
	b := newBox(t)
	b.write("a.png", "bytes")
	b.write("sub/b.png", "b")
	must(t, os.Symlink("a.png", b.path("link.png")))
	fd, err := unix.Open(b.root, unix.O_PATH, 0)
	must(t, err)
	defer unix.Close(fd)
	r := b.d.roots[0]
	l := newLister(&walk{Queue: roots.NewQueue(t.Context()), ctx: t.Context(), rules: &b.d.rules})
	for _, name := range []string{"a.png", "sub", "link.png", "gone.png", ".", ".."} {
		l.entry(roots.Folder{Root: r, Path: b.root, Base: r.Anchor()}, fd, unix.DT_UNKNOWN, []byte(name+"\x00"))
	}
	if len(l.out) != 1 || l.out[0].Entry.Path != b.path("a.png") || l.out[0].Entry.Size != 5 || l.seen != 1 {
		t.Errorf("got %+v, %d seen; want a.png", l.out, l.seen)
	}
	if f, ok := l.w.Next(); !ok || f.Path != b.path("sub") || !l.w.Idle() {
		t.Errorf("got the folder %+v, want sub alone", f)
	}
}

func TestARevisionOutlivesANewDeviceNumber(t *testing.T) {
	s := unix.Statx_t{Mask: unix.STATX_BASIC_STATS | unix.STATX_BTIME, Ino: 7, Size: 5, Dev_major: 8, Dev_minor: 17}
	was := entry("/media/disk/a.png", &s)
	s.Dev_minor = 33 // the disk was plugged in again
	if is := entry("/media/disk/a.png", &s); is != was {
		t.Errorf("got %+v, want %+v", is, was)
	}
}

func TestWithoutBirthTimesARevisionIsWeak(t *testing.T) {
	s := unix.Statx_t{Mask: unix.STATX_BASIC_STATS, Ino: 7, Size: 5, Btime: unix.StatxTimestamp{Sec: 9}}
	e := entry("/a", &s)
	id, err := disk.ParseIdentity(string(e.Revision))
	if !e.Weak || !e.Created.IsZero() || err != nil || !id.Weak || id.Born != 0 {
		t.Errorf("got %+v, %+v, %v; want a weak entry that was never born", e, id, err)
	}
}

func TestWhereNoBirthTimeIsToldTheChangeTimeIs(t *testing.T) {
	at := time.Unix(9, 7).UTC()
	for _, c := range []struct {
		name             string
		mask             uint32
		born             int64
		created, changed time.Time
	}{
		{"a birth time", unix.STATX_BTIME, 5, time.Unix(5, 0).UTC(), time.Time{}},
		{"none", 0, 0, time.Time{}, at},
		{"one that was not asked for", 0, 5, time.Time{}, at},
		{"one that is always zero", unix.STATX_BTIME, 0, time.Time{}, at},
	} {
		s := unix.Statx_t{
			Mask: unix.STATX_BASIC_STATS | c.mask, Ino: 7, Mtime: unix.StatxTimestamp{Sec: 3},
			Btime: unix.StatxTimestamp{Sec: c.born}, Ctime: unix.StatxTimestamp{Sec: 9, Nsec: 7},
		}
		if e := entry("/a", &s); !e.Created.Equal(c.created) || !e.Changed.Equal(c.changed) {
			t.Errorf("%s: got %+v, want it created %v and changed %v", c.name, e, c.created, c.changed)
		}
	}
}

// ramfs keeps no birth times.
func TestOnADiskWithoutBirthTimesAnOldDateIsNoOldFile(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDiskBox(t, "ramfs")
	before := time.Now().Add(-time.Minute)
	b.write("a.png", "one")
	must(t, os.Chtimes(b.path("a.png"), noon, noon))
	e, err := b.d.Stat(t.Context(), providers.Ref(b.path("a.png")))
	if err != nil || !e.Modified.Equal(noon) || !e.Created.IsZero() || !e.Changed.After(before) {
		t.Errorf("got %+v, %v; want it modified at noon, and changed just now", e, err)
	}
}

func TestOpenRefusesWhatIsNoFolderToSweep(t *testing.T) {
	clock := func() time.Time { return noon }
	for name, o := range map[string]Options{
		"no root":      {},
		"empty root":   {Roots: []string{""}},
		"no clock":     {Roots: []string{t.TempDir()}, TrashHome: "/x/Trash"},
		"relative bin": {Roots: []string{t.TempDir()}, TrashHome: "Trash", Now: clock},
	} {
		if d, err := Open(o); err == nil {
			t.Errorf("%s: was opened as %v", name, d.Roots())
		}
	}
}
