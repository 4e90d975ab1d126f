//go:build linux

package local

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// every path below top.
func every(t *testing.T, top string) (all []string) {
	t.Helper()
	must(t, filepath.Walk(top, func(path string, _ os.FileInfo, err error) error {
		all = append(all, path)
		return err
	}))
	return all
}

func TestATrialOfTheTrashLeavesNothingBehind(t *testing.T) {
	b := newBox(t)
	bin, err := b.d.Trial(b.root)
	if err != nil || bin != b.trash {
		t.Fatalf("got %q, %v; want %q", bin, err, b.trash)
	}
	want := []string{
		b.top, filepath.Dir(b.trash), b.trash, filepath.Join(b.trash, "files"), filepath.Join(b.trash, "info"), b.root,
	}
	if got := every(t, b.top); len(got) != len(want) {
		t.Errorf("there are %q, want %q", got, want)
	}
}

// A folder is at fault for every file that would go the same way, and the error
// of a move names it, as that of a trial does.
func TestAMoveThatAFolderForbidsNamesTheFolder(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "a picture")
	for _, file := range []string{b.trash, filepath.Join(b.trash, "files")} {
		must(t, os.MkdirAll(filepath.Dir(file), 0o700))
		write(t, file, "a file where the folder should be")
		_, trial := b.d.Trial(b.root)
		_, move := b.d.Trash(t.Context(), key, e.Ref, e.Revision)
		for what, err := range map[string]error{"trial": trial, "move": move} {
			if fault, ok := errors.AsType[*providers.FolderError](err); !ok || fault.Folder != b.trash {
				t.Errorf("%s with %s a file: got %v, want %s at fault", what, file, err, b.trash)
			}
		}
		must(t, os.Remove(file))
	}
	if got := every(t, b.root); len(got) != 2 {
		t.Errorf("the root holds %q, want the picture alone", got)
	}
}

// The next trial removes the file of one that was killed, an hour later, and no
// file that is only similar.
func TestATrialTakesAwayWhatAKilledOneLeft(t *testing.T) {
	b := newBox(t, func(o *Options) { o.Now = func() time.Time { return time.Now().Add(2 * time.Hour) } })
	_, err := b.d.Trial(b.root)
	must(t, err)
	name := ".sweepd-trial-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	left := []string{
		b.path(name), b.trash + "/" + name, b.trash + "/files/" + name, b.trash + "/info/" + name + ".trashinfo",
	}
	for _, path := range left {
		write(t, path, "")
	}
	write(t, b.trash+"/info/"+name+".trashinfo", "[Trash Info]\n")
	others := map[string]string{
		b.path(".sweepd-trial-ABCDEFGHIJKLMNOPQRSTUVWXYA"): "a person's words", // not empty
		b.path(".sweepd-trial-short"):                      "",
		b.path("sub/" + name):                              "",
		b.path(".sweepd-trial-abcdefghijklmnopqrstuvwxyz"): "",
		b.path(name + ".trashinfo"):                        "",
		b.trash + "/files/a.png":                           "",
	}
	for path, content := range others {
		write(t, path, content)
	}
	fresh := b.open(func(o *Options) { o.Now = time.Now })
	_, err = fresh.Trial(b.root)
	must(t, err)
	for _, path := range left { // another may be at work
		if _, err := os.Lstat(path); err != nil {
			t.Error(err)
		}
	}
	_, err = b.d.Trial(b.root)
	must(t, err)
	for _, path := range left {
		b.missing(path)
	}
	for path, content := range others {
		b.holds(path, content)
	}
}
