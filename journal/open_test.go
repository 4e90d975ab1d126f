package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/sweepd/sweepd/providers"
)

func TestANewJournalIsReadableByItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "sweepd", "journal.db")
	j := openAt(t, path)
	must(j.BeginRun(t.Context(), "scan", ""))(t)
	for name, want := range map[string]fs.FileMode{
		path: 0o600, path + "-wal": 0o600, filepath.Dir(path): 0o700 | fs.ModeDir,
	} {
		if got := must(os.Stat(name))(t).Mode(); got != want {
			t.Errorf("mode of %s: got %v, want %v", name, got, want)
		}
	}
}

func TestAJournalIsDurableByItsSettings(t *testing.T) {
	ofSQLite(t)
	j := newJournal(t)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "application_id": fmt.Sprint(applicationID),
		"user_version": fmt.Sprint(latest()),
	} {
		var got string
		if err := j.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", pragma, got, err, want)
		}
	}
}

func TestThoseWhoMakeTheJournalAtOnceShareIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	if s := server(); s != nil {
		path = s.Schema(t)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			j, err := openAny(path, clock())
			if err != nil {
				t.Error(err)
				return
			}
			defer j.Close()
			if _, err := j.BeginRun(context.Background(), "scan", ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := len(must(openAt(t, path).Runs(t.Context(), 100))(t)); got != 8 {
		t.Errorf("got %d runs, want 8", got)
	}
	if left := must(filepath.Glob(path + ".new-*"))(t); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestAJournalNeedsAClock(t *testing.T) {
	if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "j"), Options{}); err == nil {
		t.Error("got no error")
	}
}

// script runs statements on the file at path, like another program.
func script(t *testing.T, path string, statements ...string) {
	t.Helper()
	ofSQLite(t)
	db := must(sql.Open("sqlite", path))(t)
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// used returns the content of a closed journal with some operations.
func used(t *testing.T) []byte {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := openAt(t, path)
	for i := range 300 {
		key := must(j.Begin(t.Context(), trashOf(file(fmt.Sprint(i), "1"))))(t)
		if err := j.End(t.Context(), key, providers.Outcome{Receipt: "r"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return must(os.ReadFile(path))(t)
}

func TestWhatIsNotASoundJournalIsRefusedAndLeftAsItIs(t *testing.T) {
	content := used(t)
	write := func(b []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	flipped := bytes.Clone(content)
	flipped[100] ^= 0xff // the type of the first page
	for _, test := range []struct {
		name string
		make func(*testing.T, string)
		want error
	}{
		{"a newer version", func(t *testing.T, path string) {
			write(content)(t, path)
			script(t, path, "PRAGMA user_version = 1000")
		}, ErrVersion},
		{"another program's database", func(t *testing.T, path string) {
			script(t, path, "CREATE TABLE runs (id INTEGER)", "INSERT INTO runs VALUES (1)")
		}, ErrForeign},
		{"another program's log-mode database", func(t *testing.T, path string) {
			script(t, path, "PRAGMA journal_mode = WAL", "PRAGMA application_id = 7", "CREATE TABLE t (id INTEGER)")
		}, ErrForeign},
		{"a journal without a version", func(t *testing.T, path string) {
			script(t, path, fmt.Sprintf("PRAGMA application_id = %d", applicationID), "CREATE TABLE t (id INTEGER)")
		}, ErrDamaged},
		{"a picture", write(bytes.Repeat([]byte("\x89PNG\r\n\x1a\n"), 4096)), ErrDamaged},
		{"a short text", write([]byte("hello")), ErrDamaged},
		{"an empty file", write(nil), ErrDamaged},
		{"one page of many", write(content[:4096]), ErrDamaged},
		{"half of it", write(content[:len(content)/2]), ErrDamaged},
		{"all but the last byte", write(content[:len(content)-1]), ErrDamaged},
		{"a flipped byte in the first page", write(flipped), ErrDamaged},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			test.make(t, path)
			before := must(os.ReadFile(path))(t)
			if j, err := Open(t.Context(), path, Options{Now: clock()}); !errors.Is(err, test.want) {
				t.Errorf("Open: got %v, %v, want %v", j, err, test.want)
			}
			if j, err := OpenReadOnly(t.Context(), path); !errors.Is(err, test.want) {
				t.Errorf("OpenReadOnly: got %v, %v, want %v", j, err, test.want)
			}
			if after := must(os.ReadFile(path))(t); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestALogWithoutItsJournalIsNotReplayedIntoANewOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	if err := os.WriteFile(path+"-wal", []byte("the last commits"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{Now: clock()}); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want %v", err, ErrDamaged)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a journal was made: %v", err)
	}
}

func TestDamageBehindTheFirstPageIsAnErrorAndNeverAnEmptyAnswer(t *testing.T) {
	content := used(t)
	for i := 4096; i < len(content); i++ {
		content[i] ^= 0x5a
	}
	path := filepath.Join(t.TempDir(), "journal.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := Open(t.Context(), path, Options{Now: clock()})
	if err == nil {
		defer j.Close()
		for _, err = range j.Operations(t.Context(), Filter{}) {
			break
		}
	}
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want %v", err, ErrDamaged)
	}
}

func TestCheckFindsDamageThatOpenDoesNotSee(t *testing.T) {
	content := used(t)
	path := filepath.Join(t.TempDir(), "journal.db")
	last := len(content) - 4096
	for name, test := range map[string]struct {
		content []byte
		want    error
	}{
		"sound":   {content, nil},
		"damaged": {append(bytes.Clone(content[:last]), bytes.Repeat([]byte{0xa5}, 4096)...), ErrDamaged},
	} {
		if err := os.WriteFile(path, test.content, 0o600); err != nil {
			t.Fatal(err)
		}
		j := must(OpenReadOnly(t.Context(), path))(t)
		if err := j.Check(t.Context()); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
		j.Close()
	}
}

func TestAMigrationIsDoneWhollyOrNotAtAll(t *testing.T) {
	all := fstest.MapFS{
		"migrations/0001_a.sql": {Data: []byte("CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)")},
		"migrations/0002_b.sql": {
			Data: []byte("CREATE TABLE b (x INTEGER); DELETE FROM a; INSERT INTO nonesuch VALUES (1)"),
		},
	}
	path := filepath.Join(t.TempDir(), "journal.db")
	script(t, path, "PRAGMA user_version = 0")
	db := connect(path, "rw", 1)
	defer db.Close()
	state := func() (s string) {
		t.Helper()
		err := db.QueryRow("SELECT (SELECT ifnull(group_concat(name), 'nothing') FROM sqlite_schema) || ' ' ||" +
			" (SELECT user_version FROM pragma_user_version)").Scan(&s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if err := migrate(t.Context(), db, all, 0); err == nil {
		t.Fatal("got nil, want an error")
	}
	equal(t, "after the failure", state(), "nothing 0")
	all["migrations/0002_b.sql"].Data = []byte("CREATE TABLE b (x INTEGER)")
	for range 2 { // the second time like a process that read version 0 before the first
		if err := migrate(t.Context(), db, all, 0); err != nil {
			t.Fatal(err)
		}
		equal(t, "after the success", state(), "a,b 2")
	}
}

func TestReadingMakesNoFileAndWritesNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	if _, err := OpenReadOnly(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no file: got %v, want %v", err, fs.ErrNotExist)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
	openAt(t, path)
	j := must(OpenReadOnly(t.Context(), path))(t)
	defer j.Close()
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	e := file("a", "1")
	_, begun := j.Begin(t.Context(), trashOf(e))
	_, run := j.BeginRun(t.Context(), "scan", "")
	_, leased := j.Lease(t.Context(), "home", "scan")
	for what, err := range map[string]error{
		"Begin": begun, "BeginRun": run, "Lease": leased,
		"End": j.End(t.Context(), "k", providers.Outcome{Receipt: "r"}), "EndRun": j.EndRun(t.Context(), 1, nil, nil),
		"Mark": second(j.Mark(t.Context(), "home", []providers.Entry{e}, noon)),
		"Say":  j.SetOverride(t.Context(), e, Keep), "SayOf": j.SetContentOverride(t.Context(), Content{}, Keep),
		"SetClocks": j.SetClocks(t.Context(), Clock{}, Clock{}),
		"Put":       s.Put(t.Context(), e, proven()), "Save": s.Save(t.Context(), "c", true),
	} {
		if !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: got %v, want %v", what, err, fs.ErrPermission)
		}
	}
}

// second drops a result that comes before an error.
func second[T any](_ T, err error) error { return err }
