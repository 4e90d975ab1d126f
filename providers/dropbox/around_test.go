package dropbox_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/dropbox"
)

// heldBy are the guards that hold the file at the path, all being asked.
func (w *world) heldBy(d *dropbox.Driver, ref providers.Ref) (guards []providers.Guard) {
	w.Helper()
	e, err := d.Stat(w.Context(), ref)
	w.must(err)
	held, err := d.Guards(w.Context(), e.Ref, e.Revision, providers.AllGuards())
	w.must(err)
	for _, h := range held {
		guards = append(guards, h.Guard)
	}
	return guards
}

// The user names a root, but not all of Dropbox: that is the default.
func TestAVaultThatTheRootIsHoldsNothingAndOneAtTheTopOfDropboxHolds(t *testing.T) {
	w := newWorld(t, personal())
	w.put("Vault/img/a.png", []byte("a"))
	w.put("Vault/.Obsidian/app.json", nil) // names of either case are one name in Dropbox
	library := []providers.Guard{providers.GuardLibrary}
	for _, c := range []struct {
		root string
		want []providers.Guard
	}{{"/VAULT", nil}, {"/Vault/img", nil}, {"/", library}} {
		w.options.Roots = []string{c.root}
		if got := w.heldBy(w.open(t), "/vault/img/a.png"); !slices.Equal(got, c.want) {
			t.Errorf("below the root %s: held by %v, want %v", c.root, got, c.want)
		}
	}
	w.options.Roots = nil
	w.put("top.png", []byte("top"))
	w.put(".obsidian/app.json", nil)
	if got := w.heldBy(w.open(t), "/top.png"); !slices.Equal(got, library) {
		t.Errorf("beside .obsidian at the top of Dropbox: held by %v", got)
	}
}

// A folder above the roots counts too: a work tree contains all of its subfolders, swept or not.
func TestAWorkTreeAboveTheRootHolds(t *testing.T) {
	w := newWorld(t, personal())
	w.put("Site/img/a.png", []byte("a"))
	w.put("Site/.git/index", nil)
	w.options.Roots = []string{"/Site/img"}
	if got := w.heldBy(w.open(t), "/site/img/a.png"); !slices.Equal(got, []providers.Guard{providers.GuardGit}) {
		t.Errorf("held by %v", got)
	}
}

// Files in a subfolder count, but not a file with the subfolder's name.
func TestAMarkInAFolderBesideHolds(t *testing.T) {
	w := newWorld(t, personal())
	w.put("graph/assets/a.png", []byte("a"))
	w.put("graph/logseq", []byte("a file"))
	d := w.open(t)
	if got := w.heldBy(d, "/graph/assets/a.png"); len(got) > 0 {
		t.Errorf("beside a file called logseq: held by %v", got)
	}
	w.must(w.person.Delete("/graph/logseq"))
	w.put("graph/logseq/config.edn", nil)
	w.pass(time.Hour)
	if got := w.heldBy(d, "/graph/assets/a.png"); !slices.Equal(got, []providers.Guard{providers.GuardLibrary}) {
		t.Errorf("in a graph: held by %v", got)
	}
}

// The changes in a folder since it was listed take one call; if Dropbox no longer knows that cursor, the folder is
// listed again.
func TestAFolderThatIsMarkedOrUnmarkedLaterIsSeen(t *testing.T) {
	w := newWorld(t, personal())
	w.put("Site/a.png", []byte("a"))
	d := w.open(t)
	if got := w.heldBy(d, "/site/a.png"); len(got) > 0 {
		t.Fatalf("held by %v", got)
	}
	w.put("Site/.git/index", nil)
	w.pass(time.Hour)
	was := w.cloud.Audit().Calls()
	if got := w.heldBy(d, "/site/a.png"); !slices.Equal(got, []providers.Guard{providers.GuardGit}) {
		t.Errorf("a folder that became a work tree: held by %v", got)
	}
	if calls := w.since(was); !maps.Equal(calls, map[string]int{
		"dropbox.files.get_metadata": 1, "dropbox.files.list_folder.continue": 2,
	}) {
		t.Errorf("got the calls %v, want one for each folder", calls)
	}
	w.must(w.person.Delete("/Site/.git"))
	w.pass(time.Hour)
	if got := w.heldBy(d, "/site/a.png"); len(got) > 0 {
		t.Errorf("a folder whose .git was deleted: held by %v", got)
	}
	w.put("Site/.git/index", nil)
	w.dropbox.ResetCursors()
	w.pass(time.Hour)
	if got := w.heldBy(d, "/site/a.png"); !slices.Equal(got, []providers.Guard{providers.GuardGit}) {
		t.Errorf("after a reset: held by %v", got)
	}
}

// A folder that contained a mark is another folder after it was deleted and created again.
func TestAFolderThatIsMadeAnewIsListedAnew(t *testing.T) {
	w := newWorld(t,
		kind{plan: dropboxsim.Basic, use: dropboxaccount.Trash, fake: dropboxsim.Options{FolderAlone: true}})
	w.put("Site/a.png", []byte("a"))
	w.put("Site/.git/index", nil)
	d := w.open(t)
	if got := w.heldBy(d, "/site/a.png"); !slices.Equal(got, []providers.Guard{providers.GuardGit}) {
		t.Fatalf("held by %v", got)
	}
	w.must(w.person.Delete("/Site"))
	w.put("Site/a.png", []byte("a"))
	w.put("Site/a.png.xmp", []byte("about it"))
	w.pass(24 * time.Hour)
	if got := w.heldBy(d, "/site/a.png"); !slices.Equal(got, []providers.Guard{providers.GuardLibrary}) {
		t.Errorf("held by %v", got)
	}
}

func TestWhereTheFolderCannotBeListedTheGuardsFail(t *testing.T) {
	for name, fault := range map[string]cloudsim.Fault{
		"refused": {
			Call: "dropbox.files.list_folder", Kind: cloudsim.Refuse, Status: 409,
			Reason: "path/restricted_content", Times: -1,
		},
		"missing": {
			Call: "dropbox.files.list_folder", Kind: cloudsim.Refuse, Status: 409, Reason: "path/not_found", Times: -1,
		},
		"broken": {Call: "dropbox.files.list_folder", Kind: cloudsim.Refuse, Status: 500, Times: -1},
	} {
		w, d, e := one(t, personal())
		w.must(w.cloud.SetFaults([]cloudsim.Fault{fault}))
		if held, err := d.Guards(t.Context(), e.Ref, e.Revision, providers.AllGuards()); err == nil {
			t.Errorf("%s: held by %v, and no error", name, held)
		}
	}
}

// A folder is listed a page at a time.
func TestAMarkOnALaterPageHolds(t *testing.T) {
	w := newWorld(t, personal())
	w.put("a.png", []byte("a"))
	w.must(w.person.Fill(dropboxsim.Bulk{Files: 4100}))
	w.put("a.png.xmp", nil)
	if got := w.heldBy(w.open(t), "/a.png"); !slices.Equal(got, []providers.Guard{providers.GuardLibrary}) {
		t.Errorf("held by %v", got)
	}
}
