package xdgtrash

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/disk"
)

// noMounts hides the machine's mounts, and the trash directories on them.
func noMounts() ([]byte, error) { return nil, nil }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)

// box is a folder with files, and a home trash beside it.
type box struct {
	*testing.T
	files, home string
	x           *Trash
}

func newBox(t *testing.T) *box {
	t.Helper()
	top := disk.Real(t.TempDir())
	b := &box{T: t, files: filepath.Join(top, "files"), home: filepath.Join(top, "data/Trash")}
	b.x = New(Options{
		Home: b.home, Now: func() time.Time { return noon }, Mounts: &disk.Table{Read: noMounts},
	})
	t.Cleanup(b.x.Close)
	return b
}

// write makes a file with that name.
func (b *box) write(name, content string) File {
	b.Helper()
	must(b.T, os.MkdirAll(b.files, 0o700))
	path := filepath.Join(b.files, name)
	must(b.T, os.WriteFile(path, []byte(content), 0o600))
	return At(path)
}

// put puts the file into the trash, as it is.
func (b *box) put(f File) string {
	b.Helper()
	receipt, err := b.x.Put(b.Context(), request(b.T, f))
	must(b.T, err)
	return receipt
}

func request(t *testing.T, f File) Request {
	t.Helper()
	state, err := StateOf(f)
	must(t, err)
	return Request{Key: strings.Repeat("k", keyLength), File: f, State: state}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
