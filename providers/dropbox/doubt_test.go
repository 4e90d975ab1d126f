package dropbox_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/providers"
)

func TestAFolderOfItsNameIsInTheWayOfAFile(t *testing.T) {
	w, d, e := one(t, personal())
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.put("a.png/inside.png", []byte("inside"))
	if _, err := d.Restore(t.Context(), r); !errors.Is(err, fs.ErrExist) {
		t.Errorf("restore: got %v, want fs.ErrExist", err)
	}
	if _, err := d.Settle(t.Context(), key, e.Ref, e.Revision); errors.Is(err, fs.ErrNotExist) {
		t.Errorf("settle says that it was not moved: %v", err)
	}
	w.must(w.person.Delete("/a.png"))
	if got, err := d.Settle(t.Context(), key, e.Ref, e.Revision); err != nil || got != r {
		t.Errorf("settle, when the folder is gone: got %q, %v", got, err)
	}
}

// If the user deletes the file while sweepd is about to, the deletion is the user's: sweepd may not purge it.
func TestWhatAPersonDeletesAtTheLastMomentIsNotOurs(t *testing.T) {
	w, d, e := one(t, ofTeam())
	w.must(w.person.Delete("/a.png"))
	w.pass(time.Minute)
	if r, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %q, %v; want fs.ErrNotExist", r, err)
	}
	w.put("a.png", []byte("another"))
	if r, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("with another file there: got %q, %v; want ErrChanged", r, err)
	}
}

// If the condition were not minded, what was deleted is put back, and not over what has come to be there since.
func TestAServiceThatMindsNoRevHasTheWrongFilePutBack(t *testing.T) {
	for _, name := range []string{"free", "taken"} {
		w, d, e := one(t, personal())
		w.careless = true
		w.before = map[string]func(){
			"files/delete_v2": func() { w.must(w.person.Modify("/a.png", content.Bytes([]byte("two")))) },
		}
		want, kind := "two", providers.ErrChanged
		if name == "taken" {
			want, kind = "three", providers.ErrUncertain
			w.before["files/restore"] = func() {
				_, err := w.person.Put(dropboxsim.Item{Path: "/a.png", Content: content.Bytes([]byte("three"))})
				w.must(err)
			}
		}
		if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, kind) {
			t.Errorf("%s: got %v, want %v", name, err, kind)
		}
		w.lives("a.png", want)
	}
}

func TestAFarHistoryIsLookedThrough(t *testing.T) {
	w, d, e := one(t, personal())
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "dropbox.files.delete_v2", Kind: cloudsim.CloseAfter},
		{Call: "dropbox.files.list_revisions", Kind: cloudsim.Refuse, Status: 500, Times: -1},
	}))
	if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrUncertain) {
		t.Fatalf("got %v, want ErrUncertain", err)
	}
	w.must(w.cloud.SetFaults(nil))
	for i := range 250 {
		w.put("a.png", fmt.Append(nil, i))
	}
	if r, err := d.Settle(t.Context(), key, e.Ref, e.Revision); err != nil || r == "" {
		t.Errorf("settle: got %q, %v; want its receipt", r, err)
	}
}

func TestEveryCallOfATeamsAppSaysAsWhomItActs(t *testing.T) {
	for _, space := range []bool{false, true} {
		k := ofTeam()
		k.space = space
		w, d, e := one(t, k)
		w.heed = func(route string, h http.Header) {
			if route == "files/list_folder/longpoll" {
				return // is not signed
			}
			if h.Get("Dropbox-API-Select-User") != w.person.MemberID() ||
				(h.Get("Dropbox-API-Path-Root") != "") != space {
				t.Errorf("%s: as %q, from %q", route, h.Get("Dropbox-API-Select-User"), h.Get("Dropbox-API-Path-Root"))
			}
		}
		_, _, next, errs := list(t, d, "")
		_, _, _, more := list(t, d, next)
		w.must(errors.Join(append(errs, more...)...))
		rc, err := d.ReadRange(t.Context(), e.Ref, e.Revision, 0, 1)
		w.must(err)
		w.must(rc.Close())
		if _, err := d.Thumbnail(t.Context(), e.Ref, e.Revision, 32); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("thumbnail: got %v", err)
		}
		for range 2 {
			r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
			w.must(err)
			e, err = d.Restore(t.Context(), r)
			w.must(err)
		}
		r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
		w.must(err)
		for x, err := range d.Trashed(t.Context()) {
			w.must(err)
			rc, err := d.ReadTrashed(t.Context(), x.Receipt, 0, 1)
			w.must(err)
			w.must(rc.Close())
		}
		w.must(d.Purge(t.Context(), r))
		_, err = d.Free(t.Context())
		w.must(err)
		w.must(d.Wait(t.Context(), next))
	}
}

// A bin that was listed in part must not seem to be listed whole.
func TestABinThatIsCutOffEndsWithTheContextsError(t *testing.T) {
	w, d, e := one(t, personal())
	_, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	ctx, cancel := context.WithCancel(t.Context())
	w.before = map[string]func(){"files/list_revisions": cancel}
	var last error
	for _, err := range d.Trashed(ctx) {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("got %v at its end, want context.Canceled", last)
	}
}
