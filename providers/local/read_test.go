//go:build linux

package local

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
)

// replacements replace root/sub/a.png, which has the content "bytes". The replacement must never be read or moved as
// that file.
var replacements = map[string]func(b *box){
	"rewritten in place, same size": func(b *box) { rewrite(b) },
	"rewritten in place, same size and time": func(b *box) {
		s, err := os.Stat(b.path("sub/a.png"))
		must(b.T, err)
		rewrite(b)
		must(b.T, os.Chtimes(b.path("sub/a.png"), s.ModTime(), s.ModTime()))
	},
	"another file of the same size and time": func(b *box) {
		s, err := os.Stat(b.path("sub/a.png"))
		must(b.T, err)
		write(b.T, b.path("new"), "other")
		must(b.T, os.Chtimes(b.path("new"), s.ModTime(), s.ModTime()))
		must(b.T, os.Rename(b.path("new"), b.path("sub/a.png")))
	},
	"a new file after an unlink": func(b *box) { // ext4 gives it the same inode number
		must(b.T, os.Remove(b.path("sub/a.png")))
		write(b.T, b.path("sub/a.png"), "other")
	},
	"a link to the file": func(b *box) {
		must(b.T, os.Rename(b.path("sub/a.png"), b.path("b.png")))
		must(b.T, os.Symlink(b.path("b.png"), b.path("sub/a.png")))
	},
	"a link to its folder": func(b *box) {
		must(b.T, os.Rename(b.path("sub"), b.path("moved")))
		must(b.T, os.Symlink(b.path("moved"), b.path("sub")))
	},
	"a link out of the root": func(b *box) {
		must(b.T, os.Rename(b.path("sub"), filepath.Join(b.top, "moved")))
		must(b.T, os.Symlink(filepath.Join(b.top, "moved"), b.path("sub")))
	},
	"a FIFO": func(b *box) {
		must(b.T, os.Remove(b.path("sub/a.png")))
		must(b.T, unix.Mkfifo(b.path("sub/a.png"), 0o600))
	},
	"a socket": func(b *box) {
		must(b.T, os.Remove(b.path("sub/a.png")))
		must(b.T, unix.Mknod(b.path("sub/a.png"), unix.S_IFSOCK|0o600, 0))
	},
	"a folder": func(b *box) {
		must(b.T, os.Remove(b.path("sub/a.png")))
		must(b.T, os.Mkdir(b.path("sub/a.png"), 0o700))
	},
	"a file for its folder": func(b *box) {
		must(b.T, os.RemoveAll(b.path("sub")))
		write(b.T, b.path("sub"), "bytes")
	},
	"nothing": func(b *box) { must(b.T, os.Remove(b.path("sub/a.png"))) },
}

// rewrite is a writer that does not wait: a lease turns it away, and is broken.
func rewrite(b *box) {
	fd, err := unix.Open(b.path("sub/a.png"), unix.O_WRONLY|unix.O_NONBLOCK, 0)
	if err == nil {
		_, err = unix.Write(fd, []byte("other"))
		must(b.T, errors.Join(err, unix.Close(fd)))
	} else if err != unix.EWOULDBLOCK {
		b.Fatal(err)
	}
}

// refusal reports whether err is one of the kinds that mean "not that file".
func refusal(err error) bool {
	return errors.Is(err, providers.ErrChanged) || errors.Is(err, providers.ErrOutside) ||
		errors.Is(err, fs.ErrNotExist)
}

func TestWhatReplacedAFileIsNeverRead(t *testing.T) {
	for name, replace := range replacements {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			e := b.write("sub/a.png", "bytes")
			replace(b)
			if got, err := b.read(e); got != "" || !refusal(err) {
				t.Errorf("got %q, %v; want a refusal", got, err)
			}
			rc, err := b.d.ReadRange(t.Context(), e.Ref, e.Revision, 0, e.Size)
			if err != nil {
				return
			}
			n, err := rc.Read(make([]byte, 2)) // a part of what is to be read
			if n > 0 || !refusal(err) {
				t.Errorf("got %d bytes, %v; want a refusal", n, err)
			}
			_ = rc.Close()
		})
	}
}

func TestAChangeDuringTheReadIsErrChanged(t *testing.T) {
	b := newBox(t)
	for name, change := range map[string]func(){
		"rewritten": func() { write(t, b.path("a.png"), "0000000000") },
		"truncated": func() { must(t, os.Truncate(b.path("a.png"), 3)) },
		"touched":   func() { must(t, os.Chtimes(b.path("a.png"), noon, noon)) },
	} {
		e := b.write("a.png", "0123456789")
		whole, err := b.d.ReadRange(t.Context(), e.Ref, e.Revision, 0, 10)
		must(t, err)
		half, err := b.d.ReadRange(t.Context(), e.Ref, e.Revision, 0, 10)
		must(t, err)
		var five [5]byte
		for _, rc := range []io.Reader{whole, half} {
			if _, err := io.ReadFull(rc, five[:]); err != nil || string(five[:]) != "01234" {
				t.Errorf("%s: first half: got %q, %v", name, five, err)
			}
		}
		change()
		if got, err := io.ReadAll(whole); !errors.Is(err, providers.ErrChanged) {
			t.Errorf("%s: second half: got %q, %v; want ErrChanged", name, got, err)
		}
		if err := half.Close(); !errors.Is(err, providers.ErrChanged) {
			t.Errorf("%s: close after the first half: got %v, want ErrChanged", name, err)
		}
		_ = whole.Close()
	}
}

func TestAReaderEndsWhereItsRangeDoes(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "0123456789")
	rc, err := b.d.ReadRange(t.Context(), e.Ref, e.Revision, 2, 3)
	must(t, err)
	buf := make([]byte, 10)
	if n, err := rc.Read(buf); n != 3 || err != nil || string(buf[:n]) != "234" {
		t.Errorf("got %q, %v; want 234", buf[:n], err)
	}
	if n, err := rc.Read(buf); n != 0 || err != io.EOF {
		t.Errorf("got %d, %v; want the end", n, err)
	}
	must(t, rc.Close())
	if err := rc.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("closed twice: got %v, want fs.ErrClosed", err)
	}
	if rc, err = b.d.ReadRange(t.Context(), e.Ref, e.Revision, 0, -1); err != nil {
		t.Fatal(err)
	}
	if n, err := rc.Read(buf); n != 0 || err != io.EOF {
		t.Errorf("a negative length: got %d, %v; want the end", n, err)
	}
	must(t, rc.Close())
}

func TestARefOutsideTheRootsIsErrOutside(t *testing.T) {
	b := newBox(t)
	write(t, filepath.Join(b.top, "root2/a.png"), "a")
	for _, ref := range []string{
		"", ".", "a.png", b.root, b.root + "/../root2/a.png", b.root + "//a.png", b.top + "/root2/a.png",
		b.path("a\x00b"), "/",
	} {
		if e, err := b.d.Stat(t.Context(), providers.Ref(ref)); !errors.Is(err, providers.ErrOutside) {
			t.Errorf("%q: got %+v, %v; want ErrOutside", ref, e, err)
		}
	}
}

func TestAWriterDoesNotKeepReadersOut(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	f, err := os.OpenFile(b.path("a.png"), os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	if got, err := b.read(e); got != "bytes" || err != nil {
		t.Errorf("got %q, %v; want the bytes", got, err)
	}
}

func TestARevisionIsTheStateAndNotTheName(t *testing.T) {
	b := newBox(t)
	one := b.write("a.png", "bytes")
	if got, err := disk.ParseIdentity(string(one.Revision)); err != nil || got.String() != string(one.Revision) ||
		got.Size != 5 {
		t.Errorf("got %+v, %v from %q", got, err, one.Revision)
	}
	must(t, os.Chtimes(b.path("a.png"), time.Time{}, one.Modified)) // only the change time moves
	two, err := b.d.Stat(t.Context(), one.Ref)
	if err != nil || two.Revision == one.Revision || !two.Modified.Equal(one.Modified) {
		t.Errorf("after setting the same times: got %+v, %v; want another revision than %q", two, err, one.Revision)
	}
}
