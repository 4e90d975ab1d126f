//go:build linux

package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

func TestWhereNoBinCanBeNothingIsChanged(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	for name, prevent := range map[string]func(b *box){
		"a planted link": func(b *box) { must(b.T, os.Symlink(b.top, b.path(".Trash-0"))) },
		"another user's": func(b *box) {
			must(b.T, os.Mkdir(b.path(".Trash-0"), 0o700))
			must(b.T, os.Chown(b.path(".Trash-0"), 65534, 65534))
		},
		"a file":          func(b *box) { write(b.T, b.path(".Trash-0"), "") },
		"a mount over it": func(b *box) { mounted(b.T, "tmpfs", b.path(".Trash-0")) },
		"read-only":       readOnly,
		"a planted files folder": func(b *box) {
			must(b.T, os.Mkdir(b.path(".Trash-0"), 0o700))
			must(b.T, os.Symlink(b.top, b.path(".Trash-0/files")))
		},
	} {
		for _, kind := range []string{"tmpfs", "subvolume"} {
			t.Run(kind+", "+name, func(t *testing.T) {
				b := newDiskBox(t, kind)
				e := b.write("sub/a.png", "bytes")
				prevent(b)
				b.refuses(e, errors.ErrUnsupported)
				b.holds(e.Path, "bytes")
				b.missing(b.top + "/home/data") // never the trash of another mount
				b.missing(b.top + "/.Trash-0")
				b.missing(b.top + "/info")
				b.missing(b.top + "/files")
				b.settles(e, fs.ErrNotExist)
			})
		}
	}
}

// npm's package trash writes absolute paths on every disk.
func TestAnAbsolutePathBelowTheMountIsUnderstoodAndAnyOtherIsNot(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDiskBox(t, "tmpfs")
	at := b.path("sub/a picture.png")
	write(t, b.path(".Trash-0/files/in.png"), "in")
	write(t, b.path(".Trash-0/info/in.png.trashinfo"), string(xdgtrash.FormatInfo(at, noon)))
	write(t, b.path(".Trash-0/files/out.png"), "out")
	write(t, b.path(".Trash-0/info/out.png.trashinfo"), string(xdgtrash.FormatInfo(b.top+"/home/out.png", noon)))
	write(t, b.path(".Trash-0/files/up.png"), "up")
	write(t, b.path(".Trash-0/info/up.png.trashinfo"), string(xdgtrash.FormatInfo(b.root+"/../home/up.png", noon)))
	found, _ := b.inBins(b.d)
	in := found[at]
	if !in.Left.IsZero() || in.Receipt == "" {
		t.Fatalf("got %+v, want it to be understood", found)
	}
	delete(found, at)
	for path, other := range found {
		if other.Left.IsZero() || other.Receipt != "" {
			t.Errorf("%s: got %+v, want it to be left alone", path, other)
		}
	}
	if len(found) != 2 {
		t.Errorf("got %d other entries, want 2", len(found))
	}
	if _, err := b.d.Restore(t.Context(), in.Receipt); err != nil {
		t.Fatal(err)
	}
	b.holds(at, "in")
}

func TestAFileBoundFromElsewhereHasNoBin(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDiskBox(t, "tmpfs", func(o *Options) { o.CrossMounts = true })
	write(t, b.top+"/home/file.png", "elsewhere")
	write(t, b.path("sub/file.png"), "covered")
	must(t, unix.Mount(b.top+"/home/file.png", b.path("sub/file.png"), "", unix.MS_BIND, ""))
	e, err := b.d.Stat(t.Context(), providers.Ref(b.path("sub/file.png")))
	must(t, err)
	if r, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision); err == nil {
		t.Errorf("moved as %q", r)
	}
	b.holds(b.top+"/home/file.png", "elsewhere")
}

func TestAMountBelowARootHasItsOwnBin(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDiskBox(t, "tmpfs", func(o *Options) { o.CrossMounts = true })
	mounted(t, "tmpfs", b.path("below"))
	e := b.write("below/a.png", "bytes")
	r := b.put(e)
	b.trash = b.path("below/.Trash-0")
	b.binHas(1, 1)
	b.settles(e, nil)
	if found, _ := b.inBins(b.d); found[e.Path].Receipt != r {
		t.Errorf("listed %+v, want %q", found, r)
	}
	must(t, unix.Unmount(b.path("below"), 0))
	b.settles(e, providers.ErrUncertain)
	for doing, err := range b.returns(r) {
		if !errors.Is(err, xdgtrash.ErrAway) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s, unmounted: got %v, want %v", doing, err, xdgtrash.ErrAway)
		}
	}
}

// returns are the errors of all that can be done with a receipt.
func (b *box) returns(r providers.Receipt) map[string]error {
	_, restore := b.d.Restore(b.Context(), r)
	rc, read := b.d.ReadTrashed(b.Context(), r, 0, 1)
	if read == nil {
		read = rc.Close()
	}
	return map[string]error{"read": read, "restore": restore, "purge": b.d.Purge(b.Context(), r)}
}

func TestADiskThatIsNotThereOrIsAnotherIsAnErrorAndNotAnEmptyBin(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDiskBox(t, "ext4")
	e := b.write("a.png", "bytes")
	r := b.put(e)
	away := func(state string) {
		t.Helper()
		for doing, err := range b.returns(r) {
			if !errors.Is(err, xdgtrash.ErrAway) || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s, %s: got %v, want %v", state, doing, err, xdgtrash.ErrAway)
			}
		}
		b.settles(e, providers.ErrUncertain)
	}
	held := b.top + "/held"
	must(t, os.Mkdir(held, 0o700))
	t.Cleanup(func() { unix.Unmount(held, unix.MNT_DETACH) })
	must(t, unix.Mount(b.root, held, "", unix.MS_MOVE, ""))
	away("unplugged")
	mounted(t, "ext4", b.root)
	away("another disk")
	roots := func(o *Options) { o.TrashHome = b.top + "/home/data/Trash" }
	b.d = b.open(roots)
	for doing, err := range b.returns(r) {
		if !errors.Is(err, xdgtrash.ErrAway) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("another disk, opened anew, %s: got %v, want %v", doing, err, xdgtrash.ErrAway)
		}
	}
	must(t, unix.Unmount(b.root, unix.MNT_DETACH)) // the driver holds it open
	must(t, unix.Mount(held, b.root, "", unix.MS_MOVE, ""))
	b.d = b.open(roots)
	b.settles(e, nil)
	if back, err := b.d.Restore(t.Context(), r); err != nil || back.Path != e.Path {
		t.Errorf("plugged in again: got %+v, %v", back, err)
	}
	must(t, unix.Rename(b.path(".Trash-0/files"), b.path(".Trash-0/old"))) // the bin is there, and gone
	if err := b.d.Purge(t.Context(), r); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("purge without the folder of the bin: got %v, want fs.ErrNotExist", err)
	}
	if gone, err := b.d.Gone(t.Context(), r); !gone || err != nil {
		t.Errorf("gone: got %v, %v; want it gone with its folder", gone, err)
	}
	old, id, err := xdgtrash.ParseReceipt(string(r))
	must(t, err)
	if gone, err := b.d.Gone(t.Context(), forged(old.Bin, "", old.Name, old.Path, id)); gone || err == nil {
		t.Errorf("gone from a disk without a name: got %v, %v; want it not known", gone, err)
	}
}

func TestReceiptsLeadToNoFolderThatIsNoBin(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDiskBox(t, "tmpfs")
	b.put(b.write("a.png", "bytes"))
	for _, bin := range []string{
		"sub/.Trash-0", ".Trash-1", ".Trash/0", ".Trash/1", "0", ".Trash-0/files/.Trash-0", ".Trash-0/files",
	} {
		write(t, b.path(bin+"/files/v.png"), "victim")
		write(t, b.path(bin+"/info/v.png.trashinfo"), string(xdgtrash.FormatInfo("v.png", noon)))
		s, err := disk.StatName(unix.AT_FDCWD, b.path(bin+"/files/v.png"))
		must(t, err)
		r := forged(b.path(bin), "", "v.png", b.path("v.png"), disk.Identify(&s))
		for doing, err := range b.returns(r) {
			if err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s from %s: got %v, want a refusal", doing, bin, err)
			}
		}
		b.holds(b.path(bin+"/files/v.png"), "victim")
	}
	fuse := b.top + "/home/fuse"
	b.mounts = func() ([]byte, error) {
		text, err := os.ReadFile("/proc/self/mountinfo")
		return []byte(strings.ReplaceAll(string(text), b.top+"/home rw,relatime - tmpfs",
			b.top+"/home rw,relatime - fuse.sshfs")), err
	}
	b.d = b.open(func(o *Options) { o.TrashHome = b.top + "/data/Trash" })
	write(t, b.top+"/home/.Trash-0/files/v.png", "victim")
	s, err := disk.StatName(unix.AT_FDCWD, b.top+"/home/.Trash-0/files/v.png")
	must(t, err)
	for doing, err := range b.returns(forged(b.top+"/home/.Trash-0", "", "v.png", b.path("v.png"), disk.Identify(&s))) {
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s from a network's bin: got %v, want a refusal", doing, err)
		}
	}
	b.missing(fuse)
}

func TestEveryBinOfTheMachineIsListedOnce(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDiskBox(t, "ext4")
	mine := b.write("mine.png", "m")
	r := b.put(mine)
	place := func(bin, name, content string) {
		write(t, bin+"/files/"+name, content)
		write(t, bin+"/info/"+name+infoEnding, string(xdgtrash.FormatInfo("was/"+name, noon)))
	}
	sticky(t, b.path(".Trash"))
	place(b.path(".Trash/0"), "both.png", "")
	other, again, covered, network := b.top+"/other", b.top+"/again", b.top+"/covered", b.top+"/network"
	for _, point := range []string{other, covered, network} {
		mounted(t, "tmpfs", point)
	}
	place(other+"/.Trash-0", "other.png", "o")
	place(covered+"/.Trash-0", "covered.png", "c")
	mounted(t, "tmpfs", covered)
	place(network+"/.Trash-0", "network.png", "n")
	must(t, os.Mkdir(again, 0o700))
	must(t, unix.Mount(b.root, again, "", unix.MS_BIND, ""))
	t.Cleanup(func() { unix.Unmount(again, unix.MNT_DETACH) })
	mounted(t, "tmpfs", network+"/below")
	place(network+"/below/.Trash-0", "below.png", "b")
	mounted(t, "tmpfs", b.top+"/bad")
	must(t, os.Symlink(other, b.top+"/bad/.Trash-0"))
	place(b.top+"/home/data/Trash", "home.png", "h") // relative to the folder that the bin is in
	b.mounts = func() ([]byte, error) {
		text, err := os.ReadFile("/proc/self/mountinfo")
		return []byte(strings.Replace(string(text), network+" rw,relatime - tmpfs", network+" rw,relatime - nfs4",
			1)), err
	}
	b.d = b.open(func(o *Options) { o.TrashHome = b.top + "/home/data/Trash" })
	found, unlisted := b.inBins(b.d)
	want := []string{b.top + "/home/data/was/home.png", other + "/was/other.png", mine.Path, b.path("was/both.png")}
	for _, path := range want {
		if e, ok := found[path]; !ok || !e.Left.IsZero() || len(found) != len(want) {
			t.Errorf("%q: got %+v of %d, want %d", path, e, len(found), len(want))
		}
	}
	if found[mine.Path].Receipt != r {
		t.Errorf("got the receipt %q, want %q", found[mine.Path].Receipt, r)
	}
	if !slices.Equal(unlisted, []string{b.top + "/bad"}) {
		t.Errorf("unlisted %q, want the disk with the planted link", unlisted)
	}
	must(t, b.d.Purge(t.Context(), found[other+"/was/other.png"].Receipt))
	b.missing(other + "/.Trash-0/files/other.png")
	if _, err := b.d.Restore(
		t.Context(), found[b.top+"/home/data/was/home.png"].Receipt,
	); !errors.Is(err, providers.ErrOutside) {
		t.Errorf("restore outside the roots: got %v, want ErrOutside", err)
	}
}

func TestPathsThatLeaveTheDiskAreLeft(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDiskBox(t, "tmpfs")
	b.put(b.write("a.png", "bytes"))
	write(t, b.top+"/home/victim.png", "victim")
	for name, path := range map[string]string{
		"up.png": "../home/victim.png", "escaped.png": "%2e%2e/home/victim.png",
		"middle.png":   "sub/../../home/victim.png",
		"absolute.png": b.top + "/home/victim.png", "half.png": "%2", "nul.png": "a%00b", "none.png": "",
	} {
		write(t, b.trash+"/files/"+name, name)
		write(t, b.trash+"/info/"+name+infoEnding, "[Trash Info]\nPath="+path+"\nDeletionDate=2026-11-23T12:00:00\n")
	}
	left := 0
	for e, err := range b.d.Trashed(t.Context()) {
		must(t, err)
		if strings.Contains(e.Path, "a.png") && e.Left.IsZero() {
			continue
		}
		if _, in := disk.Below(b.top, e.Path); in || !filepath.IsAbs(e.Path) {
			left++
			if e.Left.IsZero() || e.Receipt != "" {
				t.Errorf("got %+v, want it left alone", e)
			}
		}
	}
	if left != 7 {
		t.Errorf("got %d entries that are left, want 7", left)
	}
	b.holds(b.top+"/home/victim.png", "victim")
}
