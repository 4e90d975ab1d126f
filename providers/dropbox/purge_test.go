package dropbox_test

import (
	"errors"
	"maps"
	"net/http"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/providers"
)

// ofTeam is a team's account that may purge.
func ofTeam() kind { return kind{plan: dropboxsim.Advanced, team: true, use: dropboxaccount.Purge} }

// lives checks what is at the path, "" for nothing.
func (w *world) lives(name, want string) {
	w.Helper()
	for _, s := range w.dropbox.Snapshot() {
		if s.Path == "/"+name && !s.Deleted {
			if s.SHA256 != content.Bytes([]byte(want)).SHA256() {
				w.Errorf("%s has other bytes than %q", name, want)
			}
			return
		}
	}
	if want != "" {
		w.Errorf("%s is not there", name)
	}
}

// The call that deletes permanently without a condition must be the very next one: during a wait, for a limit or for a
// lock, a file can appear there.
func TestAFileThatComesWhileAPurgeHasToWaitIsNotLost(t *testing.T) {
	for _, fault := range []cloudsim.Fault{
		{Status: 429, Reason: "too_many_requests", RetryAfter: "30"},
		{Status: 409, Reason: "too_many_write_operations"},
		{Status: 401, Reason: "expired_access_token"},
	} {
		w, d, e := one(t, ofTeam())
		r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
		w.must(err)
		fault.Call, fault.Kind, fault.Nth = "dropbox.files.permanently_delete", cloudsim.Refuse, 2
		w.must(w.cloud.SetFaults([]cloudsim.Fault{fault}))
		calls := 0
		w.heed = func(route string, _ http.Header) {
			if route != "files/permanently_delete" {
				return
			}
			if calls++; calls == 3 { // the one after that which was refused
				_, err := w.person.Put(dropboxsim.Item{Path: "/a.png", Content: content.Bytes([]byte("new"))})
				w.must(err)
			}
		}
		err = d.Purge(t.Context(), r)
		if calls > 2 {
			w.lives("a.png", "new")
		}
		if calls < 2 || calls > 2 && !errors.Is(err, providers.ErrChanged) {
			t.Errorf("%d %s: %d calls, got %v", fault.Status, fault.Reason, calls, err)
		}
		if err := d.Purge(t.Context(), r); calls == 2 && err != nil {
			t.Errorf("%d %s: then: got %v", fault.Status, fault.Reason, err)
		}
	}
}

// The call deletes everything that a path ever held, including the files of a folder of that name.
func TestPurgeTakesNoFolderAlong(t *testing.T) {
	for name, then := range map[string]func(w *world) error{
		"deleted": func(w *world) error { return w.person.Delete("/a.png") },
		"there":   func(*world) error { return nil },
	} {
		w, d, e := one(t, ofTeam())
		r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
		w.must(err)
		w.put("a.png/inside.png", []byte("inside"))
		w.must(then(w))
		before := len(w.dropbox.Snapshot())
		if err := d.Purge(t.Context(), r); err == nil {
			t.Errorf("%s: it was purged", name)
		}
		if n := len(w.dropbox.Snapshot()); n != before {
			t.Errorf("%s: %d files are left, want %d", name, n, before)
		}
	}
}

func TestPurgeIsForATeamsAppAlone(t *testing.T) {
	for name, k := range map[string]kind{
		"personal":       {plan: dropboxsim.Professional, use: dropboxaccount.Trash},
		"a team's":       {plan: dropboxsim.Advanced, team: true, use: dropboxaccount.Purge},
		"a team's, less": {plan: dropboxsim.Advanced, team: true, use: dropboxaccount.Trash},
	} {
		_, d, _ := one(t, k)
		if can := d.Can().Has(providers.CanPurge); can != (k.team && k.use == dropboxaccount.Purge) {
			t.Errorf("%s: can purge: %v", name, can)
		}
	}
}

func TestPurgeTakesNoOtherFileAlong(t *testing.T) {
	w, d, e := one(t, ofTeam())
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.put("a.png", []byte("two"))
	if err := d.Purge(t.Context(), r); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("while another file is there: got %v, want ErrChanged", err)
	}
	two, err := d.Stat(t.Context(), e.Ref)
	w.must(err)
	r, err = d.Trash(t.Context(), key, e.Ref, two.Revision)
	w.must(err)
	if err := d.Purge(t.Context(), r); !errors.Is(err, providers.ErrProtected) {
		t.Errorf("with another file in the history: got %v, want ErrProtected", err)
	}
	if n := len(w.dropbox.Snapshot()); n != 2 {
		t.Errorf("%d files are left, want both", n)
	}
	if n := w.cloud.Audit().Calls()["dropbox.files.permanently_delete"]; n != 0 {
		t.Errorf("%d deletions were sent", n)
	}
}

func TestAPurgeIsSixCalls(t *testing.T) {
	w, d, e := one(t, ofTeam())
	first, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.must(d.Purge(t.Context(), first)) // which lists everything
	w.put("b.png", []byte("b"))
	e, err = d.Stat(t.Context(), "/b.png")
	w.must(err)
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	was := w.cloud.Audit().Calls()
	w.must(d.Purge(t.Context(), r))
	want := map[string]int{
		"dropbox.files.list_folder.continue": 1, "dropbox.files.list_revisions": 1, "dropbox.files.get_metadata": 2,
		"dropbox.files.permanently_delete": 2,
	}
	if got := w.since(was); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
