package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// smallDisk is a file system of its own, of that many bytes.
func smallDisk(t *testing.T) (dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may mount")
	}
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=96m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillUp writes until the disk is full, as often as space is freed.
func fillUp(t *testing.T, dir string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "fill"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1<<20)
	for len(b) > 0 {
		if _, err := f.Write(b); errors.Is(err, syscall.ENOSPC) {
			b = b[:len(b)/2]
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestOnAFullDiskTheReserveLetsTheRecordBeWritten(t *testing.T) {
	for _, open := range []string{"before", "after"} {
		t.Run("opened "+open+" it was full", func(t *testing.T) {
			dir := smallDisk(t)
			path := filepath.Join(dir, "state", "journal.db")
			j := openAt(t, path)
			did(t, j, trashOf(file("a", "1")), "bin/a")
			if open == "after" {
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
			}
			fillUp(t, dir)
			if open == "after" {
				j = openAt(t, path)
			}
			for range 100 {
				did(t, j, trashOf(file("b", "1")), "bin/b")
			}
			run := must(j.BeginRun(t.Context(), "apply", "sha256:0"))(t)
			if err := j.EndRun(t.Context(), run, nil, nil); err != nil {
				t.Error(err)
			}
			if err := os.Remove(filepath.Join(dir, "fill")); err != nil {
				t.Fatal(err)
			}
			if err := j.Close(); err != nil {
				t.Error(err)
			}
			if fi, err := os.Stat(path + ".reserve"); err != nil || fi.Size() != reserved {
				t.Errorf("the reserve was not made anew: %v", err)
			}
		})
	}
}

// Reading also needs space, for the index of the log.
func TestAFullDiskIsReadFromAndSaidToBeFull(t *testing.T) {
	dir := smallDisk(t)
	path := filepath.Join(dir, "state", "journal.db")
	j := openAt(t, path)
	did(t, j, trashOf(file("a", "1")), "bin/a")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	fillUp(t, dir)
	r := must(OpenReadOnly(t.Context(), path))(t)
	n := 0
	for _, err := range r.Operations(t.Context(), Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	equal(t, "operations", n, 1)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if fi, err := os.Stat(path + ".reserve"); err != nil || fi.Size() < reserved/2 {
		t.Errorf("what was given up for reading was not made anew: %v", err)
	}
	for _, name := range []string{".reserve", "-shm", "-wal"} {
		if err := os.Remove(path + name); err != nil {
			t.Fatal(err)
		}
	}
	fillUp(t, dir)
	if _, err := OpenReadOnly(t.Context(), path); !errors.Is(err, providers.ErrFull) {
		t.Errorf("got %v, want %v", err, providers.ErrFull)
	}
	if _, err := Open(t.Context(), path, Options{Now: clock()}); !errors.Is(err, providers.ErrFull) {
		t.Errorf("got %v, want %v", err, providers.ErrFull)
	}
}

// A scan's results could use up the reserve, and losing them only costs time.
func TestTheReserveIsNotForWhatAScanRemembers(t *testing.T) {
	dir := smallDisk(t)
	path := filepath.Join(dir, "journal.db")
	j := openAt(t, path)
	fillUp(t, dir)
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	var err error
	for i := 0; i < 100_000 && err == nil; i++ {
		err = s.Put(t.Context(), file(strconv.Itoa(i), "1"), proven())
	}
	if !errors.Is(err, providers.ErrFull) {
		t.Errorf("got %v, want %v", err, providers.ErrFull)
	}
	if _, err := os.Stat(path + ".reserve"); err != nil {
		t.Error(err)
	}
}
