package durable_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/sweepd/sweepd/internal/durable"
)

// alone checks that the folder has one file, with this content and private.
func alone(t *testing.T, path, content string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != content {
		t.Errorf("got %q, %v; want %q", got, err, content)
	}
	fi, err := os.Stat(path)
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", fi.Mode(), err)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("the folder has %v, %v; want one file", names, err)
	}
}

func TestReplaceLeavesOneFileWithTheNewContent(t *testing.T) {
	t.Parallel()
	for _, temp := range []string{".new-*", "file.new"} {
		path := filepath.Join(t.TempDir(), "file")
		for _, content := range []string{"first, and longer", "second"} {
			if err := durable.Replace(path, temp, []byte(content)); err != nil {
				t.Fatal(err)
			}
			alone(t, path, content)
		}
	}
}

func TestCreateReplacesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := durable.Create(path, ".new-*", []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := durable.Create(path, ".new-*", []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	alone(t, path, "first")
}

// A folder at path cannot be replaced by a file; the temporary file is removed.
func TestWhatCannotBeReplacedLeavesNoTemporaryFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.MkdirAll(filepath.Join(path, "in it"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.Replace(path, ".new-*", []byte("content")); err == nil {
		t.Error("a folder was replaced")
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("the folder has %v, %v; want the folder alone", names, err)
	}
}

func TestAFileThatIsNotWrittenWholeIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	broken := errors.New("broken")
	half := func(w io.Writer) error {
		_, err := w.Write(make([]byte, 1<<20))
		return errors.Join(err, broken)
	}
	if err := durable.CreateFrom(path, ".temp-*", half); !errors.Is(err, broken) {
		t.Errorf("Create: got %v", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Create: %v", err)
	}
	if err := durable.Replace(path, ".temp-*", []byte("old")); err != nil {
		t.Fatal(err)
	}
	if err := durable.ReplaceFrom(path, ".temp-*", half); !errors.Is(err, broken) {
		t.Errorf("Replace: got %v", err)
	}
	alone(t, path, "old")
}

func TestMkdirAllMakesPrivateFolders(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		if err := durable.MkdirAll(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{path, filepath.Dir(path)} {
		if fi, err := os.Stat(dir); err != nil || fi.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v; want 0700", dir, fi, err)
		}
	}
}
