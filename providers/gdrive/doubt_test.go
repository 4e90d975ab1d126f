package gdrive_test

import (
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/providers"
)

func TestAnExclusionHoldsInASharedDriveToo(t *testing.T) {
	w := newWorld(t)
	team, err := w.drive.AddDrive("Team", map[*drivesim.Account]string{w.person: "organizer"})
	w.must(err)
	id := w.add(drivesim.Item{Name: "secret.png", Parents: []string{w.folder("Private", team.ID())}})
	w.add(drivesim.Item{Name: "open.png", Parents: []string{w.folder("Public", team.ID())}})
	w.add(drivesim.Item{Name: "mine.png"})
	w.options.SharedDrives, w.options.Exclude = []string{"Team"}, []string{"Private"}
	d := w.open(t)
	paths, _, _, err := list(t, d, "")
	if want := []string{"/Shared drives/Team/Public/open.png", "/mine.png"}; err != nil || !slices.Equal(paths, want) {
		t.Errorf("got %q, %v; want %q", paths, err, want)
	}
	if e, err := d.Stat(t.Context(), providers.Ref(id)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %s, %v; want fs.ErrNotExist", e.Path, err)
	}
}

// A folder that this account is not shown may be one that is excluded.
func TestAFileInAFolderThatIsNotShownIsLeftAloneWherePathsMatter(t *testing.T) {
	w := newWorld(t)
	id := w.add(drivesim.Item{Name: "secret.png", Parents: []string{w.folder("Private", "")}})
	w.options.Exclude = []string{"Private"}
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "drive.files.get", Nth: 3, Kind: cloudsim.Refuse, Status: 403, Reason: "insufficientFilePermissions"},
	}))
	if e, err := w.open(t).Stat(t.Context(), providers.Ref(id)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %s, %v; want fs.ErrNotExist", e.Path, err)
	}
}

// Files that others trashed may be purged if a rule would trash them in their old place.
func TestWhatOthersThrewAwayIsLeftAloneWhereNothingSaysWhereItWas(t *testing.T) {
	w := newWorld(t)
	id := w.add(drivesim.Item{Name: "secret.png", Parents: []string{w.folder("Private", "")}})
	w.must(w.person.Trash(id))
	for _, hidden := range []bool{true, false} {
		w.options.Exclude = []string{"Private"}
		w.must(w.cloud.SetFaults(nil))
		if hidden {
			w.must(w.cloud.SetFaults([]cloudsim.Fault{
				{
					Call: "drive.files.get", Nth: 2, Kind: cloudsim.Refuse, Status: 403,
					Reason: "insufficientFilePermissions",
				},
			}))
		}
		n := 0
		for x, err := range w.open(t).Trashed(t.Context()) {
			if n++; err != nil || x.Left.IsZero() == hidden || (x.Receipt == "") != hidden {
				t.Errorf("hidden %v: got %+v, %v", hidden, x, err)
			}
		}
		if n != 1 {
			t.Errorf("hidden %v: %d entries, want one", hidden, n)
		}
	}
}

func TestAFolderThatIsMovedRightAfterTheListingTakesItsFilesAlong(t *testing.T) {
	w := newWorld(t)
	in := w.folder("Drafts", "")
	id := w.add(drivesim.Item{Name: "a.png", Parents: []string{in}})
	private := w.folder("Private", "")
	w.options.Exclude = []string{"Private"}
	d := w.open(t)
	if paths, _, _, err := list(t, d, ""); err != nil || !slices.Equal(paths, []string{"/Drafts/a.png"}) {
		t.Fatalf("got %q, %v", paths, err)
	}
	w.must(w.person.Move(in, private))
	w.pass(5 * time.Second)
	if e, err := d.Stat(t.Context(), providers.Ref(id)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %s, %v; want fs.ErrNotExist", e.Path, err)
	}
}

// The attributes that the guards use are part of the comparison with the update's answer.
func TestAStarOrAShareAtTheLastMomentTakesAFileOutOfTheTrash(t *testing.T) {
	for name, act := range map[string]func(w *world, id string) error{
		"star":  func(w *world, id string) error { return w.person.Star(id, true) },
		"share": func(w *world, id string) error { return w.person.Share(id, nil, "reader") },
	} {
		w, d, e := one(t)
		w.must(act(w, string(e.Ref)))
		if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrChanged) ||
			w.trashed(string(e.Ref)) {
			t.Errorf("%s: got %v, want ErrChanged", name, err)
		}
	}
}

func TestAFileThatSomebodyTookOutOfTheTrashIsHeld(t *testing.T) {
	w, d, e := one(t)
	_, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.must(w.person.Untrash(string(e.Ref)))
	held, err := w.open(t).Guards(t.Context(), e.Ref, e.Revision, nil)
	if err != nil || len(held) != 1 || !strings.Contains(held[0].Why.String(), "out of the trash") {
		t.Errorf("held by %v, %v; want one that says why", held, err)
	}
}

func TestAFileThatIsRestoredHasNoNoteOnIt(t *testing.T) {
	w, d, e := one(t)
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	_, err = d.Restore(t.Context(), r)
	w.must(err)
	w.must(w.person.Trash(string(e.Ref)))
	for x, err := range d.Trashed(t.Context()) {
		if err != nil || strings.Contains(string(x.Receipt), key) {
			t.Errorf("what the person trashed after that has the receipt %s, %v", x.Receipt, err)
		}
	}
}

// A new OAuth client of the user may not see the note.
func TestAFileWhoseNoteIsNotSeenIsRestoredAllTheSame(t *testing.T) {
	w, d, e := one(t)
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.patch(string(e.Ref), `{"appProperties":{"sweepd":null}}`)
	d = w.open(t)
	if err := d.Purge(t.Context(), r); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("purge: got %v, want ErrChanged", err)
	}
	if back, err := d.Restore(t.Context(), r); err != nil || back != e || w.trashed(string(e.Ref)) {
		t.Errorf("got %+v, %v; want %+v", back, err, e)
	}
}

func TestARestoreOfWhichNobodyKnowsIsUncertain(t *testing.T) {
	w, d, e := one(t)
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "drive.files.update", Kind: cloudsim.CloseAfter},
		{Call: "drive.files.get", Nth: 2, Kind: cloudsim.Refuse, Status: 403, Reason: "insufficientFilePermissions"},
	}))
	if _, err := d.Restore(t.Context(), r); !errors.Is(err, providers.ErrUncertain) {
		t.Errorf("got %v, want ErrUncertain: the record stays open", err)
	}
	if back, err := d.Restore(t.Context(), r); err != nil || back != e {
		t.Errorf("again: got %+v, %v; want %+v", back, err, e)
	}
}

func TestARestoreThatFailsHasChangedNothing(t *testing.T) {
	w := newWorld(t)
	w.options.Paths = true
	d := w.open(t)
	e, err := d.Stat(t.Context(),
		providers.Ref(w.add(drivesim.Item{Name: "a.png", Parents: []string{w.folder("F", "")}})))
	w.must(err)
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "drive.files.get", Nth: 3, Kind: cloudsim.Refuse, Status: 400, Reason: "badRequest"},
	}))
	if _, err := w.open(t).Restore(t.Context(), r); err == nil {
		t.Error("the test shows nothing: got no error")
	}
	if !w.trashed(string(e.Ref)) {
		t.Error("it is out of the trash, and the record says that it is not")
	}
}

// patch changes what Drive keeps of a file, as the program's client may.
func (w *world) patch(id, body string) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), http.MethodPatch,
		"https://www.googleapis.com/drive/v3/files/"+id, strings.NewReader(body))
	w.must(err)
	req.Header.Set("Authorization", "Bearer "+w.person.Token("https://www.googleapis.com/auth/drive").Access)
	req.Header.Set("Content-Type", "application/json")
	resp, err := w.server.Client().Do(req)
	w.must(err)
	w.must(resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		w.Fatalf("patch: %s", resp.Status)
	}
}
