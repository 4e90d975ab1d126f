package gdrive_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/gdrive"
)

// heldBy are the guards that hold the file of that id, all being asked.
func (w *world) heldBy(d *gdrive.Driver, id string) (guards []providers.Guard, why string) {
	w.Helper()
	w.pass(time.Hour)
	e, err := d.Stat(w.Context(), providers.Ref(id))
	w.must(err)
	held, err := d.Guards(w.Context(), e.Ref, e.Revision, providers.AllGuards())
	w.must(err)
	for _, h := range held {
		guards, why = append(guards, h.Guard), why+h.Why.String()
	}
	return guards, why
}

// The user names a root, but not all of My Drive: that is the default.
func TestAVaultThatTheRootIsHoldsNothingAndOneAtTheTopOfMyDriveHolds(t *testing.T) {
	w := newWorld(t)
	vault := w.folder("Vault", "")
	id := w.add(drivesim.Item{Name: "a.png", Parents: []string{vault}})
	w.folder(".Obsidian", vault) // names of either case are one name on most disks
	for _, c := range []struct {
		root string
		held bool
	}{{"/Vault", false}, {"/", true}} {
		w.options.Roots = []string{c.root}
		if guards, why := w.heldBy(w.open(t), id); slices.Equal(guards,
			[]providers.Guard{providers.GuardLibrary}) != c.held {
			t.Errorf("below the root %s: held by %v, %s; want it held %v", c.root, guards, why, c.held)
		}
	}
	w.options.Roots = nil
	top := w.add(drivesim.Item{Name: "top.png"})
	w.folder(".obsidian", "")
	if guards, _ := w.heldBy(w.open(t), top); !slices.Equal(guards, []providers.Guard{providers.GuardLibrary}) {
		t.Errorf("beside .obsidian at the top of My Drive: held by %v", guards)
	}
}

func TestAFolderThatIsMarkedOrUnmarkedLaterIsSeen(t *testing.T) {
	w := newWorld(t)
	in := w.folder("Site", "")
	id := w.add(drivesim.Item{Name: "a.png", Parents: []string{in}})
	d := w.open(t)
	if guards, why := w.heldBy(d, id); len(guards) > 0 {
		t.Fatalf("held by %v, %s", guards, why)
	}
	git := w.folder(".git", in)
	if guards, _ := w.heldBy(d, id); !slices.Equal(guards, []providers.Guard{providers.GuardGit}) {
		t.Errorf("a folder that became a work tree: held by %v", guards)
	}
	w.must(w.person.Trash(git))
	if guards, _ := w.heldBy(d, id); len(guards) > 0 {
		t.Errorf("a folder whose .git is in the trash: held by %v", guards)
	}
}

// A folder that cannot be looked into may be a vault.
func TestAFileWhoseFoldersAreNotShownIsHeld(t *testing.T) {
	w := newWorld(t)
	tom := w.other()
	theirs, err := tom.Folder("Vault", "")
	w.must(err)
	w.must(tom.Share(theirs, w.person, "writer"))
	id := w.add(drivesim.Item{Name: "mine.png", Parents: []string{theirs}})
	guards, why := w.heldBy(w.open(t), id)
	if !slices.Contains(guards, providers.GuardPartial) || !strings.Contains(why, "not shown") {
		t.Errorf("held by %v, %s", guards, why)
	}
}

func TestWhereTheFolderCannotBeListedTheGuardsFail(t *testing.T) {
	for name, fault := range map[string]cloudsim.Fault{
		"incomplete": {Call: "drive.files.list", Kind: cloudsim.Incomplete, Times: -1},
		"refused": {
			Call: "drive.files.list", Kind: cloudsim.Refuse, Status: 403,
			Reason: "insufficientFilePermissions", Times: -1,
		},
		"broken": {
			Call: "drive.files.list", Kind: cloudsim.Refuse, Status: 500, Reason: "backendError", Times: -1,
		},
	} {
		w, d, e := one(t)
		w.must(w.cloud.SetFaults([]cloudsim.Fault{fault}))
		if held, err := d.Guards(t.Context(), e.Ref, e.Revision, providers.AllGuards()); err == nil {
			t.Errorf("%s: held by %v, and no error", name, held)
		}
	}
}

// The files around a file are listed a page at a time.
func TestAMarkOnALaterPageHolds(t *testing.T) {
	w := newWorld(t)
	id := w.add(drivesim.Item{Name: "a.png"})
	for range 1200 {
		w.add(drivesim.Item{Name: "a document", MimeType: "application/vnd.google-apps.document"})
	}
	w.folder(".git", "")
	if guards, _ := w.heldBy(w.open(t), id); !slices.Equal(guards, []providers.Guard{providers.GuardGit}) {
		t.Errorf("held by %v", guards)
	}
}

// Drive keeps a computer's folder in step with the computer: what is deleted in one is deleted in the other. No guard
// has to be on for that.
func TestAFileOfAComputerIsHeldUnderEveryPolicy(t *testing.T) {
	w := newWorld(t)
	computer, err := w.person.Computer("My Laptop")
	w.must(err)
	id := w.add(drivesim.Item{Name: "a.png", Parents: []string{w.folder("Pictures", computer)}})
	d := w.open(t)
	w.pass(time.Hour)
	e, err := d.Stat(t.Context(), providers.Ref(id))
	w.must(err)
	for _, of := range [][]providers.Guard{nil, providers.AllGuards()} {
		held, err := d.Guards(t.Context(), e.Ref, e.Revision, of)
		if err != nil || len(held) != 1 || held[0].Guard != providers.GuardLocked ||
			!strings.Contains(held[0].Why.String(), `"My Laptop"`) {
			t.Errorf("with the guards %v held by %v, %v", of, held, err)
		}
	}
}
