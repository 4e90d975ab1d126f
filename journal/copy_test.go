//go:build unix

package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// furnish fills an empty journal with a row of each kind that a deletion may depend on.
func furnish(t *testing.T, j *Journal) {
	t.Helper()
	for _, storage := range []string{"home", "drive"} {
		release := must(j.Lease(t.Context(), storage, "test"))(t)
		defer func() {
			if err := release(); err != nil {
				t.Error(err)
			}
		}()
	}
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{
		file("a", "1"): proven(), file("c", "1"): proven(), file("d", "1"): photo,
	})
	run := must(j.BeginRun(t.Context(), "apply", "hash"))(t)
	did(t, j, trashOf(file("b", "1")), "bin/b")
	far := trashOf(file("far", "1"))
	far.Storage = "drive"
	did(t, j, far, "bin/far")
	did(t, j, trashOf(file("e", "1")), "bin/e")
	must(j.Begin(t.Context(), trashOf(file("open", "1"))))(t)
	failed := must(j.Begin(t.Context(), trashOf(file("failed", "1"))))(t)
	if err := j.End(t.Context(), failed, providers.Outcome{Err: providers.ErrBusy}); err != nil {
		t.Fatal(err)
	}
	// It comes back, and so is kept, by its name and by its content.
	restore := trashOf(file("b", "1"))
	restore.Kind, restore.Receipt = providers.OpRestore, "bin/b"
	key := must(j.Begin(t.Context(), restore))(t)
	back := file("b", "2")
	back.SHA256 = [32]byte{1}
	if err := j.End(t.Context(), key, providers.Outcome{Receipt: "bin/b", Restored: back}); err != nil {
		t.Fatal(err)
	}
	purge := far
	purge.Kind, purge.Receipt = providers.OpPurge, "bin/far"
	did(t, j, purge, "bin/far")
	for _, w := range []Override{Keep, Approve, NoOverride, Keep} {
		if err := j.SetOverride(t.Context(), file("c", "1"), w); err != nil {
			t.Fatal(err)
		}
	}
	content := Content{Size: 7, SHA256: [32]byte{1}}
	err := errors.Join(
		j.SetContentOverride(t.Context(), content, NoOverride), j.SetContentOverride(t.Context(), content, Keep),
		j.SetLastRun(t.Context(), "digest", noon), j.SetClocks(t.Context(), Clock{Wall: noon}, Clock{}),
		j.EndRun(t.Context(), run, []byte(`{"trashed":3}`), nil),
	)
	if err != nil {
		t.Fatal(err)
	}
	must(j.BeginRun(t.Context(), "interrupted", "hash"))(t)
}

// overridesOf returns the decisions of users with what brought them.
func overridesOf(t *testing.T, j *Journal) (all []OverrideRecord) {
	t.Helper()
	return must(j.OverrideRecords(t.Context()))(t)
}

func TestACopyHasTheSameAnswers(t *testing.T) {
	s := startServer(t)
	dsn, dir := s.Schema(t), t.TempDir()
	first := filepath.Join(dir, "first.db")
	j := must(Open(t.Context(), first, Options{Now: time.Now}))(t)
	furnish(t, j)
	want := fmt.Sprintf("%+v", must(askAll(t.Context(), j))(t))
	said := overridesOf(t, j)
	ends := string(must(j.ends(t.Context(), j.read))(t))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(dir, "second.db")
	for _, way := range [][2]string{{first, dsn}, {dsn, second}, {second, s.Schema(t)}} {
		lines := must(Copy(t.Context(), way[0], way[1], Options{Now: time.Now}))(t)
		j := must(Open(t.Context(), way[1], Options{Now: time.Now}))(t)
		equal(t, "lines", must(j.Verify(t.Context()))(t), lines)
		if err := whole(t.Context(), j); err != nil {
			t.Error(err)
		}
		equal(t, "answers", fmt.Sprintf("%+v", must(askAll(t.Context(), j))(t)), want)
		equal(t, "decisions", overridesOf(t, j), said)
		var body []byte
		err := j.read.QueryRow(`SELECT body FROM chain WHERE event = 'copied' ORDER BY line LIMIT 1`).Scan(&body)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "the ends of the source", string(body), ends)
		ends = string(must(j.ends(t.Context(), j.read))(t))
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	// It goes on.
	j = must(Open(t.Context(), dsn, Options{Now: time.Now}))(t)
	defer j.Close()
	release := must(j.Lease(t.Context(), "home", "apply"))(t)
	defer release()
	did(t, j, trashOf(file("later", "1")), "bin/later")
	must(j.Verify(t.Context()))(t)
}

func TestACopyThatIsRefusedLeavesNothing(t *testing.T) {
	s := startServer(t)
	dsn, path := s.Schema(t), filepath.Join(t.TempDir(), "journal.db")
	_, err := Copy(t.Context(), path, dsn, Options{Now: time.Now})
	wants(t, "without a source", err, fs.ErrNotExist)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the source was made: %v", err)
	}
	j := must(Open(t.Context(), path, Options{Now: time.Now}))(t)
	defer j.Close()
	furnish(t, j)
	release := must(j.Lease(t.Context(), "home", "apply"))(t)
	if _, err := Copy(t.Context(), path, dsn, Options{Now: time.Now}); !errors.As(err, new(*LeasedError)) {
		t.Errorf("while it is swept: got %v, want a *LeasedError", err)
	}
	if err := errors.Join(release(), j.Close()); err != nil {
		t.Fatal(err)
	}
	other := s.Schema(t)
	used := openIn(t, other, asStandard)
	must(used.BeginRun(t.Context(), "apply", ""))(t)
	_, err = Copy(t.Context(), path, other, Options{Now: time.Now})
	wants(t, "a target with a record", err, fs.ErrExist)
	equal(t, "lines", must(used.Verify(t.Context()))(t), 1)

	j = must(Open(t.Context(), path, Options{Now: time.Now}))(t)
	must(j.write.Exec(`UPDATE operations SET size = size + 1 WHERE id = 1`))(t)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Copy(t.Context(), path, dsn, Options{Now: time.Now})
	wants(t, "a damaged source", err, ErrDamaged)
	empty := openIn(t, dsn, asStandard)
	equal(t, "lines", must(empty.Verify(t.Context()))(t), 0)
	equal(t, "operations", len(keysOf(t, empty, Filter{})), 0)
}
