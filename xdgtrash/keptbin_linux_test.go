package xdgtrash

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

func TestABinThatWasOnlyLookedIntoIsMadeDurableBeforeItGetsAFile(t *testing.T) {
	b := newBox(t)
	f := b.write("a.png", "bytes")
	must(t, os.MkdirAll(b.home+"/files", 0o700))
	must(t, os.MkdirAll(b.home+"/info", 0o700))
	looked, err := b.x.home(false)
	must(t, err)
	looked.close()
	if len(b.x.durable.names) != 0 {
		t.Fatal("looking has synced a folder")
	}
	b.put(f)
	if len(b.x.durable.names) != 3 {
		t.Errorf("the names of %d folders are durable, want the bin and its two", len(b.x.durable.names))
	}
}

func TestTheBinIsClosedWithTheDriverAndItsLastUser(t *testing.T) {
	b := newBox(t)
	b.put(b.write("a.png", "bytes"))
	used, err := b.x.home(true)
	must(t, err)
	b.x.Close()
	if _, err := disk.StatOpen(used.files); err != nil {
		t.Errorf("it was closed while it was used: %v", err)
	}
	fd := used.files
	used.close()
	if _, err := disk.StatOpen(fd); !errors.Is(err, unix.EBADF) {
		t.Errorf("it is open still: %v", err)
	}
}
