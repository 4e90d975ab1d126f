package dropboxsim_test

import (
	"errors"
	"testing"

	sdk "github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/users"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// file is the metadata of a path on the wire.
func (w *world) file(c files.ContextClient, path string) *files.FileMetadata {
	w.t.Helper()
	m, err := c.GetMetadataContext(w.t.Context(), files.NewGetMetadataArg(path))
	w.do(err)
	f, ok := m.(*files.FileMetadata)
	if !ok {
		w.t.Fatalf("%s is %T", path, m)
	}
	return f
}

func deleteTags(err error) string {
	var e files.DeleteV2APIError
	switch {
	case !errors.As(err, &e):
		return ""
	case e.EndpointError.PathWrite != nil:
		return "path_write/" + e.EndpointError.PathWrite.Tag
	case e.EndpointError.PathLookup != nil:
		return "path_lookup/" + e.EndpointError.PathLookup.Tag
	}
	return e.EndpointError.Tag
}

func TestASharedFolderIsTheSameFilesInTwoHomes(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	bob := w.person(dropboxsim.Person{Email: "bob@example.com"})
	id := w.put(w.ann, "/Work/Ours/a.png", "a")
	w.put(bob, "/mine.png", "mine")
	_, annCursor := w.entries(w.files(w.ann), everything(), "")
	_, bobCursor := w.entries(w.files(bob), everything(), "")
	w.do(w.ann.Share("/Work/Ours", bob, false))

	all, bobCursor := w.entries(w.files(bob), nil, bobCursor)
	if len(all) != 2 || all["/Ours"] != "folder" || all["/Ours/a.png"] == "" {
		t.Fatalf("bob sees %v more", all)
	}
	f := w.file(w.files(bob), "/ours/a.png")
	if f.Id != id || f.SharingInfo == nil || f.SharingInfo.ParentSharedFolderId == "" || f.SharingInfo.ReadOnly {
		t.Errorf("bob sees %+v, %+v", f, f.SharingInfo)
	}
	_, err := w.files(bob).DeleteV2Context(t.Context(), &files.DeleteArg{Path: f.PathLower, ParentRev: f.Rev})
	w.do(err)
	if all, _ = w.entries(w.files(w.ann), nil, annCursor); all["/Work/Ours/a.png"] != "deleted" {
		t.Errorf("ann sees %v", all)
	}
	if all, _ = w.entries(w.files(bob), nil, bobCursor); len(all) != 1 {
		t.Errorf("bob sees %v", all)
	}
	w.do(w.ann.Restore("/Work/Ours/a.png", ""))
	arg := everything()
	arg.IncludeMountedFolders = false
	if all, _ = w.entries(w.files(bob), arg, ""); len(all) != 2 || all["/Ours/a.png"] != "" {
		t.Errorf("without what is mounted bob sees %v", all)
	}
	_, err = w.files(bob).DeleteV2Context(t.Context(), files.NewDeleteArg("/Ours"))
	w.do(err)
	if s := w.box.Snapshot()[id]; s.Deleted {
		t.Error("who leaves a shared folder deletes what is in it")
	}
	if all, _ = w.entries(w.files(bob), everything(), ""); len(all) != 1 {
		t.Errorf("having left, bob sees %v", all)
	}
}

func TestAViewerChangesNothing(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	bob := w.person(dropboxsim.Person{Email: "bob@example.com"})
	id := w.put(w.ann, "/Ours/a.png", "a")
	w.do(w.ann.Share("/Ours", bob, true))
	c := w.files(bob)
	f := w.file(c, "/Ours/a.png")
	if f.SharingInfo == nil || !f.SharingInfo.ReadOnly {
		t.Errorf("bob sees %+v", f.SharingInfo)
	}
	if _, err := c.DeleteV2Context(t.Context(), &files.DeleteArg{
		Path: "/Ours/a.png", ParentRev: f.Rev,
	}); deleteTags(err) != "path_write/no_write_permission" {
		t.Errorf("deleting: %v", err)
	}
	if _, err := c.RestoreContext(t.Context(), files.NewRestoreArg("/Ours/a.png", f.Rev)); err == nil {
		t.Error("restoring was not refused")
	}
	if _, err := c.MoveV2Context(t.Context(), files.NewRelocationArg("/Ours/a.png", "/a.png")); err == nil {
		t.Error("moving out was not refused")
	}
	if s := w.box.Snapshot()[id]; s.Deleted || s.Rev != f.Rev {
		t.Errorf("it is %+v", s)
	}
}

func TestInATeamsSpaceThePathRootSaysWhereAPathIs(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	team, err := w.box.AddTeam("Acme", dropboxsim.Standard, true)
	w.do(err)
	eve := w.person(dropboxsim.Person{Email: "eve@example.com", Name: "Eve", Team: team})
	w.do(team.Folder("Design"))
	fred := w.person(dropboxsim.Person{Email: "fred@example.com", Name: "Fred", Team: team})
	w.put(eve, "/a.png", "a")
	me, err := users.NewContext(w.config(eve)).GetCurrentAccountContext(t.Context())
	w.do(err)
	if me.RootInfo == nil || eve.RootNamespace() == eve.Home() || eve.RootNamespace() != fred.RootNamespace() {
		t.Fatalf("%+v", me)
	}
	if all, _ := w.entries(w.files(eve), everything(), ""); len(all) != 1 || all["/a.png"] == "" {
		t.Errorf("without a root eve sees %v", all)
	}
	rooted := func(a *dropboxsim.Account) files.ContextClient {
		return files.NewContext(w.config(a).WithRoot(eve.RootNamespace()))
	}
	all, _ := w.entries(rooted(eve), everything(), "")
	if len(all) != 3 || all["/Eve"] != "folder" || all["/Design"] != "folder" || all["/Eve/a.png"] == "" {
		t.Errorf("in the root eve sees %v", all)
	}
	arg := files.NewUploadArg("/Design/ours.png")
	_, err = rooted(eve).UploadContext(t.Context(), arg, content.Bytes([]byte("ours")).Reader())
	w.do(err)
	if all, _ = w.entries(rooted(fred), everything(), ""); len(all) != 3 || all["/Design/ours.png"] == "" ||
		all["/Fred"] != "folder" {
		t.Errorf("in the root fred sees %v", all)
	}
	for path, want := range map[string]string{"/x.png": "", "/Eve/b.png": "b"} {
		_, err := rooted(eve).UploadContext(t.Context(), files.NewUploadArg(path), content.Bytes([]byte("b")).Reader())
		if (err == nil) != (want != "") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if status, body := w.post(w.ann.Token().Access, "files/list_folder", map[string]any{"path": ""},
		"Dropbox-API-Path-Root", `{".tag":"root","root":"`+eve.RootNamespace()+`"}`); status != 422 {
		t.Errorf("a root of somebody else's is %d %s", status, body)
	}
	if status, body := w.post(w.ann.Token().Access, "files/list_folder", map[string]any{"path": ""},
		"Dropbox-API-Path-Root", `{".tag":"namespace_id","namespace_id":"`+eve.Home()+`"}`); status != 422 {
		t.Errorf("a namespace of somebody else's is %d %s", status, body)
	}
}

func TestOnlyATeamsAppDeletesForGood(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	team, err := w.box.AddTeam("Acme", dropboxsim.Advanced, false)
	w.do(err)
	eve := w.person(dropboxsim.Person{Email: "eve@example.com", Team: team})
	keep, gone := w.put(eve, "/keep.png", "keep"), w.put(eve, "/gone.png", "gone")
	rev := w.box.Snapshot()[gone].Rev
	w.do(eve.Delete("/gone.png"))
	w.put(w.ann, "/a.png", "a")

	if _, body := w.post(eve.Token().Access, "files/permanently_delete",
		map[string]any{"path": "/gone.png"}); body == "" || len(w.box.Snapshot()) != 3 {
		t.Errorf("with a member's token: %s", body)
	}
	if status, body := w.post(w.ann.Token("files.permanent_delete").Access, "files/permanently_delete",
		map[string]any{"path": "/a.png"}); status != 403 {
		t.Errorf("on a personal account: %d %s", status, body)
	}
	c := files.NewContext(sdk.Config{Client: w.bearer(team.Token().Access), AsMemberID: eve.MemberID()})
	w.do(c.PermanentlyDeleteContext(t.Context(), files.NewDeleteArg("/gone.png")))
	all := w.box.Snapshot()
	if _, still := all[gone]; still || all[keep].Rev == "" {
		t.Errorf("left are %+v", all)
	}
	if _, err := c.RestoreContext(t.Context(), files.NewRestoreArg("/gone.png", rev)); err == nil {
		t.Error("it could be had back")
	}
	if err := c.PermanentlyDeleteContext(t.Context(), files.NewDeleteArg("/gone.png")); err == nil {
		t.Error("what is gone was deleted again")
	}
	if err := c.PermanentlyDeleteContext(t.Context(),
		&files.DeleteArg{Path: "/keep.png", ParentRev: rev}); err == nil || w.box.Snapshot()[keep].Deleted {
		t.Errorf("at another revision: %v", err)
	}
	ops := ""
	for _, m := range w.cloud.Audit().Mutations(0) {
		ops += m.Op + " "
	}
	if ops != "create create delete create purge " {
		t.Errorf("the record has %s", ops)
	}
	for what, member := range map[string]string{"no member": "", "a stranger": w.ann.MemberID()} {
		if _, err := files.NewContext(sdk.Config{Client: w.bearer(team.Token().Access), AsMemberID: member}).
			ListFolderContext(t.Context(), files.NewListFolderArg("")); err == nil {
			t.Errorf("a team's token for %s was good", what)
		}
	}
}
