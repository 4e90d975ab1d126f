//go:build linux

package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

func TestWhatReplacedAFileIsNeverTrashed(t *testing.T) {
	for _, point := range []string{"before", xdgtrash.AtPinned, xdgtrash.AtWritten} {
		for name, replace := range replacements {
			t.Run(point+"/"+name, func(t *testing.T) {
				b := newBox(t)
				e := b.write("sub/a.png", "bytes")
				if point == "before" {
					replace(b)
				} else {
					b.interfere(point, func() { replace(b) })
				}
				r, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision)
				if moved := name == "a link to its folder" || name == "a link out of the root"; moved &&
					point != "before" && err == nil {
					return // the folder that was examined went elsewhere, and the right file was taken from it
				}
				leased := strings.HasPrefix(name, "rewritten") && errors.Is(err, providers.ErrBusy)
				if r != "" || !refusal(err) && !leased {
					t.Errorf("got %q, %v; want a refusal", r, err)
				}
				b.binHas(0, 0)
				if leased {
					b.holds(b.path("sub/a.png"), "bytes")
				} else if strings.Contains(name, "file of") || strings.Contains(name, "new file") ||
					strings.HasPrefix(name, "rewritten") {
					b.holds(b.path("sub/a.png"), "other")
				}
				b.settles(e, fs.ErrNotExist)
			})
		}
	}
}

func TestProtectedFilesStay(t *testing.T) {
	for name, c := range map[string]struct {
		protect func(b *box)
		want    error
	}{
		// by its change time
		"hard-linked": {
			func(b *box) { must(b.T, os.Link(b.path("sub/a.png"), b.path("b.png"))) }, providers.ErrChanged,
		},
		"marked since": {func(b *box) { write(b.T, b.path(".nosweep"), "") }, providers.ErrProtected},
		"marked by a link": {
			func(b *box) { must(b.T, os.Symlink("nowhere", b.path("sub/.nosweep"))) }, providers.ErrProtected,
		},
		"excluded since": {
			func(b *box) { b.d = b.open(func(o *Options) { o.Exclude = []string{"sub"} }) }, providers.ErrProtected,
		},
		"of no interest": {func(b *box) {
			b.d = b.open(func(o *Options) {
				o.Interest = func(string) bool {
					return false
				}
			})
		}, providers.ErrProtected},
		"no trash bin": {
			func(b *box) { b.d = b.open(func(o *Options) { o.TrashHome = "" }) }, errors.ErrUnsupported,
		},
		"bin is a link": {func(b *box) {
			must(b.T, os.MkdirAll(filepath.Dir(b.trash), 0o700))
			must(b.T, os.Symlink(b.top, b.trash))
		}, fs.ErrPermission},
		"bin is a file": {func(b *box) { write(b.T, b.trash, "") }, fs.ErrPermission},
		"the bin's files too": {func(b *box) {
			must(b.T, os.MkdirAll(b.trash, 0o700))
			must(b.T, os.Symlink(b.top,
				b.trash+"/files"))
		}, fs.ErrPermission},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			e := b.write("sub/a.png", "bytes")
			c.protect(b)
			b.refuses(e, c.want)
			b.holds(b.path("sub/a.png"), "bytes")
			b.missing(b.top + "/info")
		})
	}
}

// leases reports whether the file system of the temporary files has them.
func leases(b *box) bool {
	write(b.T, filepath.Join(b.top, "lease"), "")
	f, err := os.Open(filepath.Join(b.top, "lease"))
	must(b.T, err)
	defer f.Close()
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	return err == nil
}

func TestAFileThatIsOpenForWritingIsBusy(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	f, err := os.OpenFile(b.path("a.png"), os.O_WRONLY, 0)
	must(t, err)
	if leases(b) {
		b.refuses(e, providers.ErrBusy)
		b.holds(b.path("a.png"), "bytes")
		b.binHas(0, 0)
	}
	must(t, f.Close())
	b.put(e)
}

func TestAWriterThatComesDuringTheMoveGetsItsFileBack(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	name := filepath.Join(b.trash, "files", "a."+key+".png")
	b.interfere(xdgtrash.AtMoved, func() {
		if fd, err := unix.Open(name, unix.O_WRONLY|unix.O_NONBLOCK, 0); err == nil { // refused where there are leases
			must(t, unix.Close(fd))
			must(t, os.Chtimes(name, noon, noon))
		}
	})
	r, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision)
	if r != "" || !errors.Is(err, providers.ErrBusy) && !errors.Is(err, providers.ErrChanged) {
		t.Errorf("got %q, %v; want ErrBusy", r, err)
	}
	b.holds(b.path("a.png"), "bytes")
	b.binHas(0, 0)
}

func TestAWrongFileWhoseNameIsTakenStaysInTheBinUntilThereIsRoom(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	b.d.step = func(point string) error {
		switch point {
		case xdgtrash.AtWritten: // another program saves its picture over the name...
			write(t, b.path("new"), "precious")
			must(t, os.Rename(b.path("new"), b.path("a.png")))
		case xdgtrash.AtMoved: // ...and at once the next one
			write(t, b.path("a.png"), "newer")
		}
		return nil
	}
	_, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision)
	if !errors.Is(err, providers.ErrUncertain) || errors.Is(err, providers.ErrChanged) || errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want ErrUncertain and nothing that would close the record", err)
	}
	b.d.step = nil
	b.holds(b.path("a.png"), "newer")
	b.holds(filepath.Join(b.trash, "files", "a."+key+".png"), "precious")
	b.binHas(1, 1)
	b.settles(e, providers.ErrUncertain)
	must(t, os.Rename(b.path("a.png"), b.path("b.png")))
	b.settles(e, fs.ErrNotExist)
	b.holds(b.path("a.png"), "precious")
	b.binHas(0, 0)
}

func TestAFailureAtAnyPointIsUndoneOrUncertain(t *testing.T) {
	broken := errors.New("broken")
	for _, point := range []string{
		xdgtrash.AtPinned, xdgtrash.AtWritten, xdgtrash.AtMoved, xdgtrash.AtCompared,
		xdgtrash.AtSynced,
	} {
		b := newBox(t)
		e := b.write("a.png", "bytes")
		b.d.step = func(at string) error {
			if at == point {
				return broken
			}
			return nil
		}
		_, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision)
		b.d.step = nil
		if point == xdgtrash.AtCompared || point == xdgtrash.AtSynced {
			if !errors.Is(err, providers.ErrUncertain) {
				t.Errorf("%s: got %v, want ErrUncertain", point, err)
			}
			b.settles(e, nil)
			b.binHas(1, 1)
			continue
		}
		if !errors.Is(err, broken) || errors.Is(err, providers.ErrUncertain) {
			t.Errorf("%s: got %v, want the failure itself", point, err)
		}
		b.holds(b.path("a.png"), "bytes")
		b.binHas(0, 0)
		b.settles(e, fs.ErrNotExist)
	}
}

func TestEveryNameGoesToTheBinAndComesBack(t *testing.T) {
	for where, dir := range map[string]string{"temp": "", "tmpfs": "/dev/shm"} {
		if _, err := os.Stat(dir); dir != "" && err != nil {
			lacking(t, "there is no tmpfs to try")
		}
		top, err := os.MkdirTemp(dir, "names")
		must(t, err)
		t.Cleanup(func() { os.RemoveAll(top) })
		b := newBoxIn(t, top)
		for _, name := range hostile {
			if strings.HasSuffix(name, ".part") {
				continue
			}
			e := b.write("sub\n/"+name, name)
			r := b.put(e)
			b.missing(e.Path)
			for got, err := range b.d.Trashed(t.Context()) {
				if err != nil || got.Path != e.Path || got.Receipt != r || got.Size != e.Size ||
					!got.Deleted.Equal(noon) {
					t.Errorf("%s: %q: the bin lists %+v, %v; want receipt %q", where, name, got, err, r)
				}
			}
			back, err := b.d.Restore(t.Context(), r)
			if err != nil || back.Path != e.Path || !back.Modified.Equal(e.Modified) {
				t.Errorf("%s: restore %q: got %+v, %v", where, name, back, err)
			}
			b.holds(e.Path, name)
			b.binHas(0, 0)
			must(t, b.d.Purge(t.Context(), b.put(back)))
			b.binHas(0, 0)
		}
	}
}

func TestADanglingOrEmptyInfoOfOursIsInNobodysWay(t *testing.T) {
	for _, content := range []string{"", "[Trash Info]\nPath=/else/where\n"} {
		b := newBox(t)
		e := b.write("a.png", "bytes")
		info := filepath.Join(b.trash, "info", "a."+key+".png.trashinfo")
		write(t, info, content)
		b.binHas(0, 1)
		must(t, os.MkdirAll(b.trash+"/files", 0o700))
		b.settles(e, fs.ErrNotExist)
		b.missing(info)
		write(t, info, content)
		r := b.put(e)
		must(t, os.Truncate(info, 0)) // as if a crash had lost it
		if got, err := b.d.Settle(t.Context(), key, e.Ref, e.Revision); err != nil || got != r {
			t.Errorf("got %q, %v; want %q", got, err, r)
		}
		b.holds(info, string(xdgtrash.FormatInfo(e.Path, noon)))
	}
}

func TestAMoveUnderWayCannotBeSettled(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	other := b.open()
	for _, point := range []string{xdgtrash.AtWritten, xdgtrash.AtMoved} {
		b.interfere(point, func() {
			if r, err := other.Settle(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrUncertain) {
				t.Errorf("%s: got %q, %v; want ErrUncertain", point, r, err)
			}
		})
	}
	b.put(e)
	b.binHas(1, 1)
}

func TestSettleWithoutABinTrustsOnlyTheFileInItsPlace(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	b.settles(e, fs.ErrNotExist)
	must(t, os.Rename(e.Path, b.path("b.png")))
	b.settles(e, providers.ErrUncertain)
	write(t, e.Path, "other")
	b.settles(e, providers.ErrUncertain)
}

func TestKeysAndRevisionsThatAreNoneAreRefused(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	for _, k := range []string{
		"", "../../a", strings.Repeat("K", keyChars), strings.Repeat("k", keyChars+1),
		strings.Repeat("k", keyChars-1) + "/",
	} {
		if r, err := b.d.Trash(t.Context(), k, e.Ref, e.Revision); err == nil {
			t.Errorf("key %q: got %q", k, r)
		}
	}
	for _, rev := range []string{
		"", "x", "1.2.3.4.5", string(e.Revision) + "0", strings.ToUpper(string(e.Revision)), "+" + string(e.Revision),
	} {
		if r, err := b.d.Trash(t.Context(), key, e.Ref, providers.Revision(rev)); err == nil {
			t.Errorf("revision %q: got %q", rev, r)
		}
	}
	b.holds(e.Path, "bytes")
}

// To read no bytes of a file in the trash shows whether it is there.
func TestAFileInTheTrashIsLookedForByItsReceipt(t *testing.T) {
	b := newBox(t)
	looks := func(what string, r providers.Receipt, want error) {
		t.Helper()
		for n := range int64(2) { // for no bytes it is not opened; the answer is the same
			rc, err := b.d.ReadTrashed(t.Context(), r, 0, n)
			if !errors.Is(err, want) {
				t.Errorf("%s, %d bytes: %v, want %v", what, n, err, want)
			}
			if err == nil {
				must(t, rc.Close())
			}
		}
	}
	r := b.put(b.write("sub/a.png", "bytes"))
	looks("there", r, nil)
	in := filepath.Join(b.d.bin, "files", binned("a.png", key))
	must(t, os.WriteFile(in, []byte("others"), 0o600))
	looks("another", r, providers.ErrChanged)
	must(t, os.Remove(in))
	looks("gone", r, fs.ErrNotExist)
	must(t, os.Symlink("elsewhere", in))
	looks("a link", r, providers.ErrChanged)
	must(t, os.RemoveAll(b.d.bin))
	looks("the bin is gone", r, fs.ErrNotExist)
}
