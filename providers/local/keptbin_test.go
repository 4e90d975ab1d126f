//go:build linux

package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"sweepd/internal/disk"
)

const secondKey = "bbbbbbbbbbbbbbbbbbbbbbbbbb"

func TestABinThatWasTakenAwayMeanwhileGetsNothingMore(t *testing.T) {
	for name, c := range map[string]struct {
		take func(b *box) error
		want error // of the next move; nil: a new bin is made
	}{
		"the bin":    {func(b *box) error { return os.Rename(b.trash, b.top+"/away") }, nil},
		"its parent": {func(b *box) error { return os.Rename(filepath.Dir(b.trash), b.top+"/away") }, nil},
		"its files":  {func(b *box) error { return os.Rename(b.trash+"/files", b.top+"/away") }, nil},
		"its infos":  {func(b *box) error { return os.Rename(b.trash+"/info", b.top+"/away") }, nil},
		"for a link to it": {func(b *box) error {
			return errors.Join(os.Rename(b.trash, b.top+"/away"), os.Symlink(b.top+"/away", b.trash))
		}, fs.ErrPermission},
		"its files, a link": {func(b *box) error {
			return errors.Join(os.Rename(b.trash+"/files", b.top+"/away"), os.Symlink(b.top+"/away", b.trash+"/files"))
		}, fs.ErrPermission},
		"its infos, a file": {func(b *box) error {
			return errors.Join(os.Rename(b.trash+"/info", b.top+"/away"), os.WriteFile(b.trash+"/info", nil, 0o600))
		}, fs.ErrPermission},
		"for another of them": {func(b *box) error {
			return errors.Join(os.Rename(b.trash, b.top+"/away"), os.MkdirAll(b.trash+"/files", 0o700))
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			first := b.write("a.png", "first")
			e := b.write("b.png", "second")
			_, err := b.d.Trash(t.Context(), key, first.Ref, first.Revision)
			must(t, err)
			must(t, c.take(b))
			r, err := b.d.Trash(t.Context(), secondKey, e.Ref, e.Revision)
			if c.want != nil {
				if !errors.Is(err, c.want) || r != "" {
					t.Errorf("got %q, %v; want %v", r, err, c.want)
				}
				b.holds(b.path("b.png"), "second")
				return
			}
			must(t, err)
			b.holds(b.trash+"/files/b."+secondKey+".png", "second")
			_, err = os.Stat(b.trash + "/info/b." + secondKey + ".png.trashinfo")
			must(t, err)
			must(t, b.d.Purge(t.Context(), r))
			b.missing(b.trash + "/files/b." + secondKey + ".png")
		})
	}
}

func TestABinThatWasOnlyLookedIntoIsMadeDurableBeforeItGetsAFile(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	must(t, os.MkdirAll(b.trash+"/files", 0o700))
	must(t, os.MkdirAll(b.trash+"/info", 0o700))
	looked, err := b.d.home(false)
	must(t, err)
	looked.close()
	if len(b.d.durable.names) != 0 {
		t.Fatal("looking has synced a folder")
	}
	_, err = b.d.Trash(t.Context(), key, e.Ref, e.Revision)
	must(t, err)
	if len(b.d.durable.names) != 3 {
		t.Errorf("the names of %d folders are durable, want the bin and its two", len(b.d.durable.names))
	}
}

func TestTheBinIsClosedWithTheDriverAndItsLastUser(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	_, err := b.d.Trash(t.Context(), key, e.Ref, e.Revision)
	must(t, err)
	used, err := b.d.home(true)
	must(t, err)
	must(t, b.d.Close())
	if _, err := disk.StatOpen(used.files); err != nil {
		t.Errorf("it was closed while it was used: %v", err)
	}
	fd := used.files
	used.close()
	if _, err := disk.StatOpen(fd); !errors.Is(err, unix.EBADF) {
		t.Errorf("it is open still: %v", err)
	}
}
