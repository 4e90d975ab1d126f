package dropboxsim_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

func TestRevisionsAreThoseOfAPathOrOfAFile(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	c := w.files(w.ann)
	first := w.put(w.ann, "/a.png", "one")
	w.do(w.ann.Modify("/a.png", content.Bytes([]byte("two"))))
	w.do(w.ann.Move("/a.png", "/b.png"))
	w.put(w.ann, "/a.png", "three")
	sizes := func(path, mode string) (all []uint64) {
		arg := files.NewListRevisionsArg(path)
		arg.Mode.Tag = mode
		res, err := c.ListRevisionsContext(t.Context(), arg)
		w.do(err)
		for _, e := range res.Entries {
			all = append(all, e.Size)
		}
		return all
	}
	if got := sizes("/a.png", "path"); !slices.Equal(got, []uint64{5, 3, 3}) {
		t.Errorf("/a.png has had %v bytes", got)
	}
	if got := sizes("/b.png", "path"); !slices.Equal(got, []uint64{3}) {
		t.Errorf("/b.png has had %v bytes", got)
	}
	if got := sizes(first, "id"); !slices.Equal(got, []uint64{3, 3, 3}) {
		t.Errorf("the first file has had %v bytes", got)
	}
	if _, err := c.RestoreContext(t.Context(), files.NewRestoreArg("/b.png", w.file(c, "/a.png").Rev)); err == nil {
		t.Error("a path was given the revision of another")
	}
}

func TestRestoringOverAFileIsANewRevisionOfIt(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	c := w.files(w.ann)
	w.put(w.ann, "/a.png", "old")
	old := w.file(c, "/a.png")
	w.do(w.ann.Delete("/a.png"))
	id := w.put(w.ann, "/a.png", "newer")
	back, err := c.RestoreContext(t.Context(), files.NewRestoreArg("/a.png", old.Rev))
	w.do(err)
	if back.Id != id || back.ContentHash != old.ContentHash || back.Rev == old.Rev {
		t.Errorf("%+v", back)
	}
	w.do(w.ann.Delete("/a.png"))
	_, err = w.ann.Folder("/a.png")
	w.do(err)
	if _, err := c.RestoreContext(t.Context(), files.NewRestoreArg("/a.png", old.Rev)); err == nil {
		t.Error("a file was restored over a folder")
	}
}

func TestTheOptionsAreWhatARestoredOrMovedFileKeeps(t *testing.T) {
	for _, o := range []dropboxsim.Options{{}, {MoveKeepsRev: true}, {RestoreKeepsRev: true}, {RestoreNewID: true}} {
		w := newWorld(t, o)
		c := w.files(w.ann)
		w.put(w.ann, "/a.png", "a")
		was := w.file(c, "/a.png")
		w.do(w.ann.Move("/a.png", "/b.png"))
		moved := w.file(c, "/b.png")
		if moved.Id != was.Id || (moved.Rev == was.Rev) != o.MoveKeepsRev {
			t.Errorf("%+v: moved from %+v to %+v", o, was, moved)
		}
		w.do(w.ann.Delete("/b.png"))
		back, err := c.RestoreContext(t.Context(), files.NewRestoreArg("/b.png", moved.Rev))
		w.do(err)
		if (back.Rev == moved.Rev) != o.RestoreKeepsRev || (back.Id != was.Id) != o.RestoreNewID {
			t.Errorf("%+v: restored from %+v to %+v", o, moved, back)
		}
	}
}

func TestAFolderIsDeletedWithAllThatIsInItAndNothingElse(t *testing.T) {
	for _, alone := range []bool{false, true} {
		w := newWorld(t, dropboxsim.Options{FolderAlone: alone})
		c := w.files(w.ann)
		in, out := w.put(w.ann, "/A/b/c.png", "c"), w.put(w.ann, "/Ab/c.png", "c")
		_, cursor := w.entries(c, everything(), "")
		_, err := c.DeleteV2Context(t.Context(), files.NewDeleteArg("/a"))
		w.do(err)
		all := w.box.Snapshot()
		if !all[in].Deleted || all[out].Deleted {
			t.Errorf("%+v", all)
		}
		changes, _ := w.entries(c, nil, cursor)
		if want := map[bool]int{false: 3, true: 1}[alone]; len(changes) != want {
			t.Errorf("FolderAlone %v: %v", alone, changes)
		}
		if _, err = c.DeleteV2Context(t.Context(),
			&files.DeleteArg{Path: "/Ab", ParentRev: "065f000000000001"}); deleteTags(err) != "path_write/conflict" {
			t.Errorf("a folder at a rev: %v", err)
		}
	}
}

func TestAnIDFollowsItsFileAndAPathDoesNot(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{MoveKeepsRev: true})
	c := w.files(w.ann)
	id := w.put(w.ann, "/a.png", "a")
	rev := w.file(c, "/a.png").Rev
	w.do(w.ann.Move("/a.png", "/Protected/a.png"))
	if _, err := c.DeleteV2Context(t.Context(),
		&files.DeleteArg{Path: "/a.png", ParentRev: rev}); deleteTags(err) != "path_lookup/not_found" {
		t.Errorf("by path: %v", err)
	}
	if f := w.file(c, id); f.PathDisplay != "/Protected/a.png" {
		t.Errorf("by id it is %s", f.PathDisplay)
	}
	if f := w.file(c, "rev:"+rev); f.Id != id {
		t.Errorf("by rev it is %+v", f)
	}
	_, err := c.DeleteV2Context(t.Context(), &files.DeleteArg{Path: id, ParentRev: rev})
	w.do(err)
	if !w.box.Snapshot()[id].Deleted {
		t.Error("by id it was not deleted")
	}
}

func TestAWriteDuringAnotherIsRefused(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{WriteTime: time.Second})
	w.put(w.ann, "/a.png", "a")
	w.put(w.ann, "/b.png", "b")
	token := w.ann.Token().Access
	started, end := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.over = func(context.Context, time.Duration) {
		once.Do(func() { close(started); <-end })
	}
	done := make(chan int, 1)
	go func() {
		status, _ := w.post(token, "files/delete_v2", map[string]any{"path": "/a.png"})
		done <- status
	}()
	<-started
	status, body := w.post(token, "files/delete_v2", map[string]any{"path": "/b.png"})
	close(end)
	if status != 409 || !strings.Contains(body, `"path_write":{".tag":"too_many_write_operations"}`) || <-done != 200 {
		t.Errorf("%d %s", status, body)
	}
	if status, body = w.post(token, "files/delete_v2", map[string]any{"path": "/b.png"}); status != 200 {
		t.Errorf("afterwards: %d %s", status, body)
	}
}

func TestTheRecordHasEveryChangeWithBeforeAndAfter(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	token := w.ann.Token().Access
	w.put(w.ann, "/a.png", "a")
	w.post(token, "files/delete_v2", map[string]any{"path": "/a.png"})
	var before struct {
		Path string `json:"path_display"`
		Rev  string `json:"rev"`
	}
	all := w.cloud.Audit().Since(0)
	if len(all) != 3 || all[0].N != 0 || all[1].Op != "delete" || all[1].Call != "dropbox.files.delete_v2" ||
		all[1].N != all[2].N || all[1].After != nil {
		t.Fatalf("%+v", all)
	}
	w.do(json.Unmarshal(all[1].Before, &before))
	if before.Path != "/a.png" || all[1].File == "" || all[2].Account != "ann@example.com" || all[2].Status != 200 {
		t.Errorf("%+v", all)
	}
	for _, r := range all {
		if line, _ := json.Marshal(r); strings.Contains(string(line), token) {
			t.Errorf("a token is in the record: %s", line)
		}
	}
}

func TestAFullDropboxTakesNoMore(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	a := w.person(dropboxsim.Person{Email: "full@example.com", Limit: 10})
	w.put(a, "/a.png", "12345678")
	c := w.files(a)
	_, err := c.UploadContext(t.Context(), files.NewUploadArg("/b.png"), strings.NewReader("123"))
	if err == nil || !strings.HasPrefix(err.Error(), "path/insufficient_space/") {
		t.Errorf("%v", err)
	}
	w.do(a.Delete("/a.png"))
	_, err = c.UploadContext(t.Context(), files.NewUploadArg("/b.png"), strings.NewReader("123"))
	w.do(err)
}
