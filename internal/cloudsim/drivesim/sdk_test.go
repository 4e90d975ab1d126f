package drivesim_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	api "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

func TestGooglesClientListsReadsTrashesRestoresAndDeletes(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	bytesOfA := bytes.Repeat([]byte("0123456789"), 10_000)
	a := w.put(w.ann, drivesim.Item{Name: "a.png", MimeType: "image/png", Content: drivesim.Bytes(bytesOfA)})
	w.put(w.ann, drivesim.Item{Name: "b.txt", MimeType: "text/plain", Content: drivesim.Bytes([]byte("b"))})
	s := w.sdk(w.ann)

	start, err := s.Changes.GetStartPageToken().Do()
	w.do(err)
	list, err := s.Files.List().Q("trashed = false and 'me' in owners and mimeType contains 'image/'").PageSize(1000).
		Fields("nextPageToken,incompleteSearch,files(id,name,size,md5Checksum,sha256Checksum,version," +
			"headRevisionId,parents,ownedByMe,capabilities/canTrash)").
		Do()
	w.do(err)
	if len(list.Files) != 1 || list.Files[0].Id != a || list.Files[0].Size != 100_000 ||
		!list.Files[0].Capabilities.CanTrash || list.Files[0].Parents[0] != w.ann.Root() {
		t.Fatalf("listed %+v", list.Files)
	}

	get := s.Files.Get(a)
	get.Header().Set("Range", "bytes=95-104")
	resp, err := get.Download()
	w.do(err)
	part, err := io.ReadAll(resp.Body)
	w.do(err)
	if resp.StatusCode != 206 || string(part) != "5678901234" ||
		resp.Header.Get("Content-Range") != "bytes 95-104/100000" {
		t.Errorf("a range is %d %q %q", resp.StatusCode, part, resp.Header.Get("Content-Range"))
	}

	f, err := s.Files.Update(a, &api.File{Trashed: true}).Fields("id,trashed,explicitlyTrashed").Do()
	w.do(err)
	if !f.Trashed || !f.ExplicitlyTrashed {
		t.Errorf("trashed: %+v", f)
	}
	f, err = s.Files.Update(a, &api.File{Trashed: false, ForceSendFields: []string{"Trashed"}}).Fields("trashed").Do()
	w.do(err)
	if f.Trashed {
		t.Error("still in the trash")
	}

	w.do(s.Files.Delete(a).Do())
	if _, err = s.Files.Get(a).Do(); googleapi.IsNotModified(err) || !isStatus(err, 404, "notFound") {
		t.Errorf("a deleted file is %v", err)
	}
	changes, err := s.Changes.List(start.StartPageToken).RestrictToMyDrive(true).IncludeRemoved(true).Fields("*").Do()
	w.do(err)
	if len(changes.Changes) != 1 || !changes.Changes[0].Removed || changes.Changes[0].FileId != a ||
		changes.NewStartPageToken == "" {
		t.Errorf("changes: %+v", changes)
	}
}

func TestGooglesClientUploadsInEveryWay(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	s := w.sdk(w.ann)
	for name, n := range map[string]int{"multipart": 1000, "resumable": 20 << 20} {
		content := strings.Repeat("x\r\n", n/3)
		f, err := s.Files.Create(&api.File{Name: name}).Media(strings.NewReader(content)).
			Fields("id,size,md5Checksum").Do()
		w.do(err)
		if f.Size != int64(len(content)) || f.Md5Checksum != drivesim.Bytes([]byte(content)).MD5() {
			t.Errorf("%s: %d bytes, %s", name, f.Size, f.Md5Checksum)
		}
		f, err = s.Files.Update(f.Id, &api.File{}).Media(strings.NewReader(content + "!")).Fields("size").Do()
		w.do(err)
		if f.Size != int64(len(content)+1) {
			t.Errorf("%s: updated to %d bytes", name, f.Size)
		}
	}
}

func isStatus(err error, status int, reason string) bool {
	ge, ok := err.(*googleapi.Error)
	return ok && ge.Code == status && len(ge.Errors) > 0 && ge.Errors[0].Reason == reason
}
