//go:build linux

package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

// inBin is the path of a.png in the bin.
func (b *box) inBin() string { return filepath.Join(b.trash, "files", "a."+key+".png") }

func TestRestoreMakesMissingFoldersForTheOwnerAlone(t *testing.T) {
	b := newBox(t)
	e := b.write("one/two/three/a.png", "bytes")
	r := b.put(e)
	must(t, os.RemoveAll(b.path("one")))
	if got, err := b.d.Restore(t.Context(), r); err != nil || got.Path != e.Path {
		t.Fatalf("got %+v, %v", got, err)
	}
	b.holds(e.Path, "bytes")
	if s, err := os.Stat(b.path("one/two")); err != nil || s.Mode().Perm() != 0o700 {
		t.Errorf("got %v, %v; want a folder of mode 0700", s, err)
	}
}

func TestRestoreFollowsNoLinkOnItsWay(t *testing.T) {
	b := newBox(t)
	r := b.put(b.write("sub/a.png", "bytes"))
	must(t, os.Remove(b.path("sub")))
	must(t, os.Symlink(b.top, b.path("sub")))
	if got, err := b.d.Restore(t.Context(), r); !errors.Is(err, providers.ErrOutside) {
		t.Errorf("got %+v, %v; want ErrOutside", got, err)
	}
	b.missing(b.top + "/a.png")
	b.binHas(1, 1)
}

func TestRestoreNeverReplacesWhateverHasTheName(t *testing.T) {
	for name, take := range map[string]func(path string) error{
		"file":   func(path string) error { return os.WriteFile(path, []byte("other"), 0o600) },
		"link":   func(path string) error { return os.Symlink("nowhere", path) },
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		b := newBox(t)
		e := b.write("a.png", "bytes")
		r := b.put(e)
		must(t, take(e.Path))
		if got, err := b.d.Restore(t.Context(), r); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: got %+v, %v; want fs.ErrExist", name, got, err)
		}
		b.binHas(1, 1)
		b.holds(b.inBin(), "bytes")
	}
}

func TestABinFileThatIsNotWhatWasPutThereIsNeitherRestoredNorPurged(t *testing.T) {
	for name, change := range map[string]func(b *box){
		"another file": func(b *box) {
			write(b.T, b.top+"/new", "other")
			must(b.T, os.Rename(b.top+"/new", b.inBin()))
		},
		"written to": func(b *box) { write(b.T, b.inBin(), "longer") },
		"a link": func(b *box) {
			must(b.T, os.Remove(b.inBin()))
			must(b.T, os.Symlink(b.path("victim.png"), b.inBin()))
		},
		"a folder": func(b *box) {
			must(b.T, os.Remove(b.inBin()))
			must(b.T, os.Mkdir(b.inBin(), 0o700))
		},
	} {
		b := newBox(t)
		b.write("victim.png", "victim")
		r := b.put(b.write("a.png", "bytes"))
		change(b)
		if got, err := b.d.Restore(t.Context(), r); !errors.Is(err, providers.ErrChanged) {
			t.Errorf("%s: restore: got %+v, %v; want ErrChanged", name, got, err)
		}
		if err := b.d.Purge(t.Context(), r); !errors.Is(err, providers.ErrChanged) {
			t.Errorf("%s: purge: got %v, want ErrChanged", name, err)
		}
		b.binHas(1, 1)
		b.holds(b.path("victim.png"), "victim")
	}
}

// To bring a file back destroys nothing, so that the key in its name in the bin,
// its .trashinfo and its size suffice; a purge stays strict.
func TestAFileIsRestoredThoughItsEntryWasTouchedOrCopied(t *testing.T) {
	for name, change := range map[string]func(b *box){
		"touched": func(b *box) { must(b.T, os.Chtimes(b.inBin(), noon, noon)) },
		"copied": func(b *box) {
			s, err := os.Stat(b.inBin())
			must(b.T, err)
			write(b.T, b.top+"/copy", "bytes")
			must(b.T, os.Chtimes(b.top+"/copy", s.ModTime(), s.ModTime()))
			must(b.T, os.Rename(b.top+"/copy", b.inBin()))
		},
	} {
		b := newBox(t)
		e := b.write("a.png", "bytes")
		r := b.put(e)
		change(b)
		if err := b.d.Purge(t.Context(), r); !errors.Is(err, providers.ErrChanged) {
			t.Errorf("%s: purge: got %v, want ErrChanged", name, err)
		}
		if back, err := b.d.Restore(t.Context(), r); err != nil || back.Path != e.Path {
			t.Errorf("%s: restore: got %+v, %v; want it back", name, back, err)
		}
		b.holds(e.Path, "bytes")
		b.binHas(0, 0)
	}
}

func TestAFileIsRestoredIntoAFolderThatWasMovedAndLinkedBack(t *testing.T) {
	b := newBox(t)
	r := b.put(b.write("a.png", "bytes"))
	moved := b.top + "/moved"
	must(t, os.Rename(b.root, moved))
	must(t, os.Symlink(moved, b.root))
	b.d = b.open()
	if back, err := b.d.Restore(t.Context(), r); err != nil || back.Path != moved+"/a.png" {
		t.Errorf("got %+v, %v; want it back in the folder that the link leads to", back, err)
	}
	b.holds(moved+"/a.png", "bytes")
	b.binHas(0, 0)
}

func TestARestoreThatCannotBeSaysWhereTheFileLies(t *testing.T) {
	b := newBox(t)
	r := b.put(b.write("a.png", "bytes"))
	home := b.top + "/renamed"
	must(t, os.Rename(filepath.Dir(b.trash), home))
	b.trash = home + "/Trash"
	b.d = b.open(func(o *Options) { o.Roots = []string{home} })
	_, err := b.d.Restore(t.Context(), r)
	if want := "the file lies at " + strconv.Quote(b.inBin()); !errors.Is(err, providers.ErrOutside) ||
		!strings.Contains(err.Error(), want) {
		t.Errorf("the home was renamed: got %v, want %q", err, want)
	}
	b.d = b.open() // a root that the file was in, and a bin that moved
	if back, err := b.d.Restore(t.Context(), r); err != nil || back.Path != b.path("a.png") {
		t.Errorf("the bin was moved: got %+v, %v; want the file back", back, err)
	}
}

// Storage shows the path of an error once: it takes what is in the error of that path.
func TestARestoreToATakenPlaceSaysWhereTheFileLies(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	r := b.put(e)
	b.write("a.png", "other")
	_, err := b.d.Restore(t.Context(), r)
	want := "; the file lies at " + strconv.Quote(b.inBin()) + ": to bring it back by hand, move it from there"
	if named, ok := err.(*fs.PathError); !ok || named.Path != e.Path || !errors.Is(named.Err, fs.ErrExist) ||
		!strings.HasSuffix(named.Err.Error(), want) {
		t.Errorf("got %T %v, want an error of the path that ends in %q", err, err, want)
	}
}

func TestAFileSwappedWhileItIsRestoredGoesBackToTheBin(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	r := b.put(e)
	b.interfere(xdgtrash.AtMoved, func() {
		write(t, b.top+"/new", "other")
		must(t, os.Rename(b.top+"/new", e.Path))
	})
	if got, err := b.d.Restore(t.Context(), r); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("got %+v, %v; want ErrChanged", got, err)
	}
	b.missing(e.Path)
	b.holds(b.inBin(), "other")
}

func TestARestoreThatWasDoneSaysSoThoughTheContextEnded(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	r := b.put(e)
	ctx, cancel := context.WithCancel(t.Context())
	b.interfere(xdgtrash.AtSynced, cancel)
	back, err := b.d.Restore(ctx, r)
	if err != nil || back.Path != e.Path {
		t.Errorf("got %+v, %v; want the file that is back", back, err)
	}
	if now, err := b.d.Stat(t.Context(), e.Ref); err != nil || now != back {
		t.Errorf("restore gave %+v; stat gives %+v, %v", back, now, err)
	}
}

func TestAnInterruptedRestoreOrPurgeIsFinishedByTheNext(t *testing.T) {
	stop := errors.New("stop")
	for _, purge := range []bool{false, true} {
		b := newBox(t)
		e := b.write("a.png", "bytes")
		r := b.put(e)
		again := func() error {
			if purge {
				return b.d.Purge(t.Context(), r)
			}
			_, err := b.d.Restore(t.Context(), r)
			return err
		}
		info := b.trash + "/info/a." + key + ".png" + infoEnding
		content, err := os.ReadFile(info)
		must(t, err)
		b.d.step = func(point string) error {
			if point == xdgtrash.AtSynced || purge && point == xdgtrash.AtMoved {
				return stop
			}
			return nil
		}
		if err := again(); !errors.Is(err, providers.ErrUncertain) {
			t.Errorf("purge %v: got %v, want ErrUncertain", purge, err)
		}
		b.d.step = nil
		write(t, info, string(content)) // as if the last step had not been reached
		if err := again(); errors.Is(err, fs.ErrNotExist) != purge || !purge && err != nil {
			t.Errorf("purge %v: again: %v", purge, err)
		}
		b.binHas(0, 0)
	}
}

// A killed purge leaves a .trashinfo, but a copy in the old place, which has another inode number, is not taken for the
// purged file.
func TestACopyInThePlaceIsNotTheFileThatWasPurged(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	r := b.put(e)
	must(t, os.Remove(b.inBin()))
	write(t, e.Path, "other")
	must(t, os.Chtimes(e.Path, e.Modified, e.Modified))
	if back, err := b.d.Restore(t.Context(), r); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("restore: %+v, %v", back, err)
	}
	b.holds(e.Path, "other")
	b.binHas(0, 1)
}

func TestOthersFilesInTheBinAreListedRestoredAndPurged(t *testing.T) {
	b := newBox(t)
	b.put(b.write("first.png", "makes the bin"))
	byHand := func(name, path string) {
		write(t, b.trash+"/files/"+name, name)
		write(t, b.trash+"/info/"+name+infoEnding,
			"[Trash Info]\r\nPath="+(&url.URL{Path: path}).EscapedPath()+"\r\nDeletionDate=2026-01-02T03:04:05\r\n")
	}
	byHand("a.2.png", b.path("hand/a.png"))
	byHand("b.png", b.path("b.png"))
	byHand("c.png", "/somewhere/else/c.png")
	write(t, b.trash+"/files/orphan.png", "orphan")
	write(t, b.trash+"/info/dangling.png.trashinfo", string(xdgtrash.FormatInfo(b.path("d.png"), noon)))
	write(t, b.trash+"/info/garbage.png.trashinfo", "garbage")
	write(t, b.trash+"/files/garbage.png", "garbage")
	must(t, os.Mkdir(b.trash+"/files/folder", 0o700))
	write(t, b.trash+"/info/folder.trashinfo", string(xdgtrash.FormatInfo(b.path("folder"), noon)))
	must(t, os.Symlink(b.path("x"), b.trash+"/files/link"))
	write(t, b.trash+"/info/link.trashinfo", string(xdgtrash.FormatInfo(b.path("link"), noon)))
	must(t, unix.Mkfifo(b.trash+"/info/pipe.trashinfo", 0o600))

	before, found := time.Now().Add(-time.Minute), map[string]providers.Trashed{}
	for e, err := range b.d.Trashed(t.Context()) {
		must(t, err)
		found[e.Path] = e
		if e.Left.IsZero() != (e.Receipt != "") ||
			e.Since.Before(before) && e.Path != b.path("d.png") && e.Path != "pipe" {
			t.Errorf("got %+v: a receipt for what is left alone, or no time", e)
		}
	}
	for path, left := range map[string]string{
		b.path("first.png"): "", b.path("hand/a.png"): "", b.path("b.png"): "", "/somewhere/else/c.png": "",
		"orphan.png":     "an orphan: nothing says where it was",
		b.path("d.png"):  "its file is gone, and only its .trashinfo is left",
		b.path("folder"): "a folder", b.path("link"): "a symbolic link",
		"garbage.png": "its .trashinfo says nothing that is understood: not a .trashinfo",
		"pipe":        "its .trashinfo cannot be read: not a .trashinfo",
	} {
		if e, ok := found[path]; !ok || e.Left.String() != left || len(found) != 10 {
			t.Fatalf("%q: got %+v of %d, want it left for %q", path, e, len(found), left)
		}
	}
	if got, want := found[b.path("b.png")].Deleted, time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local); !got.Equal(want) {
		t.Errorf("deleted %v, want %v", got, want)
	}
	if _, err := b.d.Restore(t.Context(), found[b.path("hand/a.png")].Receipt); err != nil {
		t.Errorf("restore: %v", err)
	}
	b.holds(b.path("hand/a.png"), "a.2.png")
	if _, err := b.d.Restore(
		t.Context(), found["/somewhere/else/c.png"].Receipt,
	); !errors.Is(err, providers.ErrOutside) {
		t.Errorf("restore outside the roots: got %v, want ErrOutside", err)
	}
	if err := b.d.Purge(t.Context(), found[b.path("b.png")].Receipt); err != nil {
		t.Errorf("purge: %v", err)
	}
	b.missing(b.trash + "/files/b.png")
	b.holds(b.trash+"/files/orphan.png", "orphan")
	write(t, b.trash+"/info/b.png.trashinfo", "another program's, about to move its file")
	if err := b.d.Purge(t.Context(), found[b.path("b.png")].Receipt); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("purge again: got %v, want fs.ErrNotExist", err)
	}
	b.holds(b.trash+"/info/b.png.trashinfo", "another program's, about to move its file")
}

func TestAMissingBinIsEmptyButAMissingDiskIsNot(t *testing.T) {
	b := newBox(t)
	r := b.put(b.write("a.png", "bytes"))
	must(t, os.RemoveAll(b.trash))
	if err := b.d.Purge(t.Context(), r); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("purge without a bin: got %v, want fs.ErrNotExist", err)
	}
	if _, err := b.d.Restore(t.Context(), r); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("restore without a bin: got %v, want fs.ErrNotExist", err)
	}
	must(t, os.Remove(filepath.Dir(b.trash)))
	if err := b.d.Purge(t.Context(), r); !errors.Is(err, xdgtrash.ErrAway) {
		t.Errorf("purge without the bin's folder: got %v, want %v", err, xdgtrash.ErrAway)
	}
	if _, err := b.d.Restore(t.Context(), r); !errors.Is(err, xdgtrash.ErrAway) {
		t.Errorf("restore without the bin's folder: got %v, want %v", err, xdgtrash.ErrAway)
	}
}

func TestForgedReceiptsReachNothing(t *testing.T) {
	b := newBox(t)
	good := string(b.put(b.write("a.png", "bytes")))
	write(t, b.top+"/data/victim", "victim")
	victim, err := disk.StatName(unix.AT_FDCWD, b.top+"/data/victim")
	must(t, err)
	for _, forged := range []string{
		"", "x", "null", "{}", "[]", good[1:], strings.Replace(good, `.0"}`, `.1"}`, 1),
		string(xdgtrash.NewReceipt(b.trash, "", "../../victim", b.path("v.png"), disk.Identify(&victim))),
		string(xdgtrash.NewReceipt(b.trash, "", "..", b.path("v.png"), disk.Identify(&victim))),
		string(xdgtrash.NewReceipt(b.top, "", "victim", b.path("v.png"), disk.Identify(&victim))),
		fmt.Sprintf(`{"bin":%q,"name":"a%%2","path":"/x/y","id":"1.1.1.1.0"}`, b.trash),
	} {
		if got, err := b.d.Restore(t.Context(), providers.Receipt(forged)); err == nil {
			t.Errorf("restore of %q: got %+v", forged, got)
		}
		if err := b.d.Purge(t.Context(), providers.Receipt(forged)); err == nil {
			t.Errorf("purge of %q: no error", forged)
		}
	}
	for _, forged := range []string{
		strings.Replace(good, b.trash, b.top, 1), strings.Replace(good, `"id":"`, `"id":"1`, 1),
	} {
		// to restore would bring back the right file
		if err := b.d.Purge(t.Context(), providers.Receipt(forged)); err == nil {
			t.Errorf("purge of %q: no error", forged)
		}
	}
	b.holds(b.top+"/data/victim", "victim")
	b.binHas(1, 1)
}
