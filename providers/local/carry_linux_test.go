package local_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/testing/losefs"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
	"github.com/sweepd/sweepd/providers/providertest"
)

// losefsVariable makes the test binary the process that serves file systems.
const losefsVariable = "SWEEPD_LOSEFS_SERVE"

// TestServeLosefs is no test, but what that process does.
func TestServeLosefs(t *testing.T) {
	if os.Getenv(losefsVariable) == "" {
		return
	}
	if err := losefs.Serve(os.Stdin, os.Stdout, time.Now); err != nil {
		t.Fatal(err)
	}
	os.Exit(0)
}

// mount mounts an empty file system of the kind at a folder of its own.
func mount(t *testing.T, o losefs.Options) (dir string) {
	t.Helper()
	for what, missing := range map[string]bool{
		"mounting takes root": os.Geteuid() != 0, "there is no /dev/fuse": !exists("/dev/fuse"),
	} {
		if missing && os.Getenv("CI") == "true" {
			t.Fatal(what)
		} else if missing {
			t.Skip(what)
		}
	}
	dir = t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestServeLosefs$")
	cmd.Env, cmd.Stderr = append(os.Environ(), "GORACE=atexit_sleep_ms=0", losefsVariable+"=1"), os.Stderr
	s, err := losefs.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.Empty().Mount(dir, o); err != nil {
		t.Fatal(err)
	}
	return dir
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// replacing is a storage on which a rename cannot be kept from replacing.
func replacing(t *testing.T) providertest.Harness {
	return newDisk(t, mount(t, losefs.Options{Replaces: true}))
}

func TestLocalKeepsEveryPromiseWhereARenameMayReplace(t *testing.T) {
	providertest.Run(t, replacing)
}

// put writes a file and moves it to the trash.
func put(t *testing.T, h disk, d providers.Driver) (providers.Entry, providers.Receipt, error) {
	t.Helper()
	h.Write(t, "a.png", []byte("bytes"))
	e, err := d.Stat(t.Context(), providers.Ref(h.Path("a.png")))
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Trash(t.Context(), "k3yk3yk3yk3yk3yk3yk3yk3yk3", e.Ref, e.Revision)
	return e, r, err
}

// If a rename may replace, a restore makes the second name before it removes the first. The next restore finishes one
// that was killed in between.
func TestARestoreBetweenItsTwoNamesIsFinished(t *testing.T) {
	for name, o := range map[string]losefs.Options{"a rename may replace": {Replaces: true}, "it need not": {}} {
		t.Run(name, func(t *testing.T) {
			h := newDisk(t, mount(t, o))
			d := h.Open(t)
			defer d.Close()
			e, r, err := put(t, h, d)
			if err != nil {
				t.Fatal(err)
			}
			in, err := filepath.Glob(filepath.Join(h.top, "data/Trash/files/*"))
			if err != nil || len(in) != 1 {
				t.Fatalf("in the trash: %q, %v", in, err)
			}
			if err := os.Link(in[0], e.Path); err != nil {
				t.Fatal(err)
			}
			back, err := d.Restore(t.Context(), r)
			if err != nil || back.Path != e.Path {
				t.Errorf("restore: %+v, %v", back, err)
			}
			if b, err := os.ReadFile(e.Path); err != nil || string(b) != "bytes" || exists(in[0]) {
				t.Errorf("back is %q, %v; in the trash: %v", b, err, exists(in[0]))
			}
		})
	}
}

// A file that could be restored in neither way is not moved.
func TestWithoutLinksNothingGoesWhereARenameMayReplace(t *testing.T) {
	h := newDisk(t, mount(t, losefs.Options{Replaces: true, NoLinks: true}))
	d := h.Open(t)
	defer d.Close()
	e, _, err := put(t, h, d)
	if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "no hard links") || !exists(e.Path) {
		t.Errorf("trash: %v; it is in its place: %v", err, exists(e.Path))
	}
	if _, err := d.(*local.Driver).Trial(h.Path("")); !errors.Is(err, errors.ErrUnsupported) ||
		!strings.Contains(err.Error(), "no hard links") {
		t.Errorf("trial: %v", err)
	}
	for _, pattern := range []string{"root/.*", "data/Trash/.*", "data/Trash/*/.*", "data/Trash/*/*"} {
		if left, err := filepath.Glob(filepath.Join(h.top, pattern)); err != nil || len(left) > 0 {
			t.Errorf("left are %q, %v", left, err)
		}
	}
}

// bound is a storage on bindfs or mergerfs, which have no rename that never replaces. mergerfs reports another inode
// number for a file's second name.
func bound(t *testing.T, program string) disk {
	t.Helper()
	from, top := t.TempDir(), t.TempDir()
	if out, err := exec.Command(program, from, top).CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s: %v\n%s", program, err, out)
		}
		t.Skipf("%s: %v\n%s", program, err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", top).CombinedOutput(); err != nil {
			t.Errorf("umount: %v\n%s", err, out)
		}
	})
	return newDisk(t, top)
}

// A restore that was killed between its steps is completed there too. Another file
// in the place stays as it is, however similar it is.
func TestARestoreIsFinishedWhereALinkIsSaidToBeAnotherFile(t *testing.T) {
	for name, c := range map[string]struct {
		killed func(in, path string) error // after it had done so much
		back   bool
	}{
		"both names": {os.Link, true},
		"the second name": {func(in, path string) error {
			return errors.Join(os.Link(in, path), os.Remove(in))
		}, true},
		"the second name alone": {func(in, path string) error {
			info := filepath.Join(in, "../../info", filepath.Base(in)+".trashinfo")
			return errors.Join(os.Link(in, path), os.Remove(in), os.Remove(info))
		}, true},
		"neither but a copy": {copyAll, false},
		"a copy with two names": {func(in, path string) error {
			return errors.Join(os.Link(in, in+".2"), copyAll(in, path), os.Link(path, path+".2"))
		}, false},
	} {
		for _, program := range []string{"bindfs", "mergerfs"} {
			t.Run(program+" "+name, func(t *testing.T) {
				h := bound(t, program)
				d := h.Open(t)
				defer func() { d.Close() }()
				e, r, err := put(t, h, d)
				if err != nil {
					t.Fatal(err)
				}
				in, err := filepath.Glob(filepath.Join(h.top, "data/Trash/files/*"))
				if err != nil || len(in) != 1 {
					t.Fatalf("in the trash: %q, %v", in, err)
				}
				if err := errors.Join(c.killed(in[0], e.Path), d.Close()); err != nil {
					t.Fatal(err)
				}
				d = h.Open(t)
				back, err := d.Restore(t.Context(), r)
				if c.back && (err != nil || back.Path != e.Path || back.Size != e.Size) ||
					!c.back && !errors.Is(err, fs.ErrExist) {
					t.Errorf("restore: %+v, %v", back, err)
				}
				if b, err := os.ReadFile(e.Path); err != nil || string(b) != "bytes" {
					t.Errorf("in its place is %q, %v", b, err)
				}
				if left, err := filepath.Glob(filepath.Join(h.top, "data/Trash/*/a.*")); err != nil ||
					(len(left) == 0) != c.back {
					t.Errorf("in the trash are %q, %v", left, err)
				}
			})
		}
	}
}

// copyAll copies a file, and its times as far as possible.
func copyAll(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	s, err := os.Stat(from)
	return errors.Join(err, os.WriteFile(to, content, 0o600), os.Chtimes(to, s.ModTime(), s.ModTime()))
}

func TestAFileComesBackWhereALinkIsSaidToBeAnotherFile(t *testing.T) {
	h := bound(t, "mergerfs")
	d := h.Open(t)
	defer d.Close()
	e, r, err := put(t, h, d)
	if err != nil || exists(e.Path) {
		t.Fatalf("trash: %v; it is in its place: %v", err, exists(e.Path))
	}
	h.Write(t, "a.png", []byte("another's"))
	if _, err := d.Restore(t.Context(), r); !errors.Is(err, fs.ErrExist) {
		t.Errorf("restore onto another file: %v", err)
	}
	h.Remove(t, "a.png")
	back, err := d.Restore(t.Context(), r)
	if err != nil || back.Path != e.Path || back.Size != e.Size {
		t.Errorf("restore: %+v, %v", back, err)
	}
	if b, err := os.ReadFile(e.Path); err != nil || string(b) != "bytes" {
		t.Errorf("back is %q, %v", b, err)
	}
	if left, err := filepath.Glob(filepath.Join(h.top, "data/Trash/*/*")); err != nil || len(left) > 0 {
		t.Errorf("in the trash are %q, %v", left, err)
	}
}
