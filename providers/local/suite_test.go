package local_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
	"github.com/sweepd/sweepd/providers/providertest"
)

// disk is the harness of the suite: one root and one bin on one file system.
type disk struct{ top string }

func newDisk(t *testing.T, dir string) disk {
	t.Helper()
	top, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(top, "root"), 0o700); err != nil {
		t.Fatal(err)
	}
	return disk{top}
}

func (h disk) Open(t *testing.T) providers.Driver {
	t.Helper()
	d, err := local.Open(local.Options{
		Roots: []string{filepath.Join(h.top, "root")}, TrashHome: filepath.Join(h.top, "data/Trash"), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (h disk) Path(name string) string { return filepath.Join(h.top, "root", name) }

func (h disk) Write(t *testing.T, name string, content []byte) {
	t.Helper()
	for _, err := range []error{
		os.MkdirAll(filepath.Dir(h.Path(name)), 0o700), os.WriteFile(h.Path(name), content, 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (h disk) Remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(h.Path(name)); err != nil {
		t.Fatal(err)
	}
}

// Discard does what a file manager does, by the Trash specification.
func (h disk) Discard(t *testing.T, name string) {
	t.Helper()
	bin := filepath.Join(h.top, "data/Trash")
	info := "[Trash Info]\nPath=" + h.Path(name) + "\nDeletionDate=2026-11-23T12:00:00\n"
	for _, err := range []error{
		os.MkdirAll(filepath.Join(bin, "info"), 0o700), os.MkdirAll(filepath.Join(bin, "files"), 0o700),
		os.WriteFile(filepath.Join(bin, "info", name+".trashinfo"), []byte(info), 0o600),
		os.Rename(h.Path(name), filepath.Join(bin, "files", name)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// withoutBin is the same storage opened for reading only.
type withoutBin struct{ disk }

func (h withoutBin) Open(t *testing.T) providers.Driver {
	t.Helper()
	d, err := local.Open(local.Options{Roots: []string{filepath.Join(h.top, "root")}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLocalKeepsEveryPromise(t *testing.T) {
	for name, dir := range places(t) {
		t.Run(name, func(t *testing.T) {
			providertest.RunAs(t, "local disk", func(t *testing.T) providertest.Harness { return newDisk(t, dir(t)) })
		})
	}
}

func TestLocalWithoutABinKeepsEveryPromise(t *testing.T) {
	providertest.Run(t, func(t *testing.T) providertest.Harness { return withoutBin{newDisk(t, t.TempDir())} })
}

// places are the file systems to test on: that of the temporary files and,
// where there is one, a tmpfs.
func places(t *testing.T) map[string]func(*testing.T) string {
	t.Helper()
	p := map[string]func(*testing.T) string{"temp": func(t *testing.T) string { return t.TempDir() }}
	const shm = "/dev/shm"
	if s, err := os.Stat(shm); err == nil && s.IsDir() {
		p["tmpfs"] = func(t *testing.T) string {
			dir, err := os.MkdirTemp(shm, "local")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(dir) })
			return dir
		}
	} else if os.Getenv("CI") == "true" {
		t.Fatalf("there is no tmpfs to try: %v", err)
	}
	return p
}
