package gdrive_test

import (
	"slices"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/providers"
)

// A full listing has what the account owns, in whosever folder it is; so has the feed.
func TestTheFeedNamesOwnFilesInOtherPeoplesFolders(t *testing.T) {
	w := newWorld(t)
	tom := w.other()
	theirs, err := tom.Folder("Trip", "")
	w.must(err)
	w.must(tom.Share(theirs, w.person, "writer"))
	for range 20 { // so that a few changes are no drift
		w.add(drivesim.Item{Name: "mine.png"})
	}
	renamed := w.add(drivesim.Item{Name: "old.png", Parents: []string{theirs}})
	gone := w.add(drivesim.Item{Name: "gone.png", Parents: []string{theirs}})
	d := w.open(t)
	paths, _, next, err := list(t, d, "")
	if err != nil || len(paths) != 22 {
		t.Fatalf("got %q, %v", paths, err)
	}
	w.pass(time.Hour)
	w.must(w.person.Rename(renamed, "renamed.png"))
	w.must(w.person.Trash(gone))
	w.add(drivesim.Item{Name: "new.png", Parents: []string{theirs}})
	_, err = tom.Put(drivesim.Item{
		Name: "toms.png", MimeType: "image/png", Parents: []string{theirs}, Content: drivesim.Bytes([]byte("t")),
	})
	w.must(err)
	paths, left, _, err := list(t, d, next)
	if want := []string{"/…/new.png", "/…/renamed.png"}; err != nil || !slices.Equal(paths, want) ||
		!slices.Contains(left, providers.Ref(gone)) {
		t.Errorf("got %q, gone %q, %v; want %q, and %s gone", paths, left, err, want, gone)
	}
}

// A file that was given away is not the account's any more.
func TestAnImageOfOthersIsNeverNamedByTheFeed(t *testing.T) {
	w := newWorld(t)
	tom := w.other()
	shared := w.folder("Shared", "")
	w.must(w.person.Share(shared, tom, "writer"))
	w.add(drivesim.Item{Name: "mine.png"})
	d := w.open(t)
	_, _, next, err := list(t, d, "")
	w.must(err)
	w.pass(time.Hour)
	_, err = tom.Put(drivesim.Item{
		Name: "toms.png", MimeType: "image/png", Parents: []string{shared}, Content: drivesim.Bytes([]byte("t")),
	})
	w.must(err)
	if paths, _, next, err := list(t, d, next); err != nil || len(paths) > 0 || next == "" {
		t.Errorf("got %q, %v, the cursor %q", paths, err, next)
	}
}
