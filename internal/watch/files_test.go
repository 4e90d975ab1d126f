package watch

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestAFileThatIsMadeWrittenReplacedOrRemovedIsToldOf(t *testing.T) {
	dir, away := t.TempDir(), t.TempDir()
	path, link := filepath.Join(dir, "policy.yaml"), filepath.Join(dir, "link.yaml")
	real := filepath.Join(away, "real.yaml")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.WriteFile(real, []byte("a"), 0o600))
	check(os.Symlink(real, link))
	changed, end, err := Files([]string{path, link, filepath.Join(dir, "missing", "policy.yaml")})
	check(err)
	for _, act := range []struct {
		name string
		do   func() error
	}{
		{"made", func() error { return os.WriteFile(path, []byte("a"), 0o600) }},
		{"written", func() error { return os.WriteFile(path, []byte("b"), 0o600) }},
		{"replaced", func() error {
			check(os.WriteFile(path+".new", []byte("c"), 0o600))
			return os.Rename(path+".new", path)
		}},
		{"removed", func() error { return os.Remove(path) }},
		{"written where a link leads", func() error { return os.WriteFile(real, []byte("b"), 0o600) }},
	} {
		check(act.do())
		select {
		case <-changed:
		case <-time.After(time.Minute):
			t.Fatalf("that a file was %s is not told", act.name)
		}
	}
	check(end())
}
