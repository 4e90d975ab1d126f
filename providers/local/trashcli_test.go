//go:build linux

package local

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// trashCLI runs a program of the package trash-cli on the box's bin: the
// second opinion on what a freedesktop.org trash is.
func (b *box) trashCLI(stdin, program string, args ...string) string {
	b.Helper()
	path, err := exec.LookPath(program)
	if err != nil && os.Getenv("CI") == "true" {
		b.Fatal(err)
	} else if err != nil {
		b.Skip(err)
	}
	cmd := exec.CommandContext(b.Context(), path, args...)
	cmd.Dir, cmd.Stdin = b.root, strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+filepath.Dir(b.trash), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

// shared are names that each program must understand from the other.
var shared = []string{"a.png", "per%41cent +,é.png", "quo\"te'.png", "\x1b[31mred.png"}

// longest is a name for which trash-put 0.17 looks for a free one for ever.
var longest = strings.Repeat("l", 251) + ".png"

func TestTrashCLIListsAndRestoresWhatWePut(t *testing.T) {
	for _, name := range append([]string{longest}, shared...) {
		b := newBox(t)
		e := b.write("sub/"+name, name)
		r := b.put(e)
		if got, want := b.trashCLI("", "trash-list"), "2026-11-23 12:00:00 "+e.Path+"\n"; got != want {
			t.Errorf("trash-list: got %q, want %q", got, want)
		}
		out := b.trashCLI("0\n", "trash-restore")
		if _, err := os.Stat(e.Path); err != nil {
			t.Errorf("trash-restore: %v\n%s", err, out)
			continue
		}
		b.holds(e.Path, name)
		if got, err := b.d.Restore(t.Context(), r); err != nil || got.Path != e.Path {
			t.Errorf("our restore after theirs: got %+v, %v; want the file that is back", got, err)
		}
		b.binHas(0, 0)
	}
}

func TestWhatTrashCLIPutsWeListRestoreAndPurge(t *testing.T) {
	for _, name := range append([]string{"new\nline.png"}, shared...) {
		b := newBox(t)
		e := b.write(name, name)
		for _, purge := range []bool{false, true} {
			b.trashCLI("", "trash-put", "--", e.Path)
			b.missing(e.Path)
			var found []providers.Trashed
			for entry, err := range b.d.Trashed(t.Context()) {
				must(t, err)
				found = append(found, entry)
			}
			if len(found) != 1 || found[0].Path != e.Path || found[0].Deleted.IsZero() {
				t.Fatalf("%q: got %+v", name, found)
			}
			if purge {
				must(t, b.d.Purge(t.Context(), found[0].Receipt))
			} else if _, err := b.d.Restore(t.Context(), found[0].Receipt); err != nil {
				t.Errorf("%q: %v", name, err)
			}
			if _, err := os.Stat(e.Path); errors.Is(err, fs.ErrNotExist) != purge {
				t.Errorf("%q: purged %v, and stat says %v", name, purge, err)
			}
			b.binHas(0, 0)
		}
	}
}
