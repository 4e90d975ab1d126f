package drivesim_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"

	api "google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// changesSince are the changes after token, by file: "removed", "trashed" or "there".
func changesSince(t *testing.T, s *api.Service, token string) (map[string]string, string) {
	t.Helper()
	out := map[string]string{}
	for {
		l, err := s.Changes.List(token).IncludeRemoved(true).PageSize(2).
			Fields("nextPageToken,newStartPageToken,changes(fileId,removed,file(trashed))").Do()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range l.Changes {
			if out[c.FileId] = "there"; c.Removed {
				out[c.FileId] = "removed"
			} else if c.File.Trashed {
				out[c.FileId] = "trashed"
			}
		}
		if (l.NextPageToken == "") == (l.NewStartPageToken == "") {
			t.Fatalf("a page with next %q and new start %q", l.NextPageToken, l.NewStartPageToken)
		}
		if token = l.NextPageToken; token == "" {
			return out, l.NewStartPageToken
		}
	}
}

func startToken(t *testing.T, s *api.Service) string {
	t.Helper()
	st, err := s.Changes.GetStartPageToken().Do()
	if err != nil {
		t.Fatal(err)
	}
	return st.StartPageToken
}

func TestAFolderInTheTrashTakesWhatIsInItAlong(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		w := newWorld(t, drivesim.Options{FolderChangesOnly: quiet})
		dir, err := w.ann.Folder("dir", "")
		w.do(err)
		sub, err := w.ann.Folder("sub", dir)
		w.do(err)
		in := w.put(w.ann, drivesim.Item{Name: "in", Parents: []string{sub}, Content: drivesim.Bytes([]byte("x"))})
		own := w.put(w.ann, drivesim.Item{Name: "own", Parents: []string{sub}, Content: drivesim.Bytes([]byte("x"))})
		w.do(w.ann.Trash(own))
		s := w.sdk(w.ann)
		token := startToken(t, s)
		_, err = s.Files.Update(dir, &api.File{Trashed: true}).Do()
		w.do(err)
		f, err := s.Files.Get(in).Fields("trashed,explicitlyTrashed").Do()
		w.do(err)
		if !f.Trashed || f.ExplicitlyTrashed {
			t.Errorf("in a trashed folder: %+v", f)
		}
		want := 3
		if quiet {
			want = 1
		}
		if got, _ := changesSince(t, s, token); len(got) != want || got[dir] != "trashed" {
			t.Errorf("quiet %v: changes %v", quiet, got)
		}
		w.do(w.ann.Untrash(dir))
		if all := w.drive.Snapshot(); all[in].Trashed || !all[own].Explicit {
			t.Errorf("restored: %+v, %+v", all[in], all[own])
		}
	}
}

func TestTheLogGivesEachFileOnceAndItsTokensStayGood(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	s := w.sdk(w.ann)
	first := startToken(t, s)
	a := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
	b := w.put(w.ann, drivesim.Item{Name: "b", Content: drivesim.Bytes([]byte("b"))})
	for range 5 {
		w.do(w.ann.Modify(a, drivesim.Bytes([]byte("aa"))))
		w.do(w.ann.Rename(b, "bb"))
	}
	w.do(w.ann.Trash(a))
	w.do(w.ann.Delete(b))
	got, next := changesSince(t, s, first)
	if len(got) != 2 || got[a] != "trashed" || got[b] != "removed" {
		t.Errorf("changes %v", got)
	}
	if got, again := changesSince(t, s, next); len(got) != 0 || again != next {
		t.Errorf("then %v, %s", got, again)
	}
	w.pass(365 * 24 * 3600e9)
	if got, _ := changesSince(t, w.sdk(w.ann), first); len(got) != 2 {
		t.Errorf("a year later %v", got)
	}
}

func TestEmptyingTheTrashGoesOnAfterTheAnswerAndTakesAll(t *testing.T) {
	w := newWorld(t, drivesim.Options{EmptyPerRequest: 2})
	var ids []string
	for range 5 {
		id := w.put(w.ann, drivesim.Item{Name: "x", Content: drivesim.Bytes([]byte("12345"))})
		w.do(w.ann.Trash(id))
		ids = append(ids, id)
	}
	s := w.sdk(w.ann)
	w.do(s.Files.EmptyTrash().Do())
	emptied := w.cloud.Audit().Since(0)[len(w.cloud.Audit().Since(0))-1].N
	var trash []int64
	for range 4 {
		about, err := s.About.Get().Fields("storageQuota").Do()
		w.do(err)
		trash = append(trash, about.StorageQuota.UsageInDriveTrash)
	}
	if !slices.Equal(trash, []int64{15, 5, 0, 0}) {
		t.Errorf("the trash weighs %v", trash)
	}
	for _, m := range w.cloud.Audit().Mutations(0) {
		if m.Op == "delete" && (m.N != emptied || m.Call != "drive.files.emptyTrash" || !slices.Contains(ids, m.File)) {
			t.Errorf("deleted by %+v", m)
		}
	}
}

func TestOnlyTheOwnerMayTrashAndOthersLoseSight(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	bob := w.person("bob@example.com")
	dir, err := w.ann.Folder("dir", "")
	w.do(err)
	id := w.put(w.ann, drivesim.Item{Name: "a", Parents: []string{dir}, Content: drivesim.Bytes([]byte("a"))})
	s := w.sdk(bob)
	token := startToken(t, s)
	if _, err := s.Files.Get(id).Do(); !isStatus(err, 404, "notFound") {
		t.Errorf("not shared: %v", err)
	}
	w.do(w.ann.Share(dir, bob, "writer"))
	f, err := s.Files.Get(id).
		Fields("ownedByMe,shared,owners(emailAddress),capabilities(canTrash,canEdit,canDelete),parents").Do()
	w.do(err)
	if f.OwnedByMe || !f.Shared || f.Owners[0].EmailAddress != "ann@example.com" || f.Capabilities.CanTrash ||
		f.Capabilities.CanDelete || !f.Capabilities.CanEdit {
		t.Errorf("shared: %+v %+v", f, f.Capabilities)
	}
	if _, err := s.Files.Update(id, &api.File{Trashed: true}).Do(); !isStatus(err, 403, "insufficientFilePermissions") {
		t.Errorf("trashed by another: %v", err)
	}
	if err := s.Files.Delete(id).Do(); !isStatus(err, 403, "insufficientFilePermissions") {
		t.Errorf("deleted by another: %v", err)
	}
	l, err := s.Files.List().Q("'me' in owners").Do()
	w.do(err)
	if len(l.Files) != 0 {
		t.Errorf("owned by bob: %+v", l.Files)
	}
	got, token := changesSince(t, s, token)
	if got[id] != "there" || got[dir] != "there" {
		t.Errorf("shared: changes %v", got)
	}
	w.do(w.ann.Share(dir, bob, ""))
	if got, _ := changesSince(t, s, token); got[id] != "removed" || got[dir] != "removed" {
		t.Errorf("no longer shared: changes %v", got)
	}
}

func TestADeletedFolderTakesItsOwnersFilesAndLeavesOthers(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	bob := w.person("bob@example.com")
	dir, err := w.ann.Folder("dir", "")
	w.do(err)
	w.do(w.ann.Share(dir, bob, "writer"))
	anns := w.put(w.ann, drivesim.Item{Name: "a", Parents: []string{dir}, Content: drivesim.Bytes([]byte("a"))})
	bobs := w.put(bob, drivesim.Item{Name: "b", Parents: []string{dir}, Content: drivesim.Bytes([]byte("b"))})
	w.do(w.sdk(w.ann).Files.Delete(dir).Do())
	all := w.drive.Snapshot()
	if _, there := all[anns]; there {
		t.Error("the owner's file is still there")
	}
	if s, there := all[bobs]; !there || len(s.Parents) != 0 {
		t.Errorf("the other's file: %+v", s)
	}
}

func TestASharedDriveIsSeenOnlyByWhoAsksForIt(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	team, err := w.drive.AddDrive("Team", map[*drivesim.Account]string{w.ann: "organizer"})
	w.do(err)
	id := w.put(w.ann, drivesim.Item{Name: "t", Parents: []string{team.ID()}, Content: drivesim.Bytes([]byte("t"))})
	s := w.sdk(w.ann)
	if _, err := s.Files.Get(id).Do(); !isStatus(err, 404, "notFound") {
		t.Errorf("without supportsAllDrives: %v", err)
	}
	l, err := s.Files.List().Do()
	w.do(err)
	with, err := s.Files.List().Corpora("drive").DriveId(team.ID()).SupportsAllDrives(true).
		IncludeItemsFromAllDrives(true).Fields("files(id,driveId,owners,ownedByMe)").Do()
	w.do(err)
	if len(l.Files) != 0 || len(with.Files) != 1 || with.Files[0].DriveId != team.ID() || with.Files[0].Owners != nil {
		t.Errorf("listed %d and %+v", len(l.Files), with.Files)
	}
	st, err := s.Changes.GetStartPageToken().DriveId(team.ID()).SupportsAllDrives(true).Do()
	w.do(err)
	f, err := s.Files.Update(id, &api.File{Trashed: true}).SupportsAllDrives(true).
		Fields("trashedTime,trashingUser").Do()
	w.do(err)
	if f.TrashedTime == "" || f.TrashingUser == nil {
		t.Errorf("in a shared drive: %+v", f)
	}
	ch, err := s.Changes.List(st.StartPageToken).DriveId(team.ID()).SupportsAllDrives(true).
		IncludeItemsFromAllDrives(true).Do()
	w.do(err)
	if len(ch.Changes) != 1 || ch.Changes[0].FileId != id {
		t.Errorf("changes %+v", ch.Changes)
	}
	drives, err := s.Drives.List().Do()
	w.do(err)
	if len(drives.Drives) != 1 || drives.Drives[0].Name != "Team" {
		t.Errorf("drives %+v", drives.Drives)
	}
	team.SetMember(w.ann, "")
	if _, err := s.Files.Get(id).SupportsAllDrives(true).Do(); !isStatus(err, 404, "notFound") {
		t.Errorf("no longer a member: %v", err)
	}
}

func TestRevisionsKeepTheirBytes(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("one"))})
	s := w.sdk(w.ann)
	before, err := s.Files.Get(id).Fields("headRevisionId,version").Do()
	w.do(err)
	w.do(w.ann.Modify(id, drivesim.Bytes([]byte("two!"))))
	after, err := s.Files.Get(id).Fields("headRevisionId,version,size").Do()
	w.do(err)
	if after.HeadRevisionId == before.HeadRevisionId || after.Version <= before.Version || after.Size != 4 {
		t.Errorf("%+v, then %+v", before, after)
	}
	w.do(w.ann.Star(id, true))
	starred, err := s.Files.Get(id).Fields("headRevisionId,version,starred").Do()
	w.do(err)
	if starred.HeadRevisionId != after.HeadRevisionId || starred.Version <= after.Version || !starred.Starred {
		t.Errorf("starred: %+v", starred)
	}
	l, err := s.Revisions.List(id).Fields("revisions(id,size,md5Checksum)").Do()
	w.do(err)
	if len(l.Revisions) != 2 || l.Revisions[0].Id != before.HeadRevisionId ||
		l.Revisions[1].Id != after.HeadRevisionId {
		t.Fatalf("revisions %+v", l.Revisions)
	}
	resp, err := s.Revisions.Get(id, before.HeadRevisionId).Download()
	w.do(err)
	if b, _ := io.ReadAll(resp.Body); string(b) != "one" {
		t.Errorf("the old bytes are %q", b)
	}
}

func TestRangesAreThoseOfHTTP(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("0123456789"))})
	empty := w.put(w.ann, drivesim.Item{Name: "e", Content: drivesim.Bytes(nil)})
	c := w.client(w.ann)
	for _, tt := range []struct {
		id, ask, body, span string
		status              int
	}{
		{id, "", "0123456789", "", 200},
		{id, "bytes=2-4", "234", "bytes 2-4/10", 206},
		{id, "bytes=8-99", "89", "bytes 8-9/10", 206},
		{id, "bytes=8-", "89", "bytes 8-9/10", 206},
		{id, "bytes=-3", "789", "bytes 7-9/10", 206},
		{id, "bytes=-99", "0123456789", "bytes 0-9/10", 206},
		{id, "bytes=10-", "", "bytes */10", 416},
		{id, "bytes=4-2", "", "bytes */10", 416},
		{empty, "bytes=0-0", "", "bytes */0", 416},
		{empty, "", "", "", 200},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET",
			"https://www.googleapis.com/drive/v3/files/"+tt.id+"?alt=media", nil)
		w.do(err)
		if tt.ask != "" {
			r.Header.Set("Range", tt.ask)
		}
		resp, err := c.Do(r)
		w.do(err)
		body, err := io.ReadAll(resp.Body)
		w.do(err)
		if resp.StatusCode != tt.status || resp.Header.Get("Content-Range") != tt.span ||
			tt.status < 300 && string(body) != tt.body {
			t.Errorf("%q: %d %q %q", tt.ask, resp.StatusCode, resp.Header.Get("Content-Range"), body)
		}
	}
}

func TestWhatMustNotBeTouchedSaysSo(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	abuse := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a")), Abusive: true})
	locked := w.put(w.ann, drivesim.Item{Name: "l", Content: drivesim.Bytes([]byte("l")), ReadOnly: "final"})
	link := w.put(w.ann, drivesim.Item{Name: "s", MimeType: "application/vnd.google-apps.shortcut", Target: abuse})
	s := w.sdk(w.ann)
	if _, err := s.Files.Get(abuse).Download(); !isStatus(err, 403, "cannotDownloadAbusiveFile") {
		t.Errorf("abusive: %v", err)
	}
	resp, err := s.Files.Get(abuse).AcknowledgeAbuse(true).Download()
	w.do(err)
	_ = resp.Body.Close()
	f, err := s.Files.Get(locked).Fields("contentRestrictions,capabilities(canTrash)").Do()
	w.do(err)
	if !f.ContentRestrictions[0].ReadOnly || f.Capabilities.CanTrash {
		t.Errorf("locked: %+v", f)
	}
	if _, err := s.Files.Update(locked, &api.File{Trashed: true}).Do(); err == nil {
		t.Error("a locked file went to the trash")
	}
	f, err = s.Files.Get(link).Fields("shortcutDetails,size,md5Checksum").Do()
	w.do(err)
	if f.ShortcutDetails.TargetId != abuse || f.Md5Checksum != "" {
		t.Errorf("a shortcut: %+v", f)
	}
}

func TestPropertiesOfAnAppAreItsOwn(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
	s := w.sdk(w.ann)
	f, err := s.Files.Update(id, &api.File{
		AppProperties: map[string]string{"k": "v"}, Properties: map[string]string{"p": "q"},
	}).Fields("appProperties,properties").Do()
	w.do(err)
	if f.AppProperties["k"] != "v" || f.Properties["p"] != "q" {
		t.Errorf("set: %+v", f)
	}
	for q, want := range map[string]int{
		"appProperties has { key='k' and value='v' }": 1, "appProperties has { key='k' and value='w' }": 0,
		"properties has { key='p' and value='q' }": 1,
	} {
		l, err := s.Files.List().Q(q).Do()
		w.do(err)
		if len(l.Files) != want {
			t.Errorf("%s: %d", q, len(l.Files))
		}
	}
}

func TestAThumbnailIsASmallerPictureForWhoIsSignedIn(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	var b bytes.Buffer
	w.do(png.Encode(&b, image.NewGray(image.Rect(0, 0, 900, 300))))
	id := w.put(w.ann, drivesim.Item{Name: "p.png", Content: drivesim.Bytes(b.Bytes())})
	f, err := w.sdk(w.ann).Files.Get(id).Fields("mimeType,hasThumbnail,thumbnailLink,imageMediaMetadata").Do()
	w.do(err)
	if f.MimeType != "image/png" || !f.HasThumbnail || f.ImageMediaMetadata.Width != 900 {
		t.Errorf("%+v", f)
	}
	resp, err := w.client(w.ann).Get(f.ThumbnailLink)
	w.do(err)
	small, kind, err := image.Decode(resp.Body)
	w.do(err)
	if small.Bounds().Dx() != 220 || small.Bounds().Dy() != 73 || kind != "jpeg" {
		t.Errorf("a %s of %v", kind, small.Bounds())
	}
	resp, err = w.srv.Client().Get(f.ThumbnailLink)
	w.do(err)
	if resp.StatusCode != 403 {
		t.Errorf("without signing in: %d", resp.StatusCode)
	}
}

func TestTheRecordHasEachMutationBeforeAndAfter(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
	s := w.sdk(w.ann)
	_, err := s.Files.Update(id, &api.File{Trashed: true}).Do()
	w.do(err)
	_, err = s.Files.Update(id, &api.File{Trashed: true}).Do() // again: nothing changes
	w.do(err)
	w.do(s.Files.Delete(id).Do())
	var got []string
	for _, m := range w.cloud.Audit().Mutations(0) {
		got = append(got, m.Op+" "+m.Call)
		if m.File != id || m.Account != "ann@example.com" || (m.Before == nil) != (m.Op == "create") ||
			(m.After == nil) != (m.Op == "delete") {
			t.Errorf("%+v", m)
		}
		if m.Op == "trash" && (!bytes.Contains(m.Before, []byte(`"trashed":false`)) ||
			!bytes.Contains(m.After, []byte(`"trashed":true`))) {
			t.Errorf("%s -> %s", m.Before, m.After)
		}
	}
	if !slices.Equal(got, []string{"create ", "trash drive.files.update", "delete drive.files.delete"}) {
		t.Errorf("recorded %q", got)
	}
	if calls := w.cloud.Audit().Calls(); calls["drive.files.update"] != 2 || calls["drive.files.delete"] != 1 {
		t.Errorf("counted %v", calls)
	}
}

func TestManyClientsAtOnceLeaveOneTruth(t *testing.T) {
	w := newWorld(t, drivesim.Options{EmptyPerRequest: 3})
	w.do(w.ann.Fill(drivesim.Bulk{Files: 200, Images: 100, Folders: 5}))
	s := w.sdk(w.ann)
	l, err := s.Files.List().Q("mimeType contains 'image/'").PageSize(1000).Fields("files(id)").Do()
	w.do(err)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for _, f := range l.Files[i*12 : i*12+12] {
				_, err := s.Files.Update(f.Id, &api.File{Trashed: true}).Fields("*").Do()
				if err == nil {
					_, err = s.Files.List().Q("trashed = true").Fields("files(id,sha256Checksum)").Do()
				}
				if err == nil {
					_, err = s.Files.Update(f.Id,
						&api.File{ForceSendFields: []string{"Trashed"}}).Fields("trashed").Do()
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for id, f := range w.drive.Snapshot() {
		if f.Trashed {
			t.Errorf("%s is in the trash", id)
		}
	}
	if n := len(w.cloud.Audit().Mutations(0)); n != 2*96 {
		t.Errorf("%d mutations", n)
	}
}

func TestALeftoverWithTwoParentsIsInTheTrashWithBothOnly(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	one, err := w.ann.Folder("one", "")
	w.do(err)
	two, err := w.ann.Folder("two", "")
	w.do(err)
	id := w.put(w.ann, drivesim.Item{Name: "a", Parents: []string{one, two}, Content: drivesim.Bytes([]byte("a"))})
	s := w.sdk(w.ann)
	f, err := s.Files.Get(id).Fields("parents").Do()
	w.do(err)
	if !slices.Equal(f.Parents, []string{one, two}) {
		t.Errorf("parents %v", f.Parents)
	}
	for _, dir := range []string{one, two} {
		l, err := s.Files.List().Q("'" + dir + "' in parents").Do()
		w.do(err)
		if len(l.Files) != 1 {
			t.Errorf("in %s: %d files", dir, len(l.Files))
		}
	}
	w.do(w.ann.Trash(one))
	if w.drive.Snapshot()[id].Trashed {
		t.Error("in the trash with one of two")
	}
	w.do(w.ann.Trash(two))
	if !w.drive.Snapshot()[id].Trashed {
		t.Error("not in the trash with both")
	}
}

func TestChangesCanBeKeptToMyDrive(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	bob := w.person("bob@example.com")
	s := w.sdk(w.ann)
	token := startToken(t, s)
	mine := w.put(w.ann, drivesim.Item{Name: "m", Content: drivesim.Bytes([]byte("m"))})
	his := w.put(bob, drivesim.Item{Name: "h", Content: drivesim.Bytes([]byte("h"))})
	w.do(bob.Share(his, w.ann, "reader"))
	trip, err := bob.Folder("Trip", "")
	w.do(err)
	w.do(bob.Share(trip, w.ann, "writer"))
	away := w.put(w.ann,
		drivesim.Item{Name: "own, in bob's folder", Parents: []string{trip}, Content: drivesim.Bytes([]byte("a"))})
	w.do(w.ann.Delete(mine))
	for restrict, want := range map[bool]int{true: 1, false: 4} { // the hierarchy is what counts, not the owner
		l, err := s.Changes.List(token).RestrictToMyDrive(restrict).IncludeRemoved(true).Do()
		w.do(err)
		named := slices.ContainsFunc(l.Changes, func(c *api.Change) bool { return c.FileId == away })
		if named == restrict || len(l.Changes) != want ||
			restrict && (l.Changes[0].FileId != mine || !l.Changes[0].Removed) {
			t.Errorf("restricted %v: %+v", restrict, l.Changes)
		}
	}
	l, err := s.Changes.List(token).RestrictToMyDrive(true).IncludeRemoved(false).Do()
	w.do(err)
	if len(l.Changes) != 0 {
		t.Errorf("without what was removed: %+v", l.Changes)
	}
}
