package gdrive_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/gdrive"
)

// list reads a listing to its end: paths, refs that are gone, the last cursor.
func list(
	t *testing.T, d *gdrive.Driver, since providers.Cursor,
) (paths []string, gone []providers.Ref, next providers.Cursor, err error) {
	t.Helper()
	for c, cerr := range d.Changes(t.Context(), since) {
		switch {
		case cerr != nil:
			err = errors.Join(err, cerr)
		case c.Gone:
			gone = append(gone, c.Entry.Ref)
		case c.Checkpoint():
			next = c.Next
		default:
			paths = append(paths, c.Entry.Path)
		}
	}
	slices.Sort(paths)
	return paths, gone, next, err
}

// add puts a file as its owner does.
func (w *world) add(it drivesim.Item) string {
	w.Helper()
	if it.Content == nil && it.MimeType == "" {
		it.MimeType, it.Content = "image/png", drivesim.Bytes([]byte(it.Name))
	}
	id, err := w.person.Put(it)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) folder(name, in string) string {
	w.Helper()
	id, err := w.person.Folder(name, in)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// other is another person with a Drive.
func (w *world) other() *drivesim.Account {
	w.Helper()
	a, err := w.drive.AddAccount(drivesim.Person{Email: "tom@example.com"})
	w.must(err)
	return a
}

func TestOnlyImagesOfTheAccountsOwnAreListed(t *testing.T) {
	w := newWorld(t)
	in := w.folder("Pictures", "")
	w.add(drivesim.Item{Name: "mine.png"})
	w.add(drivesim.Item{
		Name: "below.webp", MimeType: "image/webp", Parents: []string{in}, Content: drivesim.Bytes([]byte("b")),
	})
	w.add(drivesim.Item{Name: "text.txt", MimeType: "text/plain", Content: drivesim.Bytes([]byte("t"))})
	w.add(drivesim.Item{Name: "a document", MimeType: "application/vnd.google-apps.document"})
	w.add(drivesim.Item{Name: "a drawing", MimeType: "application/vnd.google-apps.drawing"})
	w.must(w.person.Trash(w.add(drivesim.Item{Name: "thrown away.png"})))
	w.add(drivesim.Item{
		Name: "short.png", MimeType: "application/vnd.google-apps.shortcut",
		Target: w.add(drivesim.Item{Name: "target.png"}),
	})
	tom := w.other()
	theirs, err := tom.Put(drivesim.Item{
		Name: "theirs.png", MimeType: "image/png", Content: drivesim.Bytes([]byte("t")),
	})
	w.must(err)
	w.must(tom.Share(theirs, w.person, "writer"))

	w.options.Paths = true
	paths, _, next, err := list(t, w.open(t), "")
	if want := []string{"/Pictures/below.webp", "/mine.png", "/target.png"}; err != nil || next == "" ||
		!slices.Equal(paths, want) {
		t.Errorf("got %q, %v; want %q", paths, err, want)
	}
	w.options.Paths = false
	paths, _, _, err = list(t, w.open(t), "")
	if want := []string{"/mine.png", "/target.png", "/…/below.webp"}; err != nil || !slices.Equal(paths, want) {
		t.Errorf("without paths: got %q, %v; want %q", paths, err, want)
	}
}

func TestRootsAndExclusionsAreFoundByTheFoldersNames(t *testing.T) {
	w := newWorld(t)
	a := w.folder("A", "")
	ab := w.folder("B/C", a)
	old := w.folder("old", ab)
	w.add(drivesim.Item{Name: "top.png"})
	w.add(drivesim.Item{Name: "a.png", Parents: []string{a}})
	w.add(drivesim.Item{Name: "ab.png", Parents: []string{ab}})
	w.add(drivesim.Item{Name: "old.png", Parents: []string{old}})
	w.add(drivesim.Item{Name: "..", Parents: []string{a}})
	for _, test := range []struct {
		roots, exclude, want []string
	}{
		{[]string{"/A"}, nil, []string{"/A/(..)", "/A/B∕C/ab.png", "/A/B∕C/old/old.png", "/A/a.png"}},
		{[]string{"/A"}, []string{"**/old"}, []string{"/A/(..)", "/A/B∕C/ab.png", "/A/a.png"}},
		{[]string{"/"}, []string{"A/**"}, []string{"/top.png"}},
		{[]string{"/A/B∕C/old"}, nil, []string{"/A/B∕C/old/old.png"}},
	} {
		w.options.Roots, w.options.Exclude = test.roots, test.exclude
		d := w.open(t)
		paths, _, _, err := list(t, d, "")
		if err != nil || !slices.Equal(paths, test.want) {
			t.Errorf("%q but %q: got %q, %v; want %q", test.roots, test.exclude, paths, err, test.want)
		}
	}
}

// As of a folder of this machine: at each scan, not at the first alone.
func TestARootThatNamesNothingIsAnErrorAtEachListing(t *testing.T) {
	w := newWorld(t)
	w.add(drivesim.Item{Name: "a.png", Parents: []string{w.folder("A", "")}})
	w.folder("empty", w.folder("B", ""))
	w.add(drivesim.Item{Name: "c", MimeType: "text/plain", Content: drivesim.Bytes([]byte("c"))})
	w.folder("Shared drives", "")
	for root, want := range map[string]error{
		"/Gone": fs.ErrNotExist, "/B/Gone": fs.ErrNotExist, "/c": fs.ErrNotExist, "/a": fs.ErrNotExist,
		"/Shared drives": fs.ErrNotExist,
		"/B/empty":       providers.ErrEmpty, "/(Shared drives)": providers.ErrEmpty, "/": nil, "/A": nil,
	} {
		w.options.Roots = []string{root}
		d, next := w.open(t), providers.Cursor("")
		for range 3 {
			paths, _, at, err := list(t, d, next)
			if errors.Is(err, providers.ErrExpired) {
				paths, _, at, err = list(t, d, "")
			}
			if next = at; want == nil && (err != nil || len(paths)+len(next) == 0) || !errors.Is(err, want) {
				t.Errorf("root %s: got %q, %v; want %v", root, paths, err, want)
			}
			if want == providers.ErrEmpty {
				break // no news at the next
			}
		}
	}
	w.options.Roots = []string{"/a"}
	if _, _, _, err := list(t, w.open(t), ""); err == nil || !strings.Contains(err.Error(), `but "/A"`) {
		t.Errorf("got %v, want it to name the folder /A", err)
	}
}

func TestARootThatCannotBeLookedForIsNotEmpty(t *testing.T) {
	w := newWorld(t)
	w.folder("A", "")
	w.options.Roots = []string{"/A"}
	w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "drive.files.list", Nth: 3, Kind: cloudsim.Incomplete}}))
	if _, _, _, err := list(t, w.open(t), ""); err == nil || errors.Is(err, providers.ErrEmpty) ||
		errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want an error of neither kind", err)
	}
}

func TestNoNameOfAFolderBringsAFileIntoAnotherRoot(t *testing.T) {
	w := newWorld(t)
	w.add(drivesim.Item{Name: "dots.png", Parents: []string{w.folder("…", "")}})
	w.add(drivesim.Item{Name: "fake.png", Parents: []string{w.folder("Team", w.folder("Shared drives", ""))}})
	team, err := w.drive.AddDrive("Team", map[*drivesim.Account]string{w.person: "organizer"})
	w.must(err)
	w.add(drivesim.Item{Name: "team.png", Parents: []string{team.ID()}})
	w.options.Roots, w.options.SharedDrives = []string{"/…"}, []string{"Team"}
	paths, _, _, err := list(t, w.open(t), "")
	if want := []string{"/Shared drives/Team/team.png"}; !errors.Is(err, fs.ErrNotExist) || !slices.Equal(paths, want) {
		t.Errorf("got %q, %v; want %q and the other root not there", paths, err, want)
	}
}

func TestAFileOutsideTheRootsCannotBeMoved(t *testing.T) {
	w := newWorld(t)
	a := w.folder("A", "")
	id := w.add(drivesim.Item{Name: "a.png", Parents: []string{a}})
	w.options.Roots = []string{"/A"}
	d := w.open(t)
	e, err := d.Stat(t.Context(), providers.Ref(id))
	w.must(err)
	w.must(w.person.Move(id, w.person.Root()))
	w.pass(time.Hour)
	if _, err := d.Stat(t.Context(), providers.Ref(id)); err == nil {
		t.Error("stat finds it outside the roots")
	}
	if _, err := d.Trash(t.Context(), key, e.Ref, e.Revision); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
}

func TestAnIncompleteListingIsNoListing(t *testing.T) {
	for name, faults := range map[string][]cloudsim.Fault{
		"incomplete": {{Call: "drive.files.list", Kind: cloudsim.Incomplete}},
		"refused twice": {
			{Call: "drive.files.list", Kind: cloudsim.Refuse, Status: 400, Reason: "invalid", Times: -1},
		},
		"forbidden": {
			{
				Call: "drive.files.list", Kind: cloudsim.Refuse, Status: 403,
				Reason: "insufficientFilePermissions", Times: -1,
			},
		},
		"signed out": {
			{Call: "drive.files.list", Kind: cloudsim.Refuse, Status: 401, Reason: "authError", Times: -1},
		},
		"broken": {
			{Call: "drive.files.list", Kind: cloudsim.Refuse, Status: 500, Reason: "backendError", Times: -1},
		},
		"unreachable": {{Call: "drive.files.list", Kind: cloudsim.CloseBefore, Times: -1}},
		"no feed": {
			{
				Call: "drive.changes.getStartPageToken", Kind: cloudsim.Refuse, Status: 500,
				Reason: "backendError", Times: -1,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for i := range 5 {
				w.put(fmt.Sprint(i, ".png"), []byte("a"))
			}
			w.must(w.cloud.SetFaults(faults))
			_, gone, next, err := list(t, w.open(t), "")
			if err == nil || errors.Is(err, providers.ErrEmpty) || next != "" || len(gone) > 0 {
				t.Errorf("got %v, gone %q, the cursor %q; want an error, and no cursor", err, gone, next)
			}
		})
	}
}

func TestAListingWhosePageIsRefusedBeginsAgainOnce(t *testing.T) {
	w := newWorld(t, cloudsim.Fault{
		Call: "drive.files.list", Nth: 2, Kind: cloudsim.Refuse, Status: 400, Reason: "invalid",
	},
		cloudsim.Fault{Call: "drive.files.list", Nth: 3, Kind: cloudsim.EmptyPage})
	for i := range 1500 {
		w.add(drivesim.Item{Name: fmt.Sprint(i, ".png")})
	}
	d := w.open(t)
	names := map[string]bool{}
	var seen int64
	for c, err := range d.Changes(t.Context(), "") {
		w.must(err)
		if c.Checkpoint() {
			seen = c.Seen
		} else {
			names[c.Entry.Path] = true
		}
	}
	if len(names) != 1500 || seen != 1500 {
		t.Errorf("got %d files, and %d seen; want 1500", len(names), seen)
	}
}

func TestTheFeedOfAFullListingAndOfNothingNewIsOneCall(t *testing.T) {
	w := newWorld(t)
	for i := range 2500 {
		w.add(drivesim.Item{Name: fmt.Sprint(i, ".png")})
	}
	d := w.open(t)
	was := w.cloud.Audit().Calls()
	_, _, next, err := list(t, d, "")
	w.must(err)
	calls := w.since(was)
	if want := map[string]int{
		"drive.changes.getStartPageToken": 1, "drive.files.list": 3, "drive.files.get": 1,
	}; !maps.Equal(calls, want) {
		t.Errorf("a full listing made the calls %v, want %v", calls, want)
	}
	was = w.cloud.Audit().Calls()
	paths, gone, again, err := list(t, d, next)
	if calls := w.since(was); err != nil || len(paths)+len(gone) > 0 || again == "" ||
		!maps.Equal(calls, map[string]int{"drive.changes.list": 1}) {
		t.Errorf("nothing is new, and yet %q, gone %q, %v, by the calls %v", paths, gone, err, calls)
	}
}

// since is how often what was called since the counts were was.
func (w *world) since(was map[string]int) map[string]int {
	calls := map[string]int{}
	for name, n := range w.cloud.Audit().Calls() {
		if n > was[name] {
			calls[name] = n - was[name]
		}
	}
	return calls
}

func TestTheFeedNamesWhatChangedHowever(t *testing.T) {
	w := newWorld(t)
	a := w.folder("A", "")
	w.options.Roots = []string{"/A"}
	ids := map[string]string{}
	for i := range 100 { // so that a few changes are no drift
		ids[fmt.Sprint(i)] = w.add(drivesim.Item{Name: fmt.Sprint(i, ".png"), Parents: []string{a}})
	}
	outside := w.add(drivesim.Item{Name: "outside.png"})
	d := w.open(t)
	_, _, next, err := list(t, d, "")
	w.must(err)
	w.pass(time.Hour)
	w.must(w.person.Rename(ids["1"], "renamed.png"))
	w.must(w.person.Move(ids["2"], w.person.Root()))
	w.must(w.person.Trash(ids["3"]))
	w.must(w.person.Delete(ids["4"]))
	w.must(w.person.Move(outside, a))
	sub := w.folder("new", a)
	w.must(w.person.Move(ids["5"], sub))
	paths, gone, next, err := list(t, d, next)
	slices.Sort(gone)
	wantGone := []providers.Ref{providers.Ref(ids["2"]), providers.Ref(ids["3"]), providers.Ref(ids["4"])}
	slices.Sort(wantGone)
	if want := []string{"/A/new/5.png", "/A/outside.png", "/A/renamed.png"}; err != nil ||
		!slices.Equal(paths, want) || !slices.Equal(gone, wantGone) {
		t.Errorf("got %q, gone %q, %v; want %q, gone %q", paths, gone, err, want, wantGone)
	}
	w.pass(time.Hour)
	w.must(w.person.Untrash(ids["3"]))
	if paths, _, _, err := list(t, d, next); err != nil || !slices.Equal(paths, []string{"/A/3.png"}) {
		t.Errorf("restored: got %q, %v", paths, err)
	}
}

func TestWhereTheFeedCannotTellEverythingIsListedAgain(t *testing.T) {
	for name, act := range map[string]func(w *world, folder string){
		"renamed":  func(w *world, folder string) { w.must(w.person.Rename(folder, "B")) },
		"moved":    func(w *world, folder string) { w.must(w.person.Move(folder, w.folder("B", ""))) },
		"trashed":  func(w *world, folder string) { w.must(w.person.Trash(folder)) },
		"restored": func(w *world, folder string) { w.must(w.person.Trash(folder)); w.must(w.person.Untrash(folder)) },
		"many changes": func(w *world, folder string) {
			for i := range 20 {
				w.put(fmt.Sprint("more", i), []byte("a"))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.folder("A", "")
			w.add(drivesim.Item{Name: "a.png", Parents: []string{a}})
			d := w.open(t)
			_, _, next, err := list(t, d, "")
			w.must(err)
			w.pass(time.Hour)
			act(w, a)
			_, _, again, err := list(t, d, next)
			if err == nil { // a count may drift for one pass
				_, _, _, err = list(t, d, again)
			}
			if !errors.Is(err, providers.ErrExpired) {
				t.Errorf("got %v, want ErrExpired", err)
			}
		})
	}
}

func TestACursorOfAnotherListingIsExpired(t *testing.T) {
	w := newWorld(t)
	w.put("a.png", []byte("a"))
	_, _, next, err := list(t, w.open(t), "")
	w.must(err)
	w.options.Roots = []string{"/A"}
	if _, _, _, err := list(t, w.open(t), next); !errors.Is(err, providers.ErrExpired) {
		t.Errorf("under other roots: got %v, want ErrExpired", err)
	}
	w.options.Roots = nil
	w.must(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "drive.changes.list", Kind: cloudsim.Refuse, Status: 400, Reason: "invalid"},
	}))
	if _, _, _, err := list(t, w.open(t), next); !errors.Is(err, providers.ErrExpired) {
		t.Errorf("of a token that Drive refuses: got %v, want ErrExpired", err)
	}
}

func TestASharedDriveIsSweptWhenItIsNamed(t *testing.T) {
	w := newWorld(t)
	team, err := w.drive.AddDrive("Team", map[*drivesim.Account]string{w.person: "organizer"})
	w.must(err)
	_, err = w.drive.AddDrive("Other", map[*drivesim.Account]string{w.person: "organizer"})
	w.must(err)
	w.put("mine.png", []byte("a"))
	in := w.folder("Drafts", team.ID())
	id := w.add(drivesim.Item{Name: "team.png", Parents: []string{in}})
	if paths, _, _, err := list(t, w.open(t), ""); err != nil || !slices.Equal(paths, []string{"/mine.png"}) {
		t.Errorf("not named: got %q, %v", paths, err)
	}
	w.options.SharedDrives = []string{"Team"}
	d := w.open(t)
	paths, _, next, err := list(t, d, "")
	if want := []string{"/Shared drives/Team/Drafts/team.png", "/mine.png"}; err != nil || !slices.Equal(paths, want) {
		t.Errorf("got %q, %v; want %q", paths, err, want)
	}
	e, err := d.Stat(t.Context(), providers.Ref(id))
	w.must(err)
	r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
	w.must(err)
	if _, gone, _, err := list(t, d, next); err != nil || !slices.Contains(gone, e.Ref) {
		t.Errorf("its own feed: gone %q, %v", gone, err)
	}
	for x, err := range d.Trashed(t.Context()) {
		if err != nil || x.Receipt != r || x.Deleted.IsZero() {
			t.Errorf("in the bin: %+v, %v; want the receipt %s and a date", x, err, r)
		}
	}
	for _, names := range [][]string{{"None"}, {"Team", "None"}} {
		w.options.SharedDrives = names
		if _, err := w.tryOpen(w.options); err == nil {
			t.Errorf("%q: got no error for a shared drive that is not there", names)
		}
	}
}

func TestAListingSaysWhatDriveKnowsOfAFile(t *testing.T) {
	w := newWorld(t)
	c := drivesim.Bytes([]byte("photo"))
	id := w.add(drivesim.Item{
		Name: "photo.jpg", MimeType: "image/jpeg", Content: c, Width: 60, Height: 40, Make: "Canon", Model: "EOS 5D",
	})
	w.must(w.person.Star(id, true))
	w.must(w.person.Share(id, nil, "reader"))
	e, err := w.open(t).Stat(t.Context(), providers.Ref(id))
	if err != nil || !e.Starred || !e.Shared || e.Camera != "Canon EOS 5D" ||
		fmt.Sprintf("%x", e.SHA256) != c.SHA256() || e.Weak {
		t.Errorf("got %+v, %v", e, err)
	}
}
