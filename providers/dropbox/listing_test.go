package dropbox_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/dropbox"
)

func TestOnlyFilesWithBytesAndNamesOfInterestAreListed(t *testing.T) {
	w := newWorld(t, personal())
	w.options.Interest = func(name string) bool { return strings.HasSuffix(name, ".png") }
	w.put("a.png", []byte("a"))
	w.put("In/Here/B.png", []byte("b"))
	w.put("text.txt", []byte("t"))
	_, err := w.person.Put(dropboxsim.Item{Path: "/paper.png", Paper: true})
	w.must(err)
	w.put("gone.png", []byte("g"))
	w.must(w.person.Delete("/gone.png"))
	paths, _, next, errs := list(t, w.open(t), "")
	slices.Sort(paths)
	if want := []string{"/In/Here/B.png", "/a.png"}; len(errs) > 0 || next == "" || !slices.Equal(paths, want) {
		t.Errorf("got %q, %v; want %q", paths, errs, want)
	}
}

func TestRootsAndExclusionsDoNotMindTheCaseOfLetters(t *testing.T) {
	w := newWorld(t, personal())
	for _, name := range []string{"top.png", "Pics/a.png", "Pics/Old/b.png", "Pics/Old/Deep/c.png", "Picsling/d.png"} {
		w.put(name, []byte(name))
	}
	for _, test := range []struct{ roots, exclude, want []string }{
		{[]string{"/pics"}, nil, []string{"/pics/Old/Deep/c.png", "/pics/Old/b.png", "/pics/a.png"}},
		{[]string{"/PICS"}, []string{"old"}, []string{"/PICS/a.png"}},
		{[]string{"/"}, []string{"pics/**"}, []string{"/Picsling/d.png", "/top.png"}},
		{[]string{"/Pics/Old/deep", "/picsling"}, nil, []string{"/Pics/Old/deep/c.png", "/picsling/d.png"}},
	} {
		w.options.Roots, w.options.Exclude = test.roots, test.exclude
		d := w.open(t)
		paths, _, next, errs := list(t, d, "")
		slices.Sort(paths)
		if len(errs) > 0 || !slices.Equal(paths, test.want) {
			t.Errorf("%q without %q: got %q, %v; want %q", test.roots, test.exclude, paths, errs, test.want)
		}
		if paths, gone, _, errs := list(t, d, next); len(paths)+len(gone)+len(errs) != 0 {
			t.Errorf("%q: nothing changed, and yet %q, %q, %v", test.roots, paths, gone, errs)
		}
	}
}

func TestARootThatIsNotThereIsNotEmptyAndIsLookedForAgain(t *testing.T) {
	w := newWorld(t, personal())
	w.put("Pics/a.png", []byte("a"))
	w.options.Roots = []string{"/Pics", "/Nowhere"}
	d := w.open(t)
	paths, _, next, errs := list(t, d, "")
	var u *providers.UnlistedError
	if len(paths) != 1 || len(errs) != 1 || !errors.As(errs[0], &u) || u.Path != "/Nowhere" {
		t.Errorf("got %q, %v", paths, errs)
	}
	if _, _, _, errs := list(t, d, next); len(errs) != 1 || !errors.Is(errs[0], providers.ErrExpired) {
		t.Errorf("since then: got %v, want ErrExpired", errs)
	}
}

func TestWhatIsNewChangedAndGoneIsFollowed(t *testing.T) {
	w := newWorld(t, personal())
	for i := range 40 {
		w.put(fmt.Sprintf("%02d.png", i), []byte("x"))
	}
	d := w.open(t)
	_, _, next, _ := list(t, d, "")
	w.put("new.png", []byte("n"))
	w.put("01.png", []byte("changed"))
	w.must(w.person.Delete("/02.png"))
	w.must(w.person.Move("/03.png", "/moved.png"))
	for name, process := range map[string]*dropbox.Driver{"the same process": d, "another": w.open(t)} {
		paths, gone, _, errs := list(t, process, next)
		slices.Sort(paths)
		slices.Sort(gone)
		if want := []string{"/01.png", "/moved.png", "/new.png"}; len(errs) > 0 || !slices.Equal(paths, want) ||
			!slices.Equal(gone, []providers.Ref{"/02.png", "/03.png"}) {
			t.Errorf("%s: got %q, gone %q, %v", name, paths, gone, errs)
		}
	}
}

func TestAFolderThatIsGoneHasEverythingListedAgain(t *testing.T) {
	for name, act := range map[string]func(w *world) error{
		"deleted": func(w *world) error { return w.person.Delete("/Pics") },
		"moved":   func(w *world) error { return w.person.Move("/Pics", "/Elsewhere") },
		"purged":  func(w *world) error { return w.person.Purge("/Pics") },
	} {
		k := personal()
		k.fake.FolderAlone = true
		w := newWorld(t, k)
		w.put("Pics/a.png", []byte("a"))
		w.put("b.png", []byte("b"))
		d := w.open(t)
		_, _, next, _ := list(t, d, "")
		w.must(act(w))
		if _, _, _, errs := list(t, d, next); len(errs) != 1 || !errors.Is(errs[0], providers.ErrExpired) {
			t.Errorf("%s: got %v, want ErrExpired", name, errs)
		}
	}
}

func TestFilesOfNoInterestThatAreGoneCostNothing(t *testing.T) {
	w := newWorld(t, personal())
	w.options.Interest = func(name string) bool { return strings.HasSuffix(name, ".png") }
	w.put("a.png", []byte("a"))
	for i := range 20 {
		w.put(fmt.Sprint(i, ".txt"), []byte("x"))
	}
	d := w.open(t)
	_, _, next, _ := list(t, d, "")
	for i := range 20 {
		w.must(w.person.Delete(fmt.Sprint("/", i, ".txt")))
	}
	if paths, gone, _, errs := list(t, d, next); len(paths)+len(gone)+len(errs) > 0 {
		t.Errorf("got %q, %q, %v", paths, gone, errs)
	}
}

func TestACursorThatIsResetExpires(t *testing.T) {
	w := newWorld(t, personal())
	w.put("a.png", []byte("a"))
	d := w.open(t)
	_, _, next, _ := list(t, d, "")
	w.dropbox.ResetCursors()
	if err := d.Wait(t.Context(), next); err != nil {
		t.Errorf("wait: %v", err)
	}
	paths, gone, _, errs := list(t, d, next)
	if len(paths)+len(gone) > 0 || len(errs) != 1 || !errors.Is(errs[0], providers.ErrExpired) {
		t.Errorf("got %q, gone %q, %v; want ErrExpired", paths, gone, errs)
	}
}

func TestAListingThatIsResetOnItsWayBeginsAgain(t *testing.T) {
	w := newWorld(t, personal())
	for i := range 30 {
		w.put(fmt.Sprint(i, ".png"), []byte("x"))
	}
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "dropbox.files.list_folder", Kind: cloudsim.EmptyPage},
		{Call: "dropbox.files.list_folder.continue", Kind: cloudsim.Refuse, Status: 409, Reason: "reset"},
	}))
	seen := map[string]bool{}
	paths, _, next, errs := list(t, w.open(t), "")
	for _, p := range paths {
		seen[p] = true
	}
	if len(seen) != 30 || next == "" || len(errs) > 0 {
		t.Errorf("got %d files, %v", len(seen), errs)
	}
}

func TestATreeTooLargeToBeListedAtOnceIsListedFolderByFolder(t *testing.T) {
	w := newWorld(t, personal())
	for _, name := range []string{"a.png", "A/b.png", "A/B/c.png", "D/d.png"} {
		w.put(name, []byte(name))
	}
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "dropbox.files.list_folder", Kind: cloudsim.Refuse, Status: 500, Times: 6},
	}))
	d := w.open(t)
	paths, _, next, errs := list(t, d, "")
	slices.Sort(paths)
	if want := []string{"/A/B/c.png", "/A/b.png", "/D/d.png", "/a.png"}; len(errs) > 0 || !slices.Equal(paths, want) {
		t.Errorf("got %q, %v", paths, errs)
	}
	w.put("new.png", []byte("n"))
	if paths, _, _, errs := list(t, d, next); len(errs) > 0 || !slices.Equal(paths, []string{"/new.png"}) {
		t.Errorf("since then: got %q, %v", paths, errs)
	}
}

func TestAnAnswerOfAnotherAccountIsRefused(t *testing.T) {
	w := newWorld(t, personal())
	w.options.Account = "dbid:another"
	if _, err := w.tryOpen(w.options); err == nil {
		t.Error("got no error")
	}
}

// A first listing of 100,000 files takes a page for two thousand, and one without changes a call.
func TestAHundredThousandFilesAreListedInSixtyCalls(t *testing.T) {
	w := newWorld(t, personal())
	w.options.Interest = func(name string) bool { return strings.HasSuffix(name, ".png") }
	w.must(w.person.Fill(dropboxsim.Bulk{Files: 100_000, Images: 10_000, Folders: 100}))
	d := w.open(t)
	was := w.cloud.Audit().Calls()
	paths, _, next, errs := list(t, d, "")
	if len(errs) > 0 || len(paths) != 10_000 {
		t.Fatalf("got %d files, %v", len(paths), errs)
	}
	calls := 0
	for _, n := range w.since(was) {
		calls += n
	}
	if calls > 60 {
		t.Errorf("it took %d calls: %v", calls, w.since(was))
	}
	was = w.cloud.Audit().Calls()
	if paths, gone, _, errs := list(t, d, next); len(paths)+len(gone)+len(errs) > 0 {
		t.Errorf("got %q, %q, %v", paths, gone, errs)
	}
	if got := w.since(was); len(got) != 1 || got["dropbox.files.list_folder.continue"] != 1 {
		t.Errorf("a pass without changes took %v", got)
	}
}

func TestADaemonThatWaitsMakesOneCall(t *testing.T) {
	w := newWorld(t, personal())
	w.put("a.png", []byte("a"))
	d := w.open(t)
	_, _, next, _ := list(t, d, "")
	w.pass(time.Hour)
	w.put("b.png", []byte("b"))
	was := w.cloud.Audit().Calls()
	if err := d.Wait(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if got := w.since(was); len(got) != 1 || got["dropbox.files.list_folder.longpoll"] != 1 {
		t.Errorf("it took %v", got)
	}
}
