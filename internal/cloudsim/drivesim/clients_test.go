package drivesim_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	api "google.golang.org/api/drive/v3"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// send makes a request as a client does, past any library.
func (w *world) send(method, url, kind, body string) (status int, answer string) {
	req, err := http.NewRequestWithContext(w.t.Context(), method, "https://www.googleapis.com"+url,
		strings.NewReader(body))
	w.do(err)
	req.Header.Set("Authorization", "Bearer "+w.ann.Token("https://www.googleapis.com/auth/drive").Access)
	req.Header.Set("Content-Type", kind)
	resp, err := w.srv.Client().Do(req)
	w.do(err)
	b, err := io.ReadAll(resp.Body)
	w.do(err)
	w.do(resp.Body.Close())
	return resp.StatusCode, string(b)
}

// A client that dies while it uploads has made no file.
func TestAnUploadThatIsCutBeforeItsEndMakesNoFile(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	whole := "--b\r\nContent-Type: application/json\r\n\r\n{\"name\":\"a.png\"}\r\n--b\r\n" +
		"Content-Type: image/png\r\n\r\nthe bytes\r\n--b--\r\n"
	const url, kind = "/upload/drive/v3/files?uploadType=multipart", "multipart/related; boundary=b"
	closing := strings.LastIndex(whole, "\r\n--b--") + len("\r\n--b--")
	for at := range closing {
		if status, answer := w.send("POST", url, kind, whole[:at]); status != http.StatusBadRequest ||
			len(w.drive.Snapshot()) > 0 {
			t.Fatalf("cut after %q: %d %s, and %d files", whole[:at], status, answer, len(w.drive.Snapshot()))
		}
	}
	if status, answer := w.send("POST", url, kind, whole); status != http.StatusOK || len(w.drive.Snapshot()) != 1 {
		t.Errorf("whole: %d %s", status, answer)
	}
}

func TestAFileThatIsMadeWithoutBytesIsAnEmptyBlob(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	s := w.sdk(w.ann)
	for kind, blob := range map[string]bool{
		"": true, "image/png": true, "application/vnd.google-apps.folder": false,
		"application/vnd.google-apps.document": false,
	} {
		f, err := s.Files.Create(&api.File{Name: "a", MimeType: kind}).Fields("id,size,md5Checksum,headRevisionId").Do()
		w.do(err)
		if (f.HeadRevisionId != "" && f.Md5Checksum == "d41d8cd98f00b204e9800998ecf8427e" && f.Size == 0) != blob {
			t.Errorf("of the type %q: %+v", kind, f)
		}
	}
}

func TestAnOrderMayBeCalledAscending(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	for _, name := range []string{"b", "a", "c"} {
		w.put(w.ann, drivesim.Item{Name: name, Content: drivesim.Bytes([]byte(name))})
	}
	for by, want := range map[string]string{
		"name asc": "abc", "name": "abc", "name desc": "cba", "folder asc,name desc": "cba",
	} {
		l, err := w.sdk(w.ann).Files.List().OrderBy(by).Do()
		w.do(err)
		got := ""
		for _, f := range l.Files {
			got += f.Name
		}
		if got != want {
			t.Errorf("by %q: got %s, want %s", by, got, want)
		}
	}
	if _, err := w.sdk(w.ann).Files.List().OrderBy("name up").Do(); err == nil {
		t.Error("an order that is none is taken")
	}
}

// Some clients begin at 1, and mean everything.
func TestTheChangesSinceOneAreAll(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
	s := w.sdk(w.ann)
	l, err := s.Changes.List("1").Do()
	w.do(err)
	if len(l.Changes) != 1 || l.NewStartPageToken != startToken(t, s) {
		t.Errorf("got %+v", l)
	}
	for _, token := range []string{"0", "-1", "x", fmt.Sprint(1 << 40)} {
		if _, err := s.Changes.List(token).Do(); err == nil {
			t.Errorf("the token %s is taken", token)
		}
	}
}

func TestAReaderIsShownNoRevisions(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	bob := w.person("bob@example.com")
	id := w.put(bob, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
	w.do(bob.Share(id, w.ann, "reader"))
	f, err := w.sdk(bob).Files.Get(id).Fields("headRevisionId").Do()
	w.do(err)
	for _, path := range []string{"", "/" + f.HeadRevisionId, "/" + f.HeadRevisionId + "?alt=media"} {
		if status, answer := w.send("GET", "/drive/v3/files/"+id+"/revisions"+path, "",
			""); status != http.StatusForbidden || !strings.Contains(answer, "insufficientFilePermissions") {
			t.Errorf("revisions%s: %d %s", path, status, answer)
		}
	}
	if status, answer := w.send("GET", "/drive/v3/files/"+id+"?alt=media", "",
		""); status != http.StatusOK || answer != "a" {
		t.Errorf("its bytes: %d %s", status, answer)
	}
}
