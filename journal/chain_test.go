package journal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/sweepd/sweepd/providers"
)

// eventful returns a journal with each kind of event: 15 lines.
func eventful(t testing.TB, path string) *Journal {
	t.Helper()
	j := openAt(t, path)
	run := must(j.BeginRun(t.Context(), "apply", "sha256:0"))(t) // line 1
	did(t, j, trashOf(file("a", "1")), "bin/a")                  // 2, 3
	did(t, j, trashOf(file("b", "1")), "bin/b")                  // 4, 5
	failed := must(j.Begin(t.Context(), trashOf(file("c", "1"))))(t)
	purge := providers.Op{Kind: providers.OpPurge, Storage: "home", Entry: file("b", "1"), Receipt: "bin/b"}
	restore := must(j.Begin(t.Context(),
		providers.Op{Kind: providers.OpRestore, Storage: "home", Entry: file("a", "1"), Receipt: "bin/a"}))(t)
	for _, err := range []error{
		j.End(t.Context(), failed, providers.Outcome{Err: providers.ErrBusy}), // 8
		j.End(t.Context(), restore, providers.Outcome{Receipt: "bin/a", Restored: file("a",
			"2")}), // 9, 10
		j.SetOverride(t.Context(), file("d", "1"), Keep), j.SetOverride(t.Context(), file("d", "1"),
			NoOverride), // 11, 12
		j.SetContentOverride(t.Context(), Content{Size: 7, SHA256: [32]byte{1}}, Keep), // 13
		j.EndRun(t.Context(), run, nil, nil), second(j.Begin(t.Context(), purge)),      // 14, 15
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return j
}

func TestEveryEventIsALineOfTheChain(t *testing.T) {
	j := eventful(t, newPath(t))
	lines := int64(15)
	if j.leases != nil { // the word that line 10 has is in another chain, where a line says so
		lines++
	}
	equal(t, "lines", must(j.Verify(t.Context()))(t), lines)
	nothing := providers.Outcome{Receipt: "bin/b"}
	first := keysOf(t, j, Filter{Path: "/pictures/b"})[0]
	for what, err := range map[string]error{
		"an outcome again":         j.End(t.Context(), first, nothing),
		"no word in place of none": j.SetOverride(t.Context(), file("x", "1"), NoOverride),
		"no word on a content":     j.SetContentOverride(t.Context(), Content{Size: 8}, NoOverride),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	equal(t, "lines after what changes nothing", must(j.Verify(t.Context()))(t), lines)
	if err := whole(t.Context(), j); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyRecordIsWhole(t *testing.T) {
	equal(t, "lines", must(newJournal(t).Verify(t.Context()))(t), 0)
}

func TestVerifyFindsWhateverWasChanged(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "journal.db")
	if err := eventful(t, whole).Close(); err != nil {
		t.Fatal(err)
	}
	content := stored(t, whole)
	const moved = "UPDATE chain SET line = -%[1]d WHERE line = %[1]d; UPDATE chain SET line = %[1]d WHERE line = " +
		"%[2]d; UPDATE chain SET line = %[2]d WHERE line = -%[1]d"
	for _, test := range []struct {
		damage string
		line   int64
	}{
		{"UPDATE operations SET path = x'78' WHERE begun_line = 4", 4},
		{"UPDATE operations SET size = size + 1 WHERE begun_line = 4", 4},
		{"UPDATE operations SET kind = 'purge' WHERE begun_line = 2", 2},
		{"UPDATE operations SET approved = 1 WHERE begun_line = 2", 2},
		{"UPDATE operations SET about = x'62' WHERE begun_line = 7", 7},
		{"UPDATE operations SET created = NULL WHERE begun_line = 2", 2},
		{"UPDATE operations SET receipt = x'63' WHERE begun_line = 4", 5},
		{"UPDATE operations SET ended = ended + 1 WHERE begun_line = 4", 5},
		{"UPDATE operations SET error = NULL, error_kind = NULL WHERE begun_line = 6", 8},
		{"UPDATE operations SET error_kind = 'changed' WHERE begun_line = 6", 8},
		// its outcome remains in the chain
		{"UPDATE operations SET ended = NULL, ended_line = NULL WHERE begun_line = 4", 4},
		{"UPDATE operations SET ended = NULL, ended_line = NULL, receipt = x'' WHERE begun_line = 4", 5},
		{"UPDATE operations SET ended = 1 WHERE begun_line = 15", 15},
		{"UPDATE operations SET ended_line = 5 WHERE begun_line = 15", 0},
		{"UPDATE operations SET receipt = x'78' WHERE begun_line = 15", 15},
		{"UPDATE operations SET ended_line = 4 WHERE begun_line = 4", 5},
		{"UPDATE operations SET begun_line = 3 WHERE begun_line = 4", 4},
		{"UPDATE operations SET resolved = NULL WHERE begun_line = 2", 9},
		{"UPDATE operations SET resolved = 5 WHERE begun_line = 2", 9},
		{"UPDATE operations SET resolved = 4 WHERE begun_line = 4", 0},
		{"DELETE FROM operations WHERE begun_line = 15", 15},
		{"DELETE FROM operations WHERE begun_line = 15; DELETE FROM chain WHERE line = 14", 14},
		{"INSERT INTO operations SELECT 99, 'k', run, kind, storage, ref, revision, path, size, modified, created, " +
			"weak, about, rule," +
			" reasons, approved, began, 16, receipt, NULL, NULL, NULL, NULL, NULL FROM operations WHERE id = 1", 0},
		{"UPDATE operations SET id = 99 WHERE begun_line = 15", 15},
		{"UPDATE runs SET began = began + 1", 1},
		{"UPDATE runs SET summary = '{}'", 14},
		{"UPDATE runs SET ended = NULL, ended_line = NULL", 14},
		{"UPDATE runs SET ended_line = 13", 14},
		{"DELETE FROM runs", 1},
		{"INSERT INTO runs (kind, policy, began) VALUES ('scan', '', 1)", 0},
		{"DELETE FROM words WHERE line = 10", 10},
		{"DELETE FROM words WHERE line = 12", 11},
		{"UPDATE words SET word = 'keep' WHERE line = 12", 12},
		{"UPDATE words SET word = 'approve' WHERE line = 10", 10},
		{"UPDATE words SET revision = x'78' WHERE line = 10", 10},
		{"UPDATE words SET ref = x'78' WHERE line = 10", 10},
		{"UPDATE words SET line = 11, word = 'keep' WHERE line = 12", 11},
		{"UPDATE words SET line = 99 WHERE line = 10", 0},
		{"INSERT INTO words VALUES (99, x'78', 1, 1, x'78', 'keep', 1, 16)", 0},
		{"UPDATE contents SET size = 8", 13},
		{"DELETE FROM contents", 13},
		{"UPDATE chain SET event = 'ended' WHERE line = 4", 4},
		{"UPDATE chain SET event = 'unheard of' WHERE line = 4", 4},
		{"UPDATE chain SET subject = 4 WHERE line = 4", 4},
		{"UPDATE chain SET body = x'01' WHERE line = 5", 5},
		{"UPDATE chain SET body = x'ff' WHERE line = 5", 5},
		{"UPDATE chain SET body = NULL WHERE line = 9", 9},
		{"UPDATE chain SET body = NULL WHERE line = 11", 11},
		{"UPDATE chain SET hash = zeroblob(32) WHERE line = 15", 15},
		{"UPDATE chain SET hash = substr(hash, 2) WHERE line = 15", 15},
		{"DELETE FROM chain WHERE line = 1", 1},
		{"DELETE FROM chain WHERE line = 7", 7},
		{"DELETE FROM chain WHERE line = 15", 0},
		{"DELETE FROM chain", 0},
		{"INSERT INTO chain VALUES (16, 'begun', 5, NULL, zeroblob(32))", 16},
		{"INSERT INTO chain VALUES (17, 'begun', 6, NULL, zeroblob(32))", 16},
		{fmt.Sprintf(moved, 2, 4), 2},
		{fmt.Sprintf(moved, 3, 5), 3},
		{fmt.Sprintf(moved, 1, 2), 1},
	} {
		t.Run(test.damage, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db") // without its head, so that it can be opened
			putBack(t, path, content)
			script(t, path, strings.Split("PRAGMA foreign_keys = 0; "+test.damage, "; ")...)
			j := openAt(t, path)
			_, err := j.Verify(t.Context())
			broken, ok := errors.AsType[*BrokenError](err)
			if !ok || broken.Line != test.line || !errors.Is(err, ErrDamaged) {
				t.Fatalf("got %v, want a *BrokenError at line %d", err, test.line)
			}
			if err := j.Check(t.Context()); !errors.Is(err, ErrDamaged) {
				t.Errorf("Check: got %v, want %v", err, ErrDamaged)
			}
		})
	}
}

// unlessBusy repeats a write that waited in vain for the other writers: SQLite lets them in in no order, and on a busy
// machine one may wait for longer than its time-out.
func unlessBusy(write func() error) error {
	for {
		err := write()
		if locked, ok := errors.AsType[*sqlite.Error](err); !ok || locked.Code() != sqlite3.SQLITE_BUSY {
			return err
		}
	}
}

func TestAChainIsOneOfManyWriters(t *testing.T) {
	path := newPath(t)
	var all sync.WaitGroup
	for g := range 4 { // each with its own connections, like processes
		j, storage := openAt(t, path), fmt.Sprint("storage ", g)
		release := must(j.Lease(t.Context(), storage, "apply"))(t)
		defer release()
		for range 2 {
			all.Go(func() {
				for i := range 25 {
					e := file(fmt.Sprintf("%d-%d", g, i), "1")
					op := trashOf(e)
					op.Storage = storage
					var key string
					for _, write := range []func() error{
						func() (err error) { key, err = j.Begin(context.Background(), op); return err },
						func() error { return j.End(context.Background(), key, providers.Outcome{Receipt: "r"}) },
						func() error { return j.SetOverride(context.Background(), e, Keep) },
						func() error { return j.SetOverride(context.Background(), e, Approve) },
					} {
						if err := unlessBusy(write); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
	}
	all.Wait()
	equal(t, "lines", must(openAt(t, path).Verify(t.Context()))(t), 4*2*25*4)
}

func TestARecordThatGrowsMeanwhileIsWhole(t *testing.T) {
	j := newJournal(t)
	grown := make(chan error)
	go func() {
		var err error
		for i := 0; i < 2*linksAtOnce && err == nil; i++ { // several pages of lines
			var key string
			if key, err = j.Begin(context.Background(), trashOf(file(fmt.Sprint(i), "1"))); err == nil {
				err = j.End(context.Background(), key, providers.Outcome{Receipt: "r"})
			}
		}
		grown <- err
	}()
	for {
		if err := whole(t.Context(), j); err != nil {
			t.Error(err)
		}
		select {
		case err := <-grown:
			if err != nil {
				t.Error(err)
			}
			equal(t, "lines", must(j.Verify(t.Context()))(t), 4*linksAtOnce)
			return
		default:
		}
	}
}

func TestNoTwoListsOfColumnsHaveTheSameEncoding(t *testing.T) {
	seen := map[string][]any{}
	for _, columns := range [][]any{
		nil,
		{nil},
		{nil, nil},
		{""},
		{[]byte{}},
		{"", ""},
		{"a", ""},
		{"", "a"},
		{"a"},
		{[]byte("a")},
		{"aa"},
		{"a", "a"},
		{"n"},
		{int64(0)},
		{int64(1)},
		{int64(-1)},
		{1.0},
		{"1"},
		{int64(0), nil},
		{nil, int64(0)},
	} {
		key := string(appendFields(nil, columns...))
		if other, ok := seen[key]; ok {
			t.Errorf("%#v and %#v are encoded alike", other, columns)
		}
		seen[key] = columns
	}
	equal(t, "a bool", appendFields(nil, true, false), appendFields(nil, 1, 0))
}
