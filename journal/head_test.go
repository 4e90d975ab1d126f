package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// refused checks that opening the journal at path fails with want, and that no file is created in its place.
func refused(t *testing.T, path string, want error) {
	t.Helper()
	before := must(os.ReadDir(filepath.Dir(path)))(t)
	if j, err := Open(t.Context(), path, Options{Now: clock()}); !errors.Is(err, want) {
		t.Errorf("Open: got %v, %v, want %v", j, err, want)
	}
	if j, err := OpenReadOnly(t.Context(), path); !errors.Is(err, want) {
		t.Errorf("OpenReadOnly: got %v, %v, want %v", j, err, want)
	}
	if after := must(os.ReadDir(filepath.Dir(path)))(t); len(after) < len(before) {
		t.Errorf("got %v, want %v", after, before)
	}
}

// files holds a journal's files byte by byte. There may be no log.
type files struct{ journal, log []byte }

// stored reads the journal at path as it lies on the disk.
func stored(t *testing.T, path string) files {
	t.Helper()
	log, err := os.ReadFile(path + "-wal")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files{must(os.ReadFile(path))(t), log}
}

// putBack writes f in place of the journal at path. It leaves the head unchanged.
func putBack(t *testing.T, path string, f files) {
	t.Helper()
	for name, b := range map[string][]byte{path: f.journal, path + "-wal": f.log, path + "-shm": nil} {
		err := os.Remove(name)
		if b != nil {
			err = os.WriteFile(name, b, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

func TestAnOlderCopyThatWasPutBackIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := openAt(t, path)
	did(t, j, trashOf(file("a", "1")), "bin/a")
	withLog := stored(t, path)
	j.Close()
	alone := stored(t, path)
	j = openAt(t, path)
	did(t, j,
		providers.Op{Kind: providers.OpRestore, Storage: "home", Entry: file("a", "1"), Receipt: "bin/a"}, "bin/a")
	if err := j.SetOverride(t.Context(), file("a", "1"), Keep); err != nil {
		t.Fatal(err)
	}
	newest := stored(t, path)
	j.Close()
	other := newJournal(t)
	empty := stored(t, other.path)
	for range 5 {
		did(t, other, trashOf(file("a", "1")), "bin/a")
	}
	for name, f := range map[string]files{
		"with its log":               withLog,
		"without a log":              alone,
		"the newest without its log": {newest.journal, nil},
		"an empty one":               empty,
		"another one, longer":        stored(t, other.path),
	} {
		t.Run(name, func(t *testing.T) {
			putBack(t, path, f)
			refused(t, path, ErrOlder)
		})
	}
	putBack(t, path, newest)
	if err := openAt(t, path).Check(t.Context()); err != nil {
		t.Errorf("the newest with its log: %v", err)
	}
}

// An older file beside the newer log gives a mixture of both.
func TestAnOlderCopyBesideTheNewerLogIsRefusedOrWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := openAt(t, path)
	for i := range 200 {
		did(t, j, trashOf(file(fmt.Sprint(i), "1")), "r")
	}
	j.Close()
	older := stored(t, path)
	j = openAt(t, path)
	for i := range 200 {
		did(t, j, trashOf(file(fmt.Sprint(200+i), "1")), "r")
	}
	must(j.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)"))(t)
	did(t, j, trashOf(file("last", "1")), "r")
	if err := j.SetOverride(t.Context(), file("last", "1"), Keep); err != nil {
		t.Fatal(err)
	}
	newest := stored(t, path)
	j.Close()
	putBack(t, path, files{older.journal, newest.log})
	j, err := Open(t.Context(), path, Options{Now: clock()})
	if err == nil {
		defer j.Close()
		err = j.Check(t.Context())
	}
	if !errors.Is(err, ErrOlder) && !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want %v or %v", err, ErrOlder, ErrDamaged)
	}
}

func TestAJournalThatIsGoneIsNotMadeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	eventful(t, path).Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	refused(t, path, ErrMissing)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a journal was made: %v", err)
	}
	if _, err := OpenReadOnly(t.Context(), path); errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, which reads as if there had never been one", err)
	}
}

func TestAHeadThatCannotBeReadIsDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	eventful(t, path).Close()
	good := must(os.ReadFile(headName(path)))(t)
	for _, bad := range []string{
		"", "{", "null", "{}", string(good[:len(good)-3]), string(good) + "{}", `{"lines":0,"hash":""}`,
		`{"lines":1,"hash":"00"}`, `{"lines":1,"hash":"` + string(make([]byte, 64)) + `"}`, `[1]`, `{"line":1}`,
	} {
		if err := os.WriteFile(headName(path), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, path, ErrDamaged)
	}
	for i := range good { // each bit
		for bit := range 8 {
			b := bytes.Clone(good)
			b[i] ^= 1 << bit
			if err := os.WriteFile(headName(path), b, 0o600); err != nil {
				t.Fatal(err)
			}
			j, err := OpenReadOnly(t.Context(), path)
			if err == nil {
				j.Close()
				if !bytes.EqualFold(bytes.TrimSpace(b), bytes.TrimSpace(good)) {
					t.Errorf("%q was taken for %q", b, good)
				}
			}
		}
	}
}

func TestTheHeadIsWrittenWhenARunEndsAWordIsSaidAndTheJournalIsClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := openAt(t, path)
	noted := func() int64 {
		t.Helper()
		if h := must(readHead(path))(t); h != nil {
			return h.Lines
		}
		return 0
	}
	run := must(j.BeginRun(t.Context(), "apply", ""))(t)
	did(t, j, trashOf(file("a", "1")), "r")
	equal(t, "while the run is under way", noted(), 0)
	if err := j.EndRun(t.Context(), run, nil, nil); err != nil {
		t.Fatal(err)
	}
	equal(t, "after the run", noted(), 4)
	if err := j.SetOverride(t.Context(), file("a", "1"), Keep); err != nil {
		t.Fatal(err)
	}
	equal(t, "after a word", noted(), 5)
	if err := j.SetContentOverride(t.Context(), Content{Size: 1}, Keep); err != nil {
		t.Fatal(err)
	}
	equal(t, "after a word on a content", noted(), 6)
	did(t, j, trashOf(file("b", "1")), "r")
	equal(t, "after an operation", noted(), 6)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	equal(t, "after it was closed", noted(), 8)
	before := must(os.Stat(headName(path)))(t)
	equal(t, "mode", before.Mode(), 0o600)
	openAt(t, path).Close()
	if after := must(os.Stat(headName(path)))(t); !os.SameFile(before, after) {
		t.Error("it was written though nothing had changed")
	}
	if left := must(filepath.Glob(path + "*.new*"))(t); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

// The crashes happen between the commit and the head, and while the head is written.
func TestAHeadThatLagsIsNoDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := openAt(t, path)
	if err := j.SetOverride(t.Context(), file("a", "1"), Keep); err != nil {
		t.Fatal(err)
	}
	lagging := must(os.ReadFile(headName(path)))(t)
	did(t, j, trashOf(file("b", "1")), "r")
	j.Close()
	for name, b := range map[string][]byte{headName(path): lagging, headName(path) + ".new": []byte(`{"li`)} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j = openAt(t, path)
	if err := j.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if err := j.SetOverride(t.Context(), file("c", "1"), Keep); err != nil {
		t.Error(err)
	}
	equal(t, "noted", must(readHead(path))(t).Lines, 4)
}

func TestAHeadThatCannotBeWrittenIsAnErrorAndTriedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := openAt(t, path)
	if err := os.Mkdir(headName(path)+".new", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := j.SetOverride(t.Context(), file("a", "1"), Keep); err == nil {
		t.Error("got nil, want an error")
	}
	equal(t, "the word", must(j.Override(t.Context(), file("a", "1")))(t), Keep)
	if err := os.Remove(headName(path) + ".new"); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	equal(t, "noted", must(readHead(path))(t).Lines, 1)
}
