package gdrive_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/gdrive"
)

const key = "abcdefghijklmnopqrstuvwxyz"

// trashed is whether the file is in the trash.
func (w *world) trashed(id string) bool {
	w.Helper()
	s, ok := w.drive.Snapshot()[id]
	if !ok {
		w.Fatalf("%s is gone", id)
	}
	return s.Trashed
}

// one is a world with one file, a driver, and the file's entry.
func one(t *testing.T) (*world, *gdrive.Driver, providers.Entry) {
	t.Helper()
	w := newWorld(t)
	d := w.open(t)
	e, err := d.Stat(t.Context(), providers.Ref(w.put("a.png", []byte("one"))))
	w.must(err)
	return w, d, e
}

// The guards of all files in a folder need one listing of it, and of those above it.
func TestAMoveToTheTrashIsTwoCallsWithAllThatGuardsIt(t *testing.T) {
	w, d, before := one(t)
	e, err := d.Stat(t.Context(), providers.Ref(w.put("b.png", []byte("two"))))
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
	if calls := w.since(was); !maps.Equal(calls, map[string]int{"drive.files.get": 1, "drive.files.update": 1}) {
		t.Errorf("got the calls %v, want one look and one update", calls)
	}
}

// The update's answer shows a change between the look and the update.
func TestAFileThatChangesAtTheLastMomentIsTakenOutOfTheTrash(t *testing.T) {
	for _, kind := range []cloudsim.Kind{cloudsim.ChangeBefore, cloudsim.MoveBefore} {
		t.Run(string(kind), func(t *testing.T) {
			w, d, e := one(t)
			w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "drive.files.update", Kind: kind}}))
			if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrChanged) {
				t.Errorf("got %v, want ErrChanged", err)
			}
			if w.trashed(string(e.Ref)) {
				t.Error("it is in the trash")
			}
			if _, err := d.Settle(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("settle: got %v, want fs.ErrNotExist", err)
			}
		})
	}
}

func TestWhatCannotBeTakenOutAtOnceIsTakenOutBySettle(t *testing.T) {
	w, d, e := one(t)
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "drive.files.update", Kind: cloudsim.ChangeBefore},
		{
			Call: "drive.files.update", Nth: 2, Kind: cloudsim.Refuse, Status: 403,
			Reason: "insufficientFilePermissions",
		},
	}))
	if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrUncertain) {
		t.Errorf("got %v, want ErrUncertain: the record stays open", err)
	}
	if !w.trashed(string(e.Ref)) {
		t.Fatal("the test shows nothing: it is not in the trash")
	}
	if _, err := d.Settle(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("settle: got %v, want fs.ErrNotExist", err)
	}
	if w.trashed(string(e.Ref)) {
		t.Error("it is still in the trash")
	}
}

func TestALostAnswerIsResolvedByLooking(t *testing.T) {
	for _, test := range []struct {
		kind cloudsim.Kind
		done bool
	}{{cloudsim.CloseAfter, true}, {cloudsim.Truncate, true}, {cloudsim.CloseBefore, false}} {
		t.Run(string(test.kind), func(t *testing.T) {
			w, d, e := one(t)
			w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "drive.files.update", Kind: test.kind}}))
			was := w.cloud.Audit().Calls()
			r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
			if n := w.since(was)["drive.files.update"]; n != 1 {
				t.Errorf("the update was sent %d times, want 1", n)
			}
			if test.done && (err != nil || r == "") || !test.done && !errors.Is(err, providers.ErrUncertain) {
				t.Errorf("got %q, %v", r, err)
			}
			settled, err := d.Settle(t.Context(), key, e.Ref, e.Revision)
			if test.done && (err != nil || settled != r) || !test.done && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("settle: got %q, %v", settled, err)
			}
			if w.trashed(string(e.Ref)) != test.done {
				t.Errorf("in the trash: %v, want %v", !test.done, test.done)
			}
		})
	}
}

func TestALostAnswerOfARestoreOrAPurgeIsResolvedByLooking(t *testing.T) {
	for _, kind := range []cloudsim.Kind{cloudsim.CloseAfter, cloudsim.Truncate} {
		w, d, e := one(t)
		r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
		w.must(err)
		w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "drive.files.update", Kind: kind}}))
		if back, err := d.Restore(t.Context(), r); err != nil || back != e || w.trashed(string(e.Ref)) {
			t.Errorf("restore, %s: got %+v, %v; want %+v", kind, back, err, e)
		}
		r, err = d.Trash(t.Context(), key, e.Ref, e.Revision)
		w.must(err)
		w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "drive.files.delete", Kind: cloudsim.CloseAfter}}))
		if err := d.Purge(t.Context(), r); err != nil {
			t.Errorf("purge, %s: %v", kind, err)
		}
		if _, there := w.drive.Snapshot()[string(e.Ref)]; there {
			t.Errorf("purge, %s: it is still there", kind)
		}
	}
	w, d, e := one(t)
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "drive.files.delete", Kind: cloudsim.CloseBefore}}))
	if err := d.Purge(t.Context(), r); !errors.Is(err, providers.ErrUncertain) {
		t.Errorf("a purge that was never done: got %v, want ErrUncertain", err)
	}
}

// A storage's name may have been another account's, or that of a folder.
func TestWhatAnotherAccountHadIsNeitherGoneNorSettled(t *testing.T) {
	w, d, e := one(t)
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.person, w.options.Account = w.other(), "another"
	other := w.open(t)
	_, settled := other.Settle(t.Context(), key, e.Ref, e.Revision)
	_, path := other.Settle(t.Context(), key, "/home/mia/a.png", e.Revision)
	_, stat := other.Stat(t.Context(), "/home/mia/a.png")
	_, restored := other.Restore(t.Context(), r)
	_, read := other.ReadTrashed(t.Context(), r, 0, 1)
	for what, err := range map[string]error{
		"settle": settled, "settle of a path": path, "stat of a path": stat, "restore": restored, "read": read,
		"purge": other.Purge(t.Context(), r),
	} {
		if !errors.Is(err, providers.ErrOutside) {
			t.Errorf("%s: got %v, want ErrOutside", what, err)
		}
	}
	if err := d.Purge(t.Context(), r); err != nil {
		t.Errorf("by its own account: %v", err)
	}
}

func TestGuardsAskDrive(t *testing.T) {
	w := newWorld(t)
	d := w.open(t)
	tom := w.other()
	for name, test := range map[string]struct {
		item  drivesim.Item
		act   func(id string) error
		guard providers.Guard
	}{
		"star": {drivesim.Item{}, func(id string) error { return w.person.Star(id, true) }, providers.GuardTagged},
		"shared": {
			drivesim.Item{}, func(id string) error { return w.person.Share(id, tom, "reader") }, providers.GuardShared,
		},
		"link": {
			drivesim.Item{}, func(id string) error { return w.person.Share(id, nil, "reader") }, providers.GuardShared,
		},
		"restricted": {drivesim.Item{ReadOnly: "final"}, nil, providers.GuardLocked},
		"two folders": {
			drivesim.Item{Parents: []string{w.folder("A", ""), w.folder("B", "")}}, nil, providers.GuardLocked,
		},
		"nothing else": {drivesim.Item{}, nil, ""},
	} {
		test.item.Name = name + ".png"
		id := w.add(test.item)
		if test.act != nil {
			w.must(test.act(id))
		}
		e, err := d.Stat(t.Context(), providers.Ref(id))
		w.must(err)
		held, err := d.Guards(t.Context(), e.Ref, e.Revision, providers.AllGuards())
		if err != nil || len(held) > 1 || len(held) == 1 && held[0].Guard != test.guard ||
			len(held) == 0 && test.guard != "" {
			t.Errorf("%s: held by %v, %v; want %q", name, held, err, test.guard)
		}
		_, err = d.Trash(t.Context(), key, e.Ref, e.Revision)
		if locked := test.guard == providers.GuardLocked; locked != errors.Is(err, providers.ErrProtected) ||
			locked && w.trashed(id) {
			t.Errorf("%s: trash gave %v", name, err)
		}
	}
}

func TestPurgeDeletesNoFolderAndNothingThatIsNotAsItWasTrashed(t *testing.T) {
	w, d, e := one(t)
	tag := string(e.Revision[strings.LastIndexByte(string(e.Revision), '.')+1:])
	folder := w.folder("F", "")
	inside := w.add(drivesim.Item{Name: "inside.png", Parents: []string{folder}})
	w.must(w.person.Trash(folder))
	receipt := func(id string) providers.Receipt {
		return providers.Receipt(`{"id":"` + id + `","key":"","rev":"x.y.` + tag + `"}`)
	}
	for _, r := range []providers.Receipt{receipt(folder), receipt(inside), receipt(string(e.Ref))} {
		if err := d.Purge(t.Context(), r); err == nil {
			t.Errorf("%s: got no error", r)
		}
	}
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.must(w.person.Untrash(string(e.Ref)))
	w.must(w.person.Trash(string(e.Ref))) // by the person now, though the note is still on it
	w.must(w.person.Modify(string(e.Ref), drivesim.Bytes([]byte("two"))))
	if err := d.Purge(t.Context(), r); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("of other bytes: got %v, want ErrChanged", err)
	}
	if n := w.cloud.Audit().Calls()["drive.files.delete"]; n != 0 {
		t.Errorf("%d deletions were sent", n)
	}
}

func TestTheBinSaysWhatIsLeftAloneAndWhy(t *testing.T) {
	w := newWorld(t)
	w.options.Paths = true
	d := w.open(t)
	folder := w.folder("F", "")
	w.add(drivesim.Item{Name: "inside.png", Parents: []string{folder}})
	w.must(w.person.Trash(folder))
	w.must(w.person.Trash(w.add(drivesim.Item{Name: "doc", MimeType: "application/vnd.google-apps.document"})))
	w.must(w.person.Trash(w.add(drivesim.Item{Name: "plain.png"})))
	got := map[string]string{}
	for x, err := range d.Trashed(t.Context()) {
		if err != nil || x.Left.IsZero() != (x.Receipt != "") {
			t.Fatalf("got %+v, %v", x, err)
		}
		got[x.Path] = x.Left.String()
	}
	want := map[string]string{
		"/F": "a folder", "/F/inside.png": "it is in a folder that is in the trash",
		"/doc": "a document that has no bytes of its own", "/plain.png": "",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnEmptyingIsOverWhenItIsSeenToBe(t *testing.T) {
	w := newWorld(t)
	for range 250 {
		w.must(w.person.Trash(w.add(drivesim.Item{Name: "x.png"})))
	}
	stays := w.add(drivesim.Item{Name: "stays.png"})
	if err := w.open(t).EmptyTrash(t.Context()); err != nil {
		t.Errorf("got %v", err)
	}
	if left := w.drive.Snapshot(); len(left) != 1 || left[stays].ID != stays {
		t.Errorf("%d files are left, want one", len(left))
	}
	w.must(w.person.Trash(w.add(drivesim.Item{Name: "x.png"})))
	w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "drive.files.emptyTrash", Kind: cloudsim.Unfinished}}))
	if err := w.open(t).EmptyTrash(t.Context()); !errors.Is(err, providers.ErrUncertain) {
		t.Errorf("one that does not end: got %v, want ErrUncertain", err)
	}
}

func TestReadingIsCutShortByNoConnection(t *testing.T) {
	w := newWorld(t)
	content := strings.Repeat("0123456789", 300_000) // two ways to read: at once, and as it comes
	id := w.put("a.png", []byte(content))
	d := w.open(t)
	e, err := d.Stat(t.Context(), providers.Ref(id))
	w.must(err)
	for _, n := range []int64{1000, e.Size} {
		w.must(w.cloud.SetFaults([]cloudsim.Fault{
			{Call: "drive.revisions.get*", Kind: cloudsim.Truncate, Times: -1},
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
	w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "drive.revisions.get*", Kind: cloudsim.Truncate, Times: 2}}))
	rc, err := d.ReadRange(t.Context(), e.Ref, e.Revision, 5, 1000)
	w.must(err)
	if got, err := io.ReadAll(rc); err != nil || string(got) != content[5:1005] {
		t.Errorf("cut twice: got %d bytes, %v", len(got), err)
	}
}

func TestNothingIsSentButReadsUntilSomethingIsDeleted(t *testing.T) {
	w := newWorld(t)
	w.options.Paths = true
	w.must(w.person.Trash(w.put("binned.png", []byte("b"))))
	id := w.put("a.png", []byte("a"))
	d := w.open(t)
	_, _, next, err := list(t, d, "")
	w.must(err)
	_, _, _, err = list(t, d, next)
	w.must(err)
	e, err := d.Stat(t.Context(), providers.Ref(id))
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
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = d.Wait(ctx, next)
	for _, r := range w.cloud.Audit().Since(0) {
		if r.Kind == cloudsim.KindRequest && r.HTTP != "GET" {
			t.Errorf("%s %s %s was sent", r.HTTP, r.Call, r.Path)
		}
	}
}
