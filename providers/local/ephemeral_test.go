//go:build linux

package local

import (
	"errors"
	"testing"
)

func TestNothingIsPutIntoASnapsTrash(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	b.d = b.open(func(o *Options) { o.TrashHome = b.top + "/snap/code/123/.local/share/Trash" })
	b.refuses(e, errors.ErrUnsupported)
	b.holds(e.Path, "bytes")
	b.missing(b.top + "/snap")
}
