//go:build linux

package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
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
