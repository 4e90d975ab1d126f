//go:build linux

package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

// entries is what the bin lists, by paths.
func (b *box) entries() map[string]providers.Trashed {
	b.Helper()
	found := map[string]providers.Trashed{}
	for e, err := range b.d.Trashed(b.Context()) {
		must(b.T, err)
		found[e.Path] = e
	}
	return found
}

func TestTheSizeOfAFolderIsWhatTheBinSaysOfItsPresentInfo(t *testing.T) {
	b := newBox(t)
	b.put(b.write("first.png", "makes the bin"))
	at := time.Unix(1_700_000_000, 0)
	for _, name := range []string{"known", "trashed again", "unknown"} {
		write(t, b.trash+"/files/"+name+"/in.png", "in")
		info := b.trash + "/info/" + name + infoEnding
		write(t, info, string(xdgtrash.FormatInfo(b.path(name), noon)))
		must(t, os.Chtimes(info, at, at))
	}
	write(t, b.trash+"/directorysizes", "junk\n4096 1700000000 known\n4096 1600000000 trashed%20again\n")
	found := b.entries()
	for name, want := range map[string]int64{"known": 4096, "trashed again": 0, "unknown": 0} {
		if e := found[b.path(name)]; e.Left.String() != "a folder" || e.Receipt != "" || e.Size != want {
			t.Errorf("%s: got %+v, want a folder of %d bytes", name, e, want)
		}
	}
	for _, spoil := range []func() error{
		func() error { return os.WriteFile(b.trash+"/directorysizes", make([]byte, infoBytes+1), 0o600) },
		func() error { return os.Remove(b.trash + "/directorysizes") },
		func() error { return os.Symlink("/dev/zero", b.trash+"/directorysizes") },
		func() error {
			return errors.Join(os.Remove(b.trash+"/directorysizes"), unix.Mkfifo(b.trash+"/directorysizes", 0o600))
		},
	} {
		must(t, spoil())
		if e := b.entries()[b.path("known")]; e.Left.String() != "a folder" || e.Size != 0 {
			t.Errorf("got %+v, want a folder of unknown size", e)
		}
	}
}

func TestInfosThatAreNoneHarmNobody(t *testing.T) {
	b := newBox(t)
	b.put(b.write("first.png", "makes the bin"))
	write(t, b.top+"/secret.trashinfo", string(xdgtrash.FormatInfo(b.path("secret.png"), noon)))
	for name, info := range map[string]func(path string) error{
		"fifo.png":   func(path string) error { return unix.Mkfifo(path, 0o600) },
		"link.png":   func(path string) error { return os.Symlink(b.top+"/secret.trashinfo", path) },
		"folder.png": func(path string) error { return os.Mkdir(path, 0o700) },
		"long.png": func(path string) error {
			return os.WriteFile(path, xdgtrash.FormatInfo("/"+strings.Repeat("x", infoBytes), noon), 0o600)
		},
		"empty.png": func(path string) error { return os.WriteFile(path, nil, 0o600) },
	} {
		write(t, b.trash+"/files/"+name, name)
		must(t, info(b.trash+"/info/"+name+infoEnding))
	}
	orphan := strings.Repeat("o", 255)
	write(t, b.trash+"/files/"+orphan, "")
	large := "/" + strings.Repeat("x", infoBytes-100) // as much as is read
	write(t, b.trash+"/files/large.png", "")
	write(t, b.trash+"/info/large.png.trashinfo", string(xdgtrash.FormatInfo(large, noon)))
	found := b.entries()
	for _, name := range []string{"fifo.png", "link.png", "folder.png", "long.png", "empty.png", orphan} {
		if e, ok := found[name]; !ok || e.Left.IsZero() || e.Receipt != "" {
			t.Errorf("%.20s: got %+v, want it left alone", name, e)
		}
	}
	if e, ok := found[large]; !ok || !e.Left.IsZero() || len(found) != 8 {
		t.Errorf("got %v and %d entries, want the one of a megabyte, of 8", ok, len(found))
	}
}

func TestEntriesThatPointOutOfTheBinLeadNowhere(t *testing.T) {
	b := newBox(t)
	b.put(b.write("first.png", "makes the bin"))
	victims := b.top + "/victims"
	write(t, victims+"/a.png", "victim")
	before, err := disk.StatName(unix.AT_FDCWD, victims+"/a.png")
	must(t, err)
	for name, target := range map[string]string{"file.png": victims + "/a.png", "folder": victims} {
		must(t, os.Symlink(target, b.trash+"/files/"+name))
		write(t, b.trash+"/info/"+name+infoEnding, string(xdgtrash.FormatInfo(b.path(name), noon)))
		link, err := disk.StatName(unix.AT_FDCWD, b.trash+"/files/"+name)
		must(t, err)
		for what, id := range map[string]disk.Identity{
			"the link":   disk.Identify(&link),
			"its target": disk.Identify(&before),
		} {
			for doing, err := range b.returns(forged(b.trash, "", name, b.path(name), id)) {
				if !errors.Is(err, providers.ErrChanged) && !errors.Is(err, providers.ErrOutside) {
					t.Errorf("%s of %s by %s: got %v, want a refusal", doing, name, what, err)
				}
			}
		}
		if e := b.entries()[b.path(name)]; e.Left.String() != "a symbolic link" || e.Receipt != "" {
			t.Errorf("%s: got %+v, want a link that is left alone", name, e)
		}
	}
	after, err := disk.StatName(unix.AT_FDCWD, victims+"/a.png")
	if err != nil || after != before {
		t.Errorf("the victim was touched: %+v, %v", after, err)
	}
}

func TestOneEntryThatCannotBeDeletedIsAnErrorForItAlone(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	b := newDiskBox(t, "ext4")
	var receipts []providers.Receipt
	for i := range 3 {
		e := b.write(fmt.Sprintf("%d.png", i), "bytes")
		k := strings.Repeat("a", keyChars-1) + string(rune('a'+i))
		r, err := b.d.Trash(t.Context(), k, e.Ref, e.Revision)
		must(t, err)
		receipts = append(receipts, r)
		if i == 1 {
			flags(t, b.trash+"/files/1."+k+".png", unix.STATX_ATTR_IMMUTABLE)
		}
	}
	for i, r := range receipts {
		if err := b.d.Purge(t.Context(), r); (err != nil) != (i == 1) || i == 1 && !errors.Is(err, fs.ErrPermission) {
			t.Errorf("purge of %d: got %v", i, err)
		}
	}
	b.binHas(1, 1)
	must(t, unix.Mount("", b.root, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	if err := b.d.Purge(t.Context(), receipts[1]); err == nil {
		t.Error("purge on a read-only disk: no error")
	}
	b.binHas(1, 1)
}

// flags sets the inode flags of a file, as chattr(1) does.
func flags(t *testing.T, path string, set int) {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	must(t, unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, set))
}

func TestAPurgeSaysGoneOnlyWhenItHasSeenIt(t *testing.T) {
	b := newBox(t)
	r := b.put(b.write("a.png", "bytes"))
	b.interfere(xdgtrash.AtUnlinked, func() { write(t, b.inBin(), "it is back") })
	if err := b.d.Purge(t.Context(), r); !errors.Is(err, providers.ErrUncertain) {
		t.Errorf("got %v, want ErrUncertain", err)
	}
	b.holds(b.inBin(), "it is back")
	b.binHas(1, 1)
}
