//go:build linux

package local

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/xdgtrash"
)

// subvolume makes an empty one, with the folders above it.
func subvolume(t *testing.T, path string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	run(t, "btrfs", "subvolume", "create", path)
}

// snapshot makes a writable copy of a subvolume.
func snapshot(t *testing.T, from, to string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(to), 0o700))
	run(t, "btrfs", "subvolume", "snapshot", from, to)
}

// newSubvolumeBox is a box in the folder top of a btrfs, of which the root alone is a
// subvolume: its files cannot go to the home trash beside it.
func newSubvolumeBox(t *testing.T, top string) *box {
	t.Helper()
	b := &box{T: t, top: top, root: filepath.Join(top, "root")}
	subvolume(t, b.root)
	b.trash = b.path(ownBin())
	b.d = b.open(b.home)
	return b
}

func (b *box) home(o *Options) { o.TrashHome = filepath.Join(b.top, "data/Trash") }

// newDividedBox returns a box whose root is the top of a btrfs that also contains the
// home trash, and in which tests make subvolumes.
func newDividedBox(t *testing.T, change ...func(*Options)) *box {
	t.Helper()
	b := &box{T: t, top: t.TempDir()}
	b.root = filepath.Join(b.top, "disk")
	mounted(t, "btrfs", b.root)
	b.trash = b.path(ownBin())
	b.d = b.open(append(change, b.home)...)
	return b
}

// A file goes to the top of the subvolume that contains it, whichever folder of the
// disk the root is. The trash there is listed like one on top of a mount.
func TestAFileGoesToTheBinOfTheSubvolumeThatItLiesIn(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDividedBox(t)
	for _, name := range []string{"one", "one/two", "folder/three"} {
		subvolume(t, b.path(name))
	}
	in := map[string]string{ // files, and where their bins are
		"a.png": "", "folder/b.png": "", "one/c.png": "one", "one/folder/d.png": "one", "one/two/e.png": "one/two",
		"folder/three/x/y/f.png": "folder/three",
	}
	for root, files := range map[string][]string{
		"":                 slices.Collect(maps.Keys(in)),
		"one":              {"one/c.png", "one/folder/d.png", "one/two/e.png"},
		"one/folder":       {"one/folder/d.png"},
		"folder":           {"folder/b.png", "folder/three/x/y/f.png"},
		"folder/three/x/y": {"folder/three/x/y/f.png"},
	} {
		must(t, os.MkdirAll(b.path(root), 0o700))
		b.d = b.open(b.home, func(o *Options) { o.Roots = []string{b.path(root)} })
		for _, file := range files {
			bin := b.path(in[file] + "/.Trash-0")
			e := b.write(file, file)
			r := b.put(e)
			rel, _ := disk.Below(filepath.Dir(bin), e.Path)
			b.holds(bin+"/info/"+binned(filepath.Base(file), key)+infoEnding, string(xdgtrash.FormatInfo(rel, noon)))
			b.holds(bin+"/files/"+binned(filepath.Base(file), key), file)
			// else a folder that is empty could be another
			write(t, filepath.Join(filepath.Dir(e.Path), "other.png"), "")
			b.settles(e, nil)
			found, unlisted := b.inBins(b.d)
			if len(found) != 1 || found[e.Path].Receipt != r || len(unlisted) > 0 {
				t.Errorf("root %q: listed %+v, and not %q; want %q of %q", root, found, unlisted, r, file)
			}
			if gone, err := b.d.Gone(t.Context(), r); gone || err != nil {
				t.Errorf("root %q, %q: gone: %v, %v", root, file, gone, err)
			}
			fresh := b.open(b.home, func(o *Options) { o.Roots = []string{b.path(root)} })
			back, err := fresh.Restore(t.Context(), r)
			if err != nil || back.Path != e.Path {
				t.Errorf("root %q: restore %q: %+v, %v", root, file, back, err)
				continue
			}
			b.settles(e, fs.ErrNotExist)
			must(t, fresh.Purge(t.Context(), b.put(back)))
			b.missing(e.Path)
			b.missing(bin + "/files/" + binned(filepath.Base(file), key))
			if found, _ := b.inBins(b.d); len(found) != 0 {
				t.Errorf("root %q: purged, and listed %+v", root, found)
			}
		}
	}
}

// The bins of subvolumes are listed if a listing of the root enters them, and no others: bins that are left out by
// name, by pattern or by marker must not be purged.
func TestBinsOfSubvolumesAreListedWhereTheRootIs(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDividedBox(t, func(o *Options) { o.Exclude = []string{"excluded"} })
	bin := func(sub string) string { return b.path(sub + "/.Trash-0") }
	place := func(sub string) {
		subvolume(t, b.path(sub))
		write(t, bin(sub)+"/files/a.png", sub)
		write(t, bin(sub)+"/info/a.png.trashinfo", string(xdgtrash.FormatInfo("was.png", noon)))
	}
	seen := []string{"in", "in/deep", "beside"}
	for _, sub := range append(seen, "excluded/sub", "marked/sub", "self", ".snapshots/1", ".git/sub") {
		place(sub)
	}
	write(t, b.path("marked/.nosweep"), "")
	write(t, b.path("self/.nosweep"), "")
	snapshot(t, b.path("in"), b.path("copy"))
	subvolume(t, b.path("copy/new"))
	write(t, bin("copy/new")+"/files/a.png", "in a new one that is below a copy")
	write(t, bin("copy/new")+"/info/a.png.trashinfo", string(xdgtrash.FormatInfo("was.png", noon)))
	found, unlisted := b.inBins(b.d)
	want := []string{
		b.path("beside/was.png"), b.path("copy/new/was.png"), b.path("in/deep/was.png"), b.path("in/was.png"),
	}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) || len(unlisted) > 0 {
		t.Errorf("listed %q, and not %q; want %q", got, unlisted, want)
	}
	// The policy names none of the disk's other folders.
	b.d = b.open(b.home, func(o *Options) { o.Roots = []string{b.path("in/deep")} })
	if found, _ := b.inBins(b.d); len(found) != 1 || found[b.path("in/deep/was.png")].Receipt == "" {
		t.Errorf("listed %+v, want in/deep/was.png alone", found)
	}
	// A root that crosses mounts has the subvolumes on them, one that does not has not.
	for _, cross := range []bool{true, false} {
		around := func(o *Options) { o.Roots, o.CrossMounts = []string{b.top}, cross }
		b.d = b.open(b.home, around)
		if found, _ := b.inBins(b.d); (found[b.path("in/deep/was.png")].Receipt != "") != cross {
			t.Errorf("across mounts %v: listed %+v", cross, found)
		}
	}
}

// The kernel reports more than 255 subvolumes in more than one answer.
func TestManySubvolumesAreAllFound(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDividedBox(t)
	const many = 300
	for i := range many {
		subvolume(t, b.path(fmt.Sprintf("folder %d/sub", i%7)+fmt.Sprint(i)))
	}
	must(t, b.d.roots[0].Check())
	n := 0
	for top, err := range b.d.subvolumes(t.Context(), b.d.roots[0]) {
		must(t, err)
		top.Close()
		n++
	}
	if n != many {
		t.Errorf("found %d, want %d", n, many)
	}
}

// Any user may make a subvolume so deep that the kernel does not return its path. The listing reports it, and still
// finds the bins of the others.
func TestASubvolumeThatIsTooDeepHidesNoOther(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDividedBox(t)
	place := func(sub string) {
		subvolume(t, b.path(sub))
		write(t, b.path(sub+"/.Trash-0/files/a.png"), sub)
		write(t, b.path(sub+"/.Trash-0/info/a.png.trashinfo"), string(xdgtrash.FormatInfo("was.png", noon)))
	}
	place("before")
	t.Chdir(b.root)
	for range 17 {
		name := strings.Repeat("d", 250)
		must(t, os.Mkdir(name, 0o700))
		must(t, os.Chdir(name)) // the whole path is too long for one call
	}
	run(t, "btrfs", "subvolume", "create", "deep")
	place("after")
	place("before/below")
	found, unlisted := b.inBins(b.d)
	want := []string{b.path("after/was.png"), b.path("before/below/was.png"), b.path("before/was.png")}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) || !slices.Equal(unlisted, []string{b.root}) {
		t.Errorf("listed %q, and not %q; want %q, and not %q", got, unlisted, want, b.root)
	}
}

// No system call takes the whole path of such a subvolume, so the path is opened in pieces, also for a restore and a
// purge.
func TestAFileComesBackToASubvolumeThatIsTooDeep(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDividedBox(t)
	rel := strings.Repeat(strings.Repeat("d", 250)+"/", 17) + "deep"
	t.Chdir(b.root)
	for name := range strings.SplitSeq(filepath.Dir(rel), "/") {
		must(t, os.Mkdir(name, 0o700))
		must(t, os.Chdir(name))
	}
	run(t, "btrfs", "subvolume", "create", "deep")
	write(t, "deep/folder/a.png", "bytes")
	r := b.put(b.entry(rel + "/folder/a.png"))
	b.holds("deep/.Trash-0/files/a."+key+".png", "bytes")
	if gone, err := b.d.Gone(t.Context(), r); gone || err != nil {
		t.Errorf("gone: %v, %v", gone, err)
	}
	if _, err := b.d.Restore(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	b.holds("deep/folder/a.png", "bytes")
	must(t, b.d.Purge(t.Context(), b.put(b.entry(rel+"/folder/a.png"))))
	b.missing("deep/.Trash-0/files/a." + key + ".png")
}

// A snapshot is a user's backup, whether it is writable or not: nothing goes from it, nothing is made in it, and its
// copy of a bin is no bin.
func TestNothingInASnapshotIsTouched(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	for name, change := range map[string]func(b *box, path string){
		"writable": func(*box, string) {},
		"read-only": func(b *box, path string) {
			run(b.T, "btrfs", "property", "set", path, "ro", "true")
		},
	} {
		for _, withBin := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, with a bin %v", name, withBin), func(t *testing.T) {
				b := newDividedBox(t)
				subvolume(t, b.path("sub"))
				b.write("sub/folder/a.png", "bytes")
				var r providers.Receipt
				if withBin {
					old := b.write("sub/folder/old.png", "old")
					var err error
					r, err = b.d.Trash(t.Context(), secondKey, old.Ref, old.Revision)
					must(t, err)
				}
				snapshot(t, b.path("sub"), b.path("copy"))
				change(b, b.path("copy"))
				before := fmt.Sprint(every(t, b.top))
				e := b.entry("copy/folder/a.png")
				b.refuses(e, disk.ErrSnapshot)
				b.settles(e, fs.ErrNotExist) // it is in its place
				b.trash = b.path("copy/.Trash-0")
				b.holds(e.Path, "bytes")
				b.root = b.path("copy")
				b.d = b.open(b.home)
				agrees(b)
				b.refuses(e, disk.ErrSnapshot)
				if after := fmt.Sprint(every(t, b.top)); after != before {
					t.Errorf("there was %s, and is %s", before, after)
				}
				if !withBin {
					return
				}
				p, id, err := xdgtrash.ParseReceipt(string(r))
				must(t, err)
				s, err := disk.StatName(unix.AT_FDCWD, filepath.Join(b.trash, "files", p.Name))
				must(t, err)
				for _, disk := range []string{p.Disk, ""} {
					forged := forged(b.trash, disk, p.Name, b.path("folder/old.png"), id)
					for doing, err := range b.returns(forged) {
						if err == nil || errors.Is(err, fs.ErrNotExist) {
							t.Errorf("%s from a snapshot's bin: got %v, want a refusal", doing, err)
						}
					}
				}
				if now, err := disk.StatName(unix.AT_FDCWD, filepath.Join(b.trash, "files", p.Name)); err != nil ||
					disk.Identify(&now) != disk.Identify(&s) {
					t.Errorf("the snapshot's copy has changed: %v", err)
				}
				b.d = b.open(b.home, func(o *Options) { o.Roots = []string{filepath.Dir(b.root)} })
				found, _ := b.inBins(b.d)
				if len(found) != 1 || found[filepath.Join(b.top, "disk/sub/folder/old.png")].Receipt != r {
					t.Errorf("listed %+v, want the one that was moved", found)
				}
			})
		}
	}
}

// A subvolume that is read-only, or was received, is on its way to be a backup.
func TestNothingGoesFromAReceivedSubvolume(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDividedBox(t)
	subvolume(t, b.path("sub"))
	b.write("sub/a.png", "bytes")
	run(t, "btrfs", "property", "set", b.path("sub"), "ro", "true")
	b.refuses(b.entry("sub/a.png"), disk.ErrSnapshot)
	must(t, os.Mkdir(b.path("to"), 0o700))
	run(t, "sh", "-c", `btrfs send -q "$0" | btrfs receive -q "$1"`, b.path("sub"), b.path("to"))
	b.refuses(b.entry("to/sub/a.png"), disk.ErrSnapshot)
	b.holds(b.path("to/sub/a.png"), "bytes")
	run(t, "btrfs", "property", "set", "-f", b.path("to/sub"), "ro", "false")
	run(t, "btrfs", "property", "set", b.path("sub"), "ro", "false")
	b.put(b.entry("sub/a.png"))
}

// A subvolume may be replaced between the plan and the move, or between the steps of
// the move. The file is then not moved, or moved within the new one.
func TestASubvolumeThatIsReplacedLosesNothing(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	exchange := func(b *box) {
		must(b.T, os.Rename(b.path("sub"), b.path("away")))
		snapshot(b.T, b.path("away"), b.path("sub"))
	}
	for _, point := range []string{
		"", xdgtrash.AtPinned, xdgtrash.AtWritten, xdgtrash.AtMoved, xdgtrash.AtCompared,
		xdgtrash.AtSynced,
	} {
		t.Run(point, func(t *testing.T) {
			b := newDividedBox(t)
			subvolume(t, b.path("sub"))
			e := b.write("sub/a.png", "bytes")
			if point == "" {
				exchange(b)
				b.refuses(e, disk.ErrSnapshot) // the same inode number, times and bytes
				b.holds(b.path("away/a.png"), "bytes")
				b.holds(e.Path, "bytes")
				return
			}
			b.interfere(point, func() { exchange(b) })
			r, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision)
			if err != nil {
				b.holds(b.path("away/a.png"), "bytes")
				return
			}
			b.holds(b.path("away/.Trash-0/files/a."+key+".png"), "bytes")
			b.holds(b.path("away/.Trash-0/info/a."+key+".png.trashinfo"), string(xdgtrash.FormatInfo("a.png", noon)))
			for doing, err := range b.returns(r) { // the copy's bin is another's
				if err == nil || errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: got %v, want a refusal", doing, err)
				}
			}
			run(t, "btrfs", "subvolume", "delete", b.path("sub"))
			must(t, os.Rename(b.path("away"), b.path("sub")))
			if back, err := b.d.Restore(t.Context(), r); err != nil || back.Path != e.Path {
				t.Errorf("restore: %+v, %v", back, err)
			}
		})
	}
}

// A subvolume that is missing, or replaced by another, is an error and not an empty
// trash. The test checks too that a move into it is not reported as undone.
func TestASubvolumeThatIsNotThereIsNoEmptyBin(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDividedBox(t)
	subvolume(t, b.path("sub"))
	e := b.write("sub/folder/a.png", "bytes")
	r := b.put(e)
	away := func(state string, uncertain bool) {
		t.Helper()
		for doing, err := range b.returns(r) {
			if !errors.Is(err, xdgtrash.ErrAway) || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s, %s: got %v, want %v", state, doing, err, xdgtrash.ErrAway)
			}
		}
		if gone, err := b.d.Gone(t.Context(), r); gone || err == nil {
			t.Errorf("%s: gone: %v, %v", state, gone, err)
		}
		if uncertain {
			b.settles(e, providers.ErrUncertain)
		}
	}
	must(t, os.Rename(b.path("sub"), b.path("away")))
	away("moved", true)
	must(t, os.MkdirAll(b.path("sub/folder"), 0o700))
	away("a folder", true)
	write(t, b.path("sub/.Trash-0/files/a."+key+".png"), "bytes")
	away("a folder with a bin", true)
	must(t, os.RemoveAll(b.path("sub")))
	subvolume(t, b.path("sub"))
	away("another subvolume", true)
	must(t, os.MkdirAll(b.path("sub/.Trash-0/files"), 0o700))
	must(t, os.Mkdir(b.path("sub/.Trash-0/info"), 0o700))
	away("another subvolume with a bin", true)
	run(t, "btrfs", "subvolume", "delete", b.path("sub"))
	must(t, os.Rename(b.path("away"), b.path("sub")))
	b.settles(e, nil)
	if back, err := b.d.Restore(t.Context(), r); err != nil || back.Path != e.Path {
		t.Errorf("it is back: %+v, %v", back, err)
	}
}

// Receipts lead to bins on top of subvolumes near the roots, and nowhere else.
func TestReceiptsLeadToNoOtherFolderOfADividedDisk(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDividedBox(t)
	for _, name := range []string{"sub", "sub/nested", "beside", "beside/nested"} {
		subvolume(t, b.path(name))
	}
	b.root = b.path("sub/nested")
	must(t, os.Mkdir(b.path("folder"), 0o700))
	b.d = b.open(b.home)
	whole := filepath.Dir(filepath.Dir(b.root))
	must(t, os.Symlink(filepath.Join(whole, "sub"), filepath.Join(whole, "link")))
	for bin, want := range map[string]bool{
		"sub/nested/.Trash-0": true, "sub/.Trash-0": true, ".Trash-0": true, // on the way to the root
		"beside/.Trash-0": false, "beside/nested/.Trash-0": false, "sub/nested/folder/.Trash-0": false,
		"sub/.Trash-1": false, "sub/Trash": false, "link/.Trash-0": false, "sub/.Trash-0/files/.Trash-0": false,
	} {
		dir := filepath.Join(whole, bin)
		write(t, dir+"/files/v.png", "victim")
		write(t, dir+"/info/v.png.trashinfo", string(xdgtrash.FormatInfo("v.png", noon)))
		s, err := disk.StatName(unix.AT_FDCWD, dir+"/files/v.png")
		must(t, err)
		rc, err := b.d.ReadTrashed(t.Context(), forged(dir, "", "v.png", b.path("v.png"), disk.Identify(&s)), 0, 1)
		if err == nil {
			must(t, rc.Close())
		}
		if (err == nil) != want || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v; want it to be read: %v", bin, err, want)
		}
	}
}

// A bin that is itself a subvolume, or is in another, takes no file.
func TestABinInAnotherSubvolumeIsRefused(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	for _, name := range []string{".Trash-0", ".Trash-0/files"} {
		b := newDividedBox(t)
		subvolume(t, b.path("sub"))
		subvolume(t, b.path("sub/"+name))
		e := b.write("sub/a.png", "bytes")
		b.refuses(e, disk.ErrOtherVolume)
		b.holds(e.Path, "bytes")
		b.settles(e, fs.ErrNotExist)
		b.root = b.path("sub")
		b.d = b.open(b.home)
		agrees(b)
	}
}

// divisions is the harness of the suite for a root that is a subvolume.
type divisions struct{ *box }

func (h divisions) Open(t *testing.T) providers.Driver {
	t.Helper()
	d, err := Open(Options{Roots: []string{h.root}, TrashHome: filepath.Join(h.top, "data/Trash"), Now: time.Now})
	must(t, err)
	return d
}

func (h divisions) Path(name string) string { return h.path(name) }

func (h divisions) Write(t *testing.T, name string, content []byte) {
	t.Helper()
	write(t, h.path(name), string(content))
}

func (h divisions) Remove(t *testing.T, name string) {
	t.Helper()
	must(t, os.Remove(h.path(name)))
}

// Discard does what a file manager does, by the Trash specification.
func (h divisions) Discard(t *testing.T, name string) {
	t.Helper()
	write(t, filepath.Join(h.trash, "info", name+infoEnding), string(xdgtrash.FormatInfo(name, noon)))
	must(t, os.MkdirAll(filepath.Join(h.trash, "files"), 0o700))
	must(t, os.Rename(h.path(name), filepath.Join(h.trash, "files", name)))
}

func TestLocalKeepsEveryPromiseInASubvolume(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	whole := filepath.Join(t.TempDir(), "disk")
	mounted(t, "btrfs", whole)
	n := 0
	providertest.Run(t, func(t *testing.T) providertest.Harness {
		n++
		return divisions{newSubvolumeBox(t, filepath.Join(whole, fmt.Sprint(n)))}
	})
}
