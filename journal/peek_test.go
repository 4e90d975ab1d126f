package journal

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// A peek leaves no file beside the journal, and reads what another process has not put into the journal yet.
func TestAPeekLeavesNoTrace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	if _, err := Peek(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a journal: %v", err)
	}
	j := openAt(t, path)
	must(j.BeginRun(t.Context(), "scan", ""))(t)
	peeks(t, path, 1) // from the log
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	peeks(t, path, 1)
}

// peeks peeks at the journal and compares the number of runs, and the files before and after.
func peeks(t *testing.T, path string, runs int) {
	t.Helper()
	before := beside(t, path)
	j := must(Peek(t.Context(), path))(t)
	if all, err := j.Runs(t.Context(), 10); err != nil || len(all) != runs {
		t.Errorf("%d runs, %v, want %d", len(all), err, runs)
	}
	if _, err := j.BeginRun(t.Context(), "scan", ""); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a write: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if after := beside(t, path); !maps.Equal(before, after) {
		t.Errorf("the files were %v, and are %v", before, after)
	}
}

// beside returns the sizes of the files in the journal's folder.
func beside(t *testing.T, path string) map[string]int64 {
	t.Helper()
	sizes := map[string]int64{}
	for _, e := range must(os.ReadDir(filepath.Dir(path)))(t) {
		sizes[e.Name()] = must(e.Info())(t).Size()
	}
	return sizes
}
