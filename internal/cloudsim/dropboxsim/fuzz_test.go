package dropboxsim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// small is a Dropbox without a proxy, with a few files.
func small(t testing.TB) (*cloudsim.Cloud, *dropboxsim.Account) {
	c, err := cloudsim.New(cloudsim.Options{
		Now: func() time.Time { return start }, Wait: func(context.Context, time.Duration) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	box, err := dropboxsim.New(c, dropboxsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := box.AddAccount(dropboxsim.Person{Email: "ann@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/a.png", "/b/c.png", "/b/d/e.txt", "/gone.png"} {
		if _, err := a.Put(dropboxsim.Item{Path: path, Content: content.Bytes([]byte(path))}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Delete("/gone.png"); err != nil {
		t.Fatal(err)
	}
	return c, a
}

// reads are the routes that change nothing.
var reads = []string{
	"files/list_folder", "files/list_folder/continue", "files/list_folder/get_latest_cursor", "files/get_metadata",
	"files/list_revisions", "files/download",
	"files/get_thumbnail_v2", "files/get_thumbnail_batch", "users/get_current_account", "users/get_space_usage",
	"check/user", "files/delete_batch/check",
}

// writes are those that may.
var writes = []string{
	"files/delete_v2", "files/restore", "files/permanently_delete", "files/upload", "files/upload_session/start",
	"files/upload_session/append_v2",
	"files/upload_session/finish", "files/upload_session/finish_batch", "files/upload_session/finish_batch_v2",
	"files/create_folder_v2", "files/move_v2",
	"files/copy_v2", "files/delete_batch", "auth/token/revoke",
}

func FuzzRequestsAreServedOrRefused(f *testing.F) {
	for i, arg := range []string{
		`{"path":"","recursive":true,"limit":1}`, `{"cursor":"AAxx"}`, `{"path":"","include_deleted":true}`,
		`{"path":"/gone.png","include_deleted":true}`,
		`{"path":"/gone.png","mode":{".tag":"id"},"limit":1}`, `{"path":"rev:065f000000000001"}`,
		`{"resource":{".tag":"path","path":"/a.png"},"size":"w64h64"}`,
		`{"entries":[{"path":"/a.png"}]}`, `null`, `null`, `{"query":"x"}`, `{"async_job_id":"x"}`,
		`{"path":"/a.png","parent_rev":"065f000000000001"}`,
		`{"path":"/gone.png","rev":"065f000000000004"}`, `{"path":"/a.png"}`,
		`{"path":"/n.png","mode":{".tag":"update","update":"065f000000000001"},"autorename":true,` +
			`"client_modified":"2026-01-02T03:04:05Z"}`, `{"close":true}`,
		`{"cursor":{"session_id":"x","offset":1}}`, `{"cursor":{"session_id":"x","offset":1},"commit":{"path":"/x"}}`,
		`{"entries":[{"cursor":{},"commit":{"path":"/x"}}]}`,
		`{"entries":[]}`, `{"path":"/b/d"}`, `{"from_path":"/b","to_path":"/b/d/x"}`,
		`{"from_path":"/b","to_path":"/x"}`, `{"entries":[{"path":"ns:7000001/a.png"}]}`, ``,
	} {
		f.Add(uint8(i), arg, "", "")
	}
	f.Add(uint8(0), `{"path":""}`, `{".tag":"root","root":"7000001"}`, "bytes=0-1")
	all := append(slices.Clone(reads), writes...)
	f.Fuzz(func(t *testing.T, route uint8, arg, root, rng string) {
		c, a := small(t)
		name := all[int(route)%len(all)]
		host, header := "api.dropboxapi.com", false
		if slices.Contains([]string{
			"files/download", "files/upload", "files/get_thumbnail_v2", "files/upload_session/start",
			"files/upload_session/append_v2", "files/upload_session/finish",
		}, name) {
			host, header = "content.dropboxapi.com", true
		}
		if name == "files/get_thumbnail_batch" {
			host = "content.dropboxapi.com"
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost,
			"https://"+host+"/2/"+name, strings.NewReader(arg))
		r.Header.Set("Authorization", "Bearer "+a.Token().Access)
		r.Header.Set("Content-Type", "application/json")
		if header {
			r.Header.Set("Dropbox-API-Arg", arg)
			r.Header.Set("Content-Type", "application/octet-stream")
		}
		r.Header.Set("Dropbox-API-Path-Root", root)
		r.Header.Set("Range", rng)
		before := len(c.Audit().Mutations(0))
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if !slices.Contains([]int{200, 206, 400, 401, 403, 409, 416, 422}, w.Code) {
			t.Errorf("%s %q is answered %d %s", name, arg, w.Code, w.Body)
		}
		if changed := len(c.Audit().Mutations(0)) - before; changed > 0 &&
			(w.Code != 200 || slices.Contains(reads, name)) {
			t.Errorf("%s %q was answered %d and changed %d files", name, arg, w.Code, changed)
		}
	})
}

func FuzzSignIn(f *testing.F) {
	f.Add("client_id="+dropboxsim.AppKey+"&response_type=code&token_access_type=offline", "account=ann@example.com",
		"grant_type=authorization_code&code=x&client_id="+dropboxsim.AppKey)
	f.Add("", "deny=1", "grant_type=refresh_token&refresh_token=x")
	f.Fuzz(func(t *testing.T, query, consent, token string) {
		c, _ := small(t)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://www.dropbox.com/oauth2/authorize",
			strings.NewReader(consent))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if to := w.Header().Get("Location"); w.Code >= 500 || to != "" &&
			!strings.HasPrefix(to, "http://localhost:53682/?") && !strings.HasPrefix(to, "http://127.0.0.1:53682/?") {
			t.Errorf("%q: %d, to %q", query, w.Code, to)
		}
		r = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.dropboxapi.com/oauth2/token",
			strings.NewReader(token))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w = httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "access_token") {
			t.Errorf("%q: %d %s", token, w.Code, w.Body)
		}
	})
}
