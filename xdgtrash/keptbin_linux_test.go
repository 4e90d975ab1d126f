package xdgtrash

import (
	"errors"
	"os"
	"sync"
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

// The first moves of a run all need the bin at once.
func TestGoroutinesThatNeedTheBinAtTheSameTimeOpenItOnce(t *testing.T) {
	b := newBox(t)
	bins := make([]*bin, 64)
	var group sync.WaitGroup
	begin := make(chan struct{})
	for i := range bins {
		group.Go(func() {
			<-begin
			bins[i], _ = b.x.home(true)
		})
	}
	close(begin)
	group.Wait()
	for i, one := range bins {
		if one == nil || one != bins[0] {
			t.Fatalf("goroutine %d has the bin %p, and the first one %p", i, one, bins[0])
		}
		one.close()
	}
}

func TestTheBinThatIsOpenIsOnlyForFilesOfItsVolume(t *testing.T) {
	b := newBox(t)
	b.put(b.write("a.png", "bytes"))
	s, err := disk.StatName(unix.AT_FDCWD, b.home)
	must(t, err)
	here := disk.VolumeOf(&s)
	other, covered := here, here
	other.Dev++
	covered.Mount++
	for _, v := range []disk.Volume{here, other, covered} {
		got, err := b.x.binFor(v, b.files)
		if (err == nil) != (v == here) {
			t.Errorf("for %+v, with the bin in %+v: got %v", v, here, err)
		}
		if err == nil {
			got.close()
		}
	}
}
