//go:build linux

package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// paths are all files and folders of the world.
func (w *World) paths() (all []string) {
	w.Helper()
	err := filepath.WalkDir(w.Home, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// times are what any access leaves a trace in; asking for them leaves none.
func (w *World) times(paths []string) map[string]string {
	w.Helper()
	all := map[string]string{}
	for _, path := range paths {
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			w.Fatal(err)
		}
		all[path] = fmt.Sprintf("inode %d, accessed %v, modified %v, changed %v, %d bytes", st.Ino, st.Atim, st.Mtim,
			st.Ctim, st.Size)
	}
	return all
}

func TestLookingChangesNothingNotEvenAnAccessTime(t *testing.T) {
	t.Parallel()
	w := NewWorld(t, Build(t))
	state := t.TempDir()
	paths := w.paths()
	for _, args := range [][]string{
		{"scan"},
		{"scan", "--all", "--json"},
		{"scan", filepath.Join(w.Home, "Downloads")},
		{"plan"},
		{"check"},
		{"status"},
		{"history"},
		{"explain", filepath.Join(w.Home, "Downloads/holiday.png")},
	} {
		for _, path := range paths { // an old access time is one that even relatime would renew
			if err := os.Chtimes(path, time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil {
				t.Fatal(err)
			}
		}
		before := w.times(paths)
		cmd := w.Command(args...)
		cmd.Env = append(cmd.Env, "STATE_DIRECTORY="+state)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
		for path, now := range w.times(paths) {
			if before[path] != now && !strings.Contains(path, "/.config") { // the policy is read as any file is
				t.Errorf("%v: %s: %s; before: %s", args, path, now, before[path])
			}
		}
	}
	if now := w.paths(); len(now) != len(paths) {
		t.Errorf("there are %d files and folders, before %d: %q", len(now), len(paths), now)
	}
}
