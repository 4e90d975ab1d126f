package dropboxsim_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// follower keeps a copy of a Dropbox by the documentation's instructions: a deleted entry removes everything at the
// path and below.
type follower struct {
	c      files.ContextClient
	cursor string
	at     map[string]string // by path in lower case: "folder" or a rev
	got    int               // entries
}

// step gets one page.
func (f *follower) step(w *world, arg *files.ListFolderArg) (more bool) {
	w.t.Helper()
	var res *files.ListFolderResult
	var err error
	if f.cursor == "" {
		res, err = f.c.ListFolderContext(w.t.Context(), arg)
	} else {
		res, err = f.c.ListFolderContinueContext(w.t.Context(), files.NewListFolderContinueArg(f.cursor))
	}
	w.do(err)
	f.got += len(res.Entries)
	for _, e := range res.Entries {
		switch e := e.(type) {
		case *files.FileMetadata:
			f.at[e.PathLower] = e.Rev
		case *files.FolderMetadata:
			f.at[e.PathLower] = "folder"
		case *files.DeletedMetadata:
			maps.DeleteFunc(f.at, func(path, _ string) bool {
				return path == e.PathLower || strings.HasPrefix(path, e.PathLower+"/")
			})
		}
	}
	f.cursor = res.Cursor
	return res.HasMore
}

func TestWhoFollowsACursorSeesWhatIsThereWhateverHappensMeanwhile(t *testing.T) {
	for _, o := range []dropboxsim.Options{
		{}, {FolderAlone: true, MoveKeepsRev: true, RestoreKeepsRev: true}, {RestoreNewID: true},
	} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("%+v, %d", o, seed), func(t *testing.T) {
				w := newWorld(t, o)
				rng := rand.New(rand.NewPCG(seed, 1))
				path := func() string {
					return strings.Repeat(fmt.Sprintf("/D%d", rng.IntN(3)), rng.IntN(3)) +
						fmt.Sprintf("/f%d", rng.IntN(8))
				}
				person := func() { // what cannot be done is not done
					switch rng.IntN(7) {
					case 0, 1, 2:
						_, _ = w.ann.Put(dropboxsim.Item{Path: path(), Content: content.Noise(nil, 10, rng.Uint64())})
					case 3:
						_ = w.ann.Modify(path(), content.Noise(nil, 10, rng.Uint64()))
					case 4:
						_ = w.ann.Move([]string{path(), "/D0", "/D1", "/D2/D2"}[rng.IntN(4)],
							[]string{path(), "/D1/D1", "/D2"}[rng.IntN(3)])
					case 5:
						_ = w.ann.Delete([]string{path(), "/D0", "/D1/D1"}[rng.IntN(3)])
					case 6:
						_ = w.ann.Restore(path(), "")
					}
					w.pass(time.Second)
				}
				for range 60 {
					person()
				}
				f := &follower{c: w.files(w.ann), at: map[string]string{}}
				arg := everything()
				arg.Limit = 3
				for range 60 {
					f.step(w, arg)
					person()
				}
				for f.step(w, arg) {
				}
				fresh := &follower{c: f.c, at: map[string]string{}}
				for fresh.step(w, everything()) {
				}
				if !maps.Equal(f.at, fresh.at) || len(fresh.at) == 0 || fresh.got != len(fresh.at) {
					t.Errorf("followed: %v\nis there: %v, in %d entries", f.at, fresh.at, fresh.got)
				}
				live := 0
				for _, s := range w.box.Snapshot() {
					if !s.Deleted {
						live++
						if fresh.at[strings.ToLower(s.Path)] != s.Rev {
							t.Errorf("%+v is listed as %q", s, fresh.at[strings.ToLower(s.Path)])
						}
					}
				}
				for _, rev := range fresh.at {
					if rev != "folder" {
						live--
					}
				}
				if live != 0 {
					t.Errorf("%d files more than are listed", live)
				}
			})
		}
	}
}

func TestAListingHasOneFolderOrAllBelowIt(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	w.put(w.ann, "/A/b/c.png", "c")
	w.put(w.ann, "/A/d.png", "d")
	w.put(w.ann, "/Ab/e.png", "e")
	c := w.files(w.ann)
	for _, tt := range []struct {
		path      string
		recursive bool
		want      []string
	}{
		{"", false, []string{"/A", "/Ab"}},
		{"/a", false, []string{"/A/b", "/A/d.png"}},
		{"/a", true, []string{"/A", "/A/b", "/A/b/c.png", "/A/d.png"}},
	} {
		arg := files.NewListFolderArg(tt.path)
		arg.Recursive = tt.recursive
		all, cursor := w.entries(c, arg, "")
		if len(all) != len(tt.want) {
			t.Errorf("%q, %v: %v", tt.path, tt.recursive, all)
		}
		for _, path := range tt.want {
			if all[path] == "" {
				t.Errorf("%q, %v lacks %s: %v", tt.path, tt.recursive, path, all)
			}
		}
		id := w.put(w.ann, "/A/new "+fmt.Sprint(tt.recursive, len(tt.path))+".png", "new")
		changes, _ := w.entries(c, nil, cursor)
		if want := min(len(tt.path), 1); len(changes) != want {
			t.Errorf("%q, %v: after %s came %v", tt.path, tt.recursive, id, changes)
		}
		w.do(w.ann.Delete(id))
	}
	for path, want := range map[string]string{
		"/A/d.png": "not_folder", "/nowhere": "not_found", "/A/": "malformed_path",
	} {
		_, err := c.ListFolderContext(t.Context(), files.NewListFolderArg(path))
		var e files.ListFolderAPIError
		if !errors.As(err, &e) || e.EndpointError.Path == nil || e.EndpointError.Path.Tag != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestADeletedFileIsKeptForAsLongAsThePlanSays(t *testing.T) {
	for plan, days := range map[dropboxsim.Plan]int{
		dropboxsim.Basic: 30, dropboxsim.Plus: 30, dropboxsim.Professional: 180,
	} {
		w := newWorld(t, dropboxsim.Options{})
		a := w.person(dropboxsim.Person{Email: string(plan) + "@example.com", Plan: plan})
		w.put(a, "/a.png", "a")
		w.do(a.Delete("/a.png"))
		arg := everything()
		arg.IncludeDeleted = true
		w.pass(time.Duration(days)*24*time.Hour - time.Second)
		all, _ := w.entries(w.files(a), arg, "")
		if all["/a.png"] != "deleted" {
			t.Errorf("%s: a second before its time is over it is %v", plan, all)
		}
		was, err := w.files(a).ListRevisionsContext(t.Context(), files.NewListRevisionsArg("/a.png"))
		w.do(err)
		w.pass(time.Second)
		if all, _ = w.entries(w.files(a), arg, ""); len(all) != 0 {
			t.Errorf("%s: after its time there is %v", plan, all)
		}
		_, err = w.files(a).RestoreContext(t.Context(), files.NewRestoreArg("/a.png", was.Entries[0].Rev))
		if err == nil || len(w.box.Snapshot()) != 0 {
			t.Errorf("%s: it could be had back: %v", plan, err)
		}
	}
}

// flip is another letter.
func flip(s string) string {
	if s == "x" {
		return "y"
	}
	return "x"
}

func TestTheRootFolderIsAnEmptyString(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	for _, route := range []string{"files/list_folder", "files/list_folder/get_latest_cursor"} {
		if status, body := w.post(w.ann.Token().Access, route, map[string]any{"path": "/"}); status != 400 ||
			!strings.HasSuffix(body,
				`: request body: path: Specify the root folder as an empty string rather than as "/".`) {
			t.Errorf("%s of \"/\" is %d %s", route, status, body)
		}
	}
}

func TestACursorIsOfOneListingAndOneAccount(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	bob := w.person(dropboxsim.Person{Email: "bob@example.com"})
	w.put(w.ann, "/a.png", "a")
	_, cursor := w.entries(w.files(w.ann), everything(), "")
	for what, bad := range map[string]string{
		"garbage": "AAAA", "none": "", "cut": cursor[:len(cursor)-1], "changed": cursor[:40] + "x" + cursor[41:],
		"sealed by somebody else": cursor[:10] + flip(cursor[10:11]) + cursor[11:],
	} {
		if status, body := w.post(w.ann.Token().Access, "files/list_folder/continue",
			map[string]any{"cursor": bad}); status != 400 {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	if status, body := w.post(bob.Token().Access, "files/list_folder/continue",
		map[string]any{"cursor": cursor}); status != 400 {
		t.Errorf("somebody else's: %d %s", status, body)
	}
	w.box.ResetCursors()
	_, err := w.files(w.ann).ListFolderContinueContext(t.Context(), files.NewListFolderContinueArg(cursor))
	var e files.ListFolderContinueAPIError
	if !errors.As(err, &e) || e.EndpointError.Tag != files.ListFolderContinueErrorReset {
		t.Errorf("reset: %v", err)
	}
	if all, _ := w.entries(w.files(w.ann), everything(), ""); len(all) != 1 {
		t.Errorf("listed anew: %v", all)
	}
}

func TestAnEmptyPageIsFollowedByTheRest(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	w.put(w.ann, "/a.png", "a")
	w.do(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "dropbox.files.list_folder*", Kind: cloudsim.EmptyPage, Times: 2},
	}))
	if all, _ := w.entries(w.files(w.ann), everything(), ""); len(all) != 1 {
		t.Errorf("listed %v", all)
	}
	if n := w.cloud.Audit().Calls()["dropbox.files.list_folder.continue"]; n != 2 {
		t.Errorf("after %d pages", n)
	}
}

func TestAHundredThousandFilesAreFewPages(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	w.unjudged = true // it would take a minute
	w.do(w.ann.Fill(dropboxsim.Bulk{Files: 100_000, Images: 5_000, Folders: 100}))
	c := files.NewContext(w.config(w.ann))
	arg := everything()
	res, err := c.ListFolderContext(t.Context(), arg)
	n := 0
	for w.do(err); ; w.do(err) {
		if n += len(res.Entries); !res.HasMore {
			break
		}
		res, err = c.ListFolderContinueContext(t.Context(), files.NewListFolderContinueArg(res.Cursor))
	}
	calls := 0
	for _, k := range w.cloud.Audit().Calls() {
		calls += k
	}
	if n != 100_100 || calls != 51 {
		t.Errorf("%d entries in %d calls", n, calls)
	}
	one := files.NewListFolderArg("/Folder 7")
	all, _ := w.entries(c, one, "")
	if len(all) != 1000 {
		t.Errorf("%d files in a folder", len(all))
	}
	if len(w.cloud.Audit().Mutations(0)) != 0 {
		t.Error("what was there is in the record")
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	w.put(w.ann, "/a.png", "a")
	token := w.ann.Token().Access
	for what, arg := range map[string]map[string]any{
		"files/list_folder":                   {"path": "", "recursively": true},
		"files/get_metadata":                  {"path": "a.png"},
		"files/delete_v2":                     {"path": "/a.png", "parent_rev": 7},
		"files/list_revisions":                {"path": "/a.png", "mode": "both"},
		"files/restore":                       {"path": "/a.png", "rev": "short"},
		"files/list_folder/get_latest_cursor": {"limit": 2001, "path": ""},
		"users/get_current_account":           {"x": 1},
		"files/move_v2":                       {"from_path": "/a.png"},
	} {
		if status, body := w.post(token, what, arg); status != http.StatusBadRequest ||
			!strings.HasPrefix(body, "Error in call to API function \""+what+"\": ") {
			t.Errorf("%s %v: %d %s", what, arg, status, body)
		}
	}
	if status, _ := w.post(token, "files/search_v2", map[string]any{"query": "x"}); status != http.StatusNotFound {
		t.Errorf("an unknown route is %d", status)
	}
	if len(w.cloud.Audit().Mutations(0)) != 1 {
		t.Error("something was changed")
	}
}
