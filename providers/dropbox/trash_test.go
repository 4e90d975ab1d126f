package dropbox_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/dropbox"
)

const key = "abcdefghijklmnopqrstuvwxyz"

// personal is the kind of account that most have.
func personal() kind { return kind{plan: dropboxsim.Basic, use: dropboxaccount.Trash} }

// one is a world with one file, /a.png, and a driver on it.
func one(t *testing.T, k kind) (*world, *dropbox.Driver, providers.Entry) {
	t.Helper()
	w := newWorld(t, k)
	w.put("a.png", []byte("one"))
	d := w.open(t)
	e, err := d.Stat(t.Context(), providers.Ref(strings.ToLower(w.path("a.png"))))
	w.must(err)
	return w, d, e
}

// since is how often each call was made since was.
func (w *world) since(was map[string]int) map[string]int {
	now := w.cloud.Audit().Calls()
	for name, n := range was {
		if now[name] -= n; now[name] == 0 {
			delete(now, name)
		}
	}
	return now
}

// The guards of all files in a folder need one listing of it, and of those above it.
func TestAMoveToTheTrashIsTwoCallsWithAllThatGuardsIt(t *testing.T) {
	w, d, before := one(t, personal())
	w.put("b.png", []byte("two"))
	e, err := d.Stat(t.Context(), "/b.png")
	w.must(err)
	w.pass(time.Hour)
	if held, err := d.Guards(t.Context(), before.Ref, before.Revision,
		providers.AllGuards()); err != nil || len(held) > 0 {
		t.Fatalf("held %v, %v", held, err)
	}
	was := w.cloud.Audit().Calls()
	for range 2 { // the engine, then the door
		if _, err := d.Stat(t.Context(), e.Ref); err != nil {
			t.Fatal(err)
		}
	}
	if held, err := d.Guards(t.Context(), e.Ref, e.Revision, providers.AllGuards()); err != nil || len(held) > 0 {
		t.Fatalf("held %v, %v", held, err)
	}
	if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); err != nil {
		t.Fatal(err)
	}
	if calls := w.since(was); !maps.Equal(calls, map[string]int{
		"dropbox.files.get_metadata": 1, "dropbox.files.delete_v2": 1,
	}) {
		t.Errorf("got the calls %v, want one look and one deletion", calls)
	}
}

// Dropbox itself refuses a file that changes between the look and the deletion.
func TestAFileThatChangesAtTheLastMomentIsRefusedByDropbox(t *testing.T) {
	for _, kind := range []cloudsim.Kind{cloudsim.ChangeBefore, cloudsim.MoveBefore} {
		t.Run(string(kind), func(t *testing.T) {
			w, d, e := one(t, personal())
			_, err := w.person.Folder("/Elsewhere")
			w.must(err)
			w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "dropbox.files.delete_v2", Kind: kind}}))
			if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrChanged) &&
				!errors.Is(err, fs.ErrNotExist) {
				t.Errorf("got %v, want ErrChanged or fs.ErrNotExist", err)
			}
			for _, s := range w.dropbox.Snapshot() {
				if s.Deleted {
					t.Errorf("it was deleted: %+v", s)
				}
			}
			if _, err := d.Settle(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("settle: got %v, want fs.ErrNotExist", err)
			}
		})
	}
}

func TestALostAnswerIsResolvedByLooking(t *testing.T) {
	for _, test := range []struct {
		kind cloudsim.Kind
		done bool
	}{{cloudsim.CloseAfter, true}, {cloudsim.Truncate, true}, {cloudsim.CloseBefore, false}} {
		t.Run(string(test.kind), func(t *testing.T) {
			w, d, e := one(t, personal())
			w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "dropbox.files.delete_v2", Kind: test.kind}}))
			was := w.cloud.Audit().Calls()
			r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
			if n := w.since(was)["dropbox.files.delete_v2"]; n != 1 {
				t.Errorf("the deletion was sent %d times, want 1", n)
			}
			if test.done && (err != nil || r == "") || !test.done && !errors.Is(err, providers.ErrUncertain) {
				t.Errorf("got %q, %v", r, err)
			}
			for _, process := range []*dropbox.Driver{d, w.open(t)} {
				settled, err := process.Settle(t.Context(), key, e.Ref, e.Revision)
				if test.done && (err != nil || settled != r) || !test.done && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("settle: got %q, %v", settled, err)
				}
			}
			if w.state("a.png").Deleted != test.done {
				t.Errorf("deleted: %v, want %v", !test.done, test.done)
			}
		})
	}
}

// The old path alone does not show whether a file was moved or deleted.
func TestAFileThatWasMovedIsNotTakenForDeleted(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		k := personal()
		k.fake.MoveKeepsRev = keeps
		w, d, e := one(t, k)
		w.must(w.person.Move("/a.png", "/b.png"))
		if _, err := d.Settle(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("settle: got %v, want fs.ErrNotExist", err)
		}
		for x, err := range d.Trashed(t.Context()) {
			t.Errorf("the bin has %+v, %v", x, err)
		}
		if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("trash: got %v, want fs.ErrNotExist", err)
		}
	}
}

func TestALockThatSomebodyElseHoldsIsWaitedFor(t *testing.T) {
	for _, reason := range []string{"path_write/too_many_write_operations", "too_many_write_operations"} {
		w, d, e := one(t, personal())
		w.must(w.cloud.SetFaults([]cloudsim.Fault{
			{Call: "dropbox.files.delete_v2", Kind: cloudsim.Refuse, Status: 409, Reason: reason, Times: 2},
		}))
		if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); err != nil || !w.state("a.png").Deleted {
			t.Errorf("%s: got %v", reason, err)
		}
	}
}

func TestARefusalInUnknownWordsKeepsTheFileAndTheRecordOpen(t *testing.T) {
	for _, reason := range []string{"something_new", "other", "path_write/other", "path_lookup/other"} {
		w, d, e := one(t, personal())
		w.must(w.cloud.SetFaults([]cloudsim.Fault{
			{Call: "dropbox.files.delete_v2", Kind: cloudsim.Refuse, Status: 409, Reason: reason},
		}))
		if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrUncertain) {
			t.Errorf("%s: got %v, want ErrUncertain", reason, err)
		}
		if w.state("a.png").Deleted {
			t.Errorf("%s: it is deleted", reason)
		}
	}
}

func TestALostAnswerOfARestoreIsResolvedByLooking(t *testing.T) {
	for _, kind := range []cloudsim.Kind{cloudsim.CloseAfter, cloudsim.Truncate, cloudsim.CloseBefore} {
		w, d, e := one(t, personal())
		r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
		w.must(err)
		w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "dropbox.files.restore", Kind: kind}}))
		back, err := d.Restore(t.Context(), r)
		if done := kind != cloudsim.CloseBefore; done && (err != nil || back.Path != e.Path ||
			w.state("a.png").Deleted) || !done && !errors.Is(err, providers.ErrUncertain) {
			t.Errorf("%s: got %+v, %v", kind, back, err)
		}
		if back, err = d.Restore(t.Context(), r); err != nil || back.Size != e.Size {
			t.Errorf("%s, again: got %+v, %v", kind, back, err)
		}
	}
}

func TestWhatWasPutThereDuringARestoreIsPutBack(t *testing.T) {
	for name, o := range map[string]dropboxsim.Options{
		"": {}, "a new id": {RestoreNewID: true}, "the old rev": {RestoreKeepsRev: true},
	} {
		for writes := 1; writes <= 2; writes++ {
			k := personal()
			k.fake = o
			w, d, e := one(t, k)
			r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
			w.must(err)
			w.before = map[string]func(){"files/restore": func() {
				for i := range writes {
					w.put("a.png", fmt.Append(nil, "new ", i))
				}
			}}
			if _, err := d.Restore(t.Context(), r); !errors.Is(err, fs.ErrExist) {
				t.Errorf("%s: got %v, want fs.ErrExist", name, err)
			}
			w.lives("a.png", fmt.Sprint("new ", writes-1))
		}
	}
}

func TestGuardsAskDropbox(t *testing.T) {
	w := newWorld(t, personal())
	tom, err := w.dropbox.AddAccount(dropboxsim.Person{Email: "tom@example.com"})
	w.must(err)
	w.put("Ours/a.png", []byte("a"))
	w.must(w.person.Share("/Ours", tom, false))
	_, err = tom.Put(dropboxsim.Item{Path: "/Theirs/b.png", Content: content.Bytes([]byte("b"))})
	w.must(err)
	w.must(tom.Share("/Theirs", w.person, true))
	w.put("plain.png", []byte("p"))
	d := w.open(t)
	for ref, want := range map[providers.Ref]providers.Guard{
		"/ours/a.png": providers.GuardShared, "/theirs/b.png": providers.GuardShared, "/plain.png": "",
	} {
		e, err := d.Stat(t.Context(), ref)
		w.must(err)
		held, err := d.Guards(t.Context(), e.Ref, e.Revision, providers.AllGuards())
		if err != nil || len(held) == 0 != (want == "") || len(held) > 0 && held[0].Guard != want {
			t.Errorf("%s: held by %v, %v; want %q", ref, held, err, want)
		}
		_, err = d.Trash(t.Context(), key, e.Ref, e.Revision)
		if locked := ref == "/theirs/b.png"; locked != errors.Is(err, providers.ErrProtected) {
			t.Errorf("%s: trash gave %v", ref, err)
		}
	}
}

func TestReadingIsCutShortByNoConnection(t *testing.T) {
	w := newWorld(t, personal())
	text := strings.Repeat("0123456789", 300_000) // two ways to read: at once, and as it comes
	w.put("a.png", []byte(text))
	d := w.open(t)
	e, err := d.Stat(t.Context(), "/a.png")
	w.must(err)
	for _, n := range []int64{1000, e.Size} {
		w.must(w.cloud.SetFaults([]cloudsim.Fault{
			{Call: "dropbox.files.download", Kind: cloudsim.Truncate, Times: -1},
		}))
		rc, err := d.ReadRange(t.Context(), e.Ref, e.Revision, 5, n)
		var got []byte
		if err == nil {
			got, err = io.ReadAll(rc)
			w.must(rc.Close())
		}
		if err == nil || errors.Is(err, io.EOF) || errors.Is(err, providers.ErrChanged) {
			t.Errorf("%d bytes: got %d and %v, want an error that is no end of file", n, len(got), err)
		}
	}
	w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "dropbox.files.download", Kind: cloudsim.Truncate, Times: 2}}))
	rc, err := d.ReadRange(t.Context(), e.Ref, e.Revision, 5, 1000)
	w.must(err)
	if got, err := io.ReadAll(rc); err != nil || string(got) != text[5:1005] {
		t.Errorf("cut twice: got %d bytes, %v", len(got), err)
	}
}

func TestNothingIsSentThatChangesAnythingUntilSomethingIsDeleted(t *testing.T) {
	w := newWorld(t, personal())
	w.put("binned.png", []byte("b"))
	w.must(w.person.Delete("/binned.png"))
	w.put("a.png", []byte("a"))
	d := w.open(t)
	at := int64(len(w.cloud.Audit().Since(0)))
	_, _, next, errs := list(t, d, "")
	_, _, _, more := list(t, d, next)
	w.must(errors.Join(append(errs, more...)...))
	e, err := d.Stat(t.Context(), "/a.png")
	w.must(err)
	_, err = d.Guards(t.Context(), e.Ref, e.Revision, providers.AllGuards())
	w.must(err)
	for x, err := range d.Trashed(t.Context()) {
		w.must(err)
		_, err = d.ReadTrashed(t.Context(), x.Receipt, 0, 1)
		w.must(err)
	}
	_, err = d.Free(t.Context())
	w.must(err)
	writes := map[string]bool{
		"dropbox.files.delete_v2": true, "dropbox.files.restore": true, "dropbox.files.permanently_delete": true,
		"dropbox.files.move_v2": true,
	}
	for _, r := range w.cloud.Audit().Since(at) {
		if writes[r.Call] || r.Kind != cloudsim.KindRequest {
			t.Errorf("%s %s was sent", r.Kind, r.Call)
		}
	}
}
