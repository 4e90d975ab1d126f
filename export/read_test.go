package export_test

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/export"
)

func TestAContextThatEndsEndsTheReading(t *testing.T) {
	t.Parallel()
	data := portal(t, zip.Deflate, 2).zip(t, zip.Deflate)
	calls := 0
	count := export.Options{Temp: t.TempDir(), Progress: func(export.Progress) { calls++ }}
	if _, err := export.ReadZip(t.Context(), strings.NewReader(data), int64(len(data)), count); err != nil {
		t.Fatal(err)
	}
	total := calls
	for stop := range total {
		ctx, cancel := context.WithCancel(t.Context())
		calls = 0
		o := export.Options{Temp: t.TempDir(), Progress: func(export.Progress) {
			if calls++; calls > stop {
				cancel()
			}
		}}
		r, err := export.ReadZip(ctx, strings.NewReader(data), int64(len(data)), o)
		cancel()
		if !errors.Is(err, context.Canceled) || r != nil {
			t.Errorf("stopped at step %d of %d: %v, %v", stop, total, r, err)
		}
	}
}

// A file is not read to its end either.
func TestAContextThatEndsEndsTheReadingOfAFile(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	o := export.Options{Progress: func(export.Progress) { calls++; cancel() }}
	data := layout{{"large.png", picture(t, 1) + strings.Repeat("\x00", 5<<20)}}.zip(t, zip.Store)
	_, err := export.ReadZip(ctx, strings.NewReader(data), int64(len(data)), o)
	if !errors.Is(err, context.Canceled) || calls > 3 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestProgressGoesToTheEnd(t *testing.T) {
	t.Parallel()
	sound := file{"sound.wav", "RIFF\x24\x00\x00\x00WAVEfmt " + strings.Repeat("\x00", 100_000)}
	data := portal(t, zip.Deflate, 2).with(sound).zip(t, zip.Deflate)
	var last export.Progress
	o := export.Options{Temp: t.TempDir(), Progress: func(p export.Progress) {
		if p.Total > 0 && last.Total > 0 && (p.Bytes < last.Bytes || p.Total != last.Total) || p.Images < last.Images {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
	}}
	if _, err := export.ReadZip(t.Context(), strings.NewReader(data), int64(len(data)), o); err != nil {
		t.Fatal(err)
	}
	if last.Bytes != last.Total || last.Total == 0 || last.Images != 2 {
		t.Errorf("the last progress is %+v", last)
	}
}

func TestALinkInAFolderIsAProblem(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	secret := filepath.Join(outside, "outside.png")
	if err := os.WriteFile(secret, []byte(picture(t, 7)), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, target := range map[string]string{
		"a file outside": secret, "a folder outside": outside, "a file inside": "conversations.json", "nothing": "none",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			root := year2025(t).folder(t)
			err := os.Symlink(target, filepath.Join(root.Name(), "link.png"))
			if err != nil && runtime.GOOS == "windows" {
				t.Skip(err) // it allows this only to some
			} else if err != nil {
				t.Fatal(err)
			}
			r, err := export.ReadFolder(t.Context(), root, export.Options{})
			if err != nil {
				t.Fatal(err)
			}
			faulty(t, r, export.ErrLink, "link.png")
			if len(r.Images) != 2 {
				t.Errorf("%d images, want the 2 of the folder", len(r.Images))
			}
		})
	}
}

// A file that becomes a link after the listing does not lead out either.
func TestAFileThatIsReplacedIsAProblem(t *testing.T) {
	t.Parallel()
	const name = given + "-sanitized.png"
	for what, replace := range map[string]func(path string) error{
		"by a link outside": func(path string) error { return os.Symlink("/dev/null", path) },
		"by a link inside":  func(path string) error { return os.Symlink("conversations.json", path) },
		"by another file":   func(path string) error { return os.WriteFile(path, []byte(picture(t, 7)), 0o600) },
		"by nothing":        func(string) error { return nil },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			root := year2025(t).folder(t)
			path := filepath.Join(root.Name(), name)
			done := false
			r, err := export.ReadFolder(t.Context(), root, export.Options{Progress: func(export.Progress) {
				if done {
					return
				}
				// A second file keeps the inode, so that it is not reused.
				if err := errors.Join(os.Rename(path, path+".json"), replace(path)); err != nil {
					t.Error(err)
				}
				done = true
			}})
			if err != nil {
				t.Fatal(err)
			}
			faulty(t, r, export.ErrUnreadable, name)
		})
	}
}

func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	root := portal(t, zip.Deflate, 2).with(year2025(t)...).folder(t)
	before := tree(t, root)
	if _, err := export.ReadFolder(t.Context(), root, export.Options{Temp: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	if after := tree(t, root); !maps.Equal(before, after) {
		t.Errorf("%v, and before it %v", after, before)
	}
}

// tree returns the sizes and times of all files.
func tree(t testing.TB, root *os.Root) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			all[path] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
