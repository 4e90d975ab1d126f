package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// grown returns an open journal with operations, a head and a held lease, and an older copy of it in its own folder.
func grown(t *testing.T) (j *Journal, path, older string) {
	t.Helper()
	path, older = filepath.Join(t.TempDir(), "state", "journal.db"), filepath.Join(t.TempDir(), "journal.db")
	j = openAt(t, path)
	did(t, j, trashOf(file("a", "1")), "bin/a")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ".head"} {
		write(t, older+name, must(os.ReadFile(path+name))(t))
	}
	j = openAt(t, path)
	must(j.Lease(t.Context(), "home", "run"))(t)
	did(t, j, trashOf(file("b", "1")), "bin/b")
	run := must(j.BeginRun(t.Context(), "apply", "sha256:0"))(t)
	if err := j.EndRun(t.Context(), run, nil, nil); err != nil { // this writes the head
		t.Fatal(err)
	}
	return j, path, older
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestARecordThatIsNotAtItsPlaceAnyMoreTakesNoIntent(t *testing.T) {
	remove := func(t *testing.T, pattern string) {
		t.Helper()
		for _, name := range must(filepath.Glob(pattern))(t) {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	rename := func(t *testing.T, from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name string
		do   func(t *testing.T, path, older string)
	}{
		{"all of it is removed", func(t *testing.T, path, _ string) { remove(t, path+"*") }},
		{"the journal is removed", func(t *testing.T, path, _ string) { remove(t, path) }},
		{"its log is removed", func(t *testing.T, path, _ string) { remove(t, path+"-wal") }},
		{"the index of its log is removed", func(t *testing.T, path, _ string) { remove(t, path+"-shm") }},
		{"its head is removed", func(t *testing.T, path, _ string) { remove(t, path+".head") }},
		{"a lease that is held is removed", func(t *testing.T, path, _ string) { remove(t, path+".lease-home") }},
		{"its folder is renamed", func(t *testing.T, path, _ string) {
			rename(t, filepath.Dir(path), filepath.Dir(path)+".old")
		}},
		{"a new one is in its place", func(t *testing.T, path, _ string) {
			remove(t, path+"*")
			if err := openAt(t, path).Close(); err != nil {
				t.Fatal(err)
			}
		}},
		{"an older one is in its place", func(t *testing.T, path, older string) {
			rename(t, older, path)
			rename(t, older+".head", path+".head")
		}},
		{"an older one is written over it", func(t *testing.T, path, older string) {
			for _, name := range []string{"", ".head"} {
				write(t, path+name, must(os.ReadFile(older+name))(t))
			}
		}},
		{"the head of an older one is written over its own", func(t *testing.T, path, older string) {
			write(t, path+".head", must(os.ReadFile(older+".head"))(t))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			j, path, older := grown(t)
			if err := errors.Join(j.Intact(), j.Err()); err != nil {
				t.Fatalf("before: %v", err)
			}
			test.do(t, path, older)
			if _, err := j.Begin(t.Context(), trashOf(file("c", "1"))); !Unreliable(err) {
				t.Errorf("Begin: got %v, want an error that says that the record is not reliable", err)
			}
			for what, err := range map[string]error{
				"Say": j.SetOverride(t.Context(), file("d", "1"), Keep), "SetLately": j.SetLastRun(t.Context(),
					"home", noon),
				"BeginRun": second(j.BeginRun(t.Context(), "apply", "")),
				"Lease":    second(j.Lease(t.Context(), "more", "run")), "Err": j.Err(),
			} {
				if !Unreliable(err) {
					t.Errorf("%s: got %v", what, err)
				}
			}
			select {
			case <-j.Lost():
			default:
				t.Error("nothing says that it is lost")
			}
		})
	}
}

// A lost journal stays lost: the file that is now in its place may lack lines recorded in between.
func TestARecordThatWasLostIsNotWrittenToAgain(t *testing.T) {
	j, path, _ := grown(t)
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	if err := j.Intact(); !errors.Is(err, ErrReplaced) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want %v", err, ErrReplaced)
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Begin(t.Context(), trashOf(file("c", "1"))); !errors.Is(err, ErrReplaced) {
		t.Errorf("got %v, want %v", err, ErrReplaced)
	}
}

// The file now in its place belongs to another process. SQLite would remove its log, and Close would overwrite its
// head.
func TestARecordThatIsLostLeavesTheOneInItsPlaceAlone(t *testing.T) {
	j, path, _ := grown(t)
	for _, name := range must(filepath.Glob(path + "*"))(t) {
		if err := os.Rename(name, name+".away"); err != nil {
			t.Fatal(err)
		}
	}
	other := openAt(t, path)
	did(t, other, trashOf(file("x", "1")), "bin/x")
	if _, err := j.Begin(t.Context(), trashOf(file("c", "1"))); !errors.Is(err, ErrReplaced) {
		t.Errorf("got %v, want %v", err, ErrReplaced)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	for i := range 3 {
		did(t, other, trashOf(file(fmt.Sprint(i), "1")), "bin/x")
	}
	if err := errors.Join(other.Intact(), other.Close()); err != nil {
		t.Error(err)
	}
	equal(t, "lines", must(openAt(t, path).Verify(t.Context()))(t), 8)
}

// Several processes write one journal, and each stores the head.
func TestARecordThatOthersWriteToIsStillItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	a, b := openAt(t, path), openAt(t, path)
	for i := range 5 {
		for _, j := range []*Journal{a, b} {
			did(t, j, trashOf(file(fmt.Sprint(i), "1")), "bin")
			if err := j.SetOverride(t.Context(), file(fmt.Sprint(i), "1"), Keep); err != nil {
				t.Fatal(err)
			}
		}
		release := must(a.Lease(t.Context(), "home", "run"))(t)
		if err := release(); err != nil {
			t.Fatal(err)
		}
		if err := openAt(t, path).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(a.Intact(), b.Intact(), a.Err(), b.Err()); err != nil {
		t.Error(err)
	}
	equal(t, "identity", a.File(), b.File())
}

func TestALineThatAnotherHasBeenPutInPlaceOfIsNoticed(t *testing.T) {
	j, path, _ := grown(t)
	script(t, path, "DELETE FROM chain WHERE line = (SELECT max(line) FROM chain)")
	if _, err := j.Begin(t.Context(), trashOf(file("c", "1"))); !errors.Is(err, ErrOlder) {
		t.Errorf("got %v, want %v", err, ErrOlder)
	}
}

func TestATemporaryRecordHasNoPlaceToLose(t *testing.T) {
	j := must(OpenTemporary(t.Context(), Options{Now: clock()}))(t)
	defer j.Close()
	did(t, j, providers.Op{Kind: providers.OpTrash, Storage: "home", Entry: file("a", "1")}, "bin")
	if err := errors.Join(j.Intact(), j.Err()); err != nil {
		t.Error(err)
	}
}
