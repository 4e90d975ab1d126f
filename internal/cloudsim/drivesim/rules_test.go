package drivesim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

func TestEachMethodsParametersAndScopesAreThoseOfTheDiscoveryDocument(t *testing.T) {
	for _, m := range drivesim.Methods() {
		want := document(t).Method(m.ID)
		if strings.HasPrefix(m.ID, "directory.") {
			want = directory(t).Method(m.ID)
		}
		if want == nil {
			t.Errorf("there is no %s", m.ID)
			continue
		}
		var params, scopes []string
		for name, p := range want.Parameters {
			if p.Location == "query" {
				params = append(params, name)
			}
		}
		for _, s := range want.Scopes {
			scopes = append(scopes, strings.TrimPrefix(s, "https://www.googleapis.com/auth/"))
		}
		for what, pair := range map[string][2][]string{
			"parameters": {m.Parameters, params}, "scopes": {m.Scopes, scopes},
		} {
			slices.Sort(pair[0])
			slices.Sort(pair[1])
			if !slices.Equal(pair[0], pair[1]) {
				t.Errorf("%s has the %s %v, want %v", m.ID, what, pair[0], pair[1])
			}
		}
		response := ""
		if want.Response != nil {
			response = want.Response.Ref
		}
		if m.HTTP != want.HTTP || m.Path != want.Path || m.Response != response || m.Upload != (want.Upload != nil) {
			t.Errorf("%s is %+v, want %+v", m.ID, m, want)
		}
	}
}

func TestEveryScopeOpensWhatItIsForAndNothingElse(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
	ask := func(scope, method, path, body string) int {
		r, err := http.NewRequestWithContext(t.Context(), method, "https://www.googleapis.com/drive/v3/"+path,
			strings.NewReader(body))
		w.do(err)
		r.Header.Set("Content-Type", "application/json")
		resp, err := w.client(w.ann, scope).Do(r)
		w.do(err)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	for scope, want := range map[string][5]int{ // list, bytes, trash, empty, delete
		"drive.metadata.readonly": {200, 403, 403, 403, 403},
		"drive.readonly":          {200, 200, 403, 403, 403},
		"drive.metadata":          {200, 403, 200, 403, 403},
		"drive.file":              {200, 404, 404, 403, 404},
		"drive":                   {200, 200, 200, 204, 404}, // gone by then
		"calendar":                {403, 403, 403, 403, 403},
	} {
		if scope == "drive" {
			w.do(w.ann.Untrash(id))
		}
		got := [5]int{
			ask(scope, "GET", "files", ""), ask(scope, "GET", "files/"+id+"?alt=media", ""),
			ask(scope, "PATCH", "files/"+id, `{"trashed": true}`),
			ask(scope, "DELETE", "files/trash", ""), 0,
		}
		if scope != "drive" {
			got[4] = ask(scope, "DELETE", "files/"+id, "")
		} else {
			w.drive.Settle()
			got[4] = ask(scope, "DELETE", "files/"+id, "")
			id = w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
		}
		if got != want {
			t.Errorf("%s: %v, want %v", scope, got, want)
		}
	}
}

func TestWhatIsAskedWronglyIsRefused(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	w.do(w.ann.Fill(drivesim.Bulk{Files: 20}))
	id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
	token := w.ann.Token().Access
	for _, tt := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "files?q=trashed%3Dfalse&fields=files(id)", "", 200},
		{"GET", "files?q=nonsense", "", 400},
		{"GET", "files?fields=files(nonsense)", "", 400},
		{"GET", "files?nonsense=1", "", 400},
		{"GET", "files?pageSize=1001", "", 400},
		{"GET", "files?pageSize=0", "", 400},
		{"GET", "files?pageToken=garbage", "", 400},
		{"GET", "files?corpora=everything", "", 400},
		{"GET", "files?corpora=drive", "", 400},
		{"GET", "files?orderBy=nonsense", "", 400},
		{"GET", "files?orderBy=folder,name%20desc", "", 200},
		{"GET", "files?supportsAllDrives=maybe", "", 400},
		{"GET", "files?includeItemsFromAllDrives=true", "", 403},
		{"GET", "files?q=trashed%3Dtrue&q=trashed%3Dfalse", "", 400},
		{"GET", "files?alt=xml", "", 400},
		{"GET", "about", "", 400},
		{"GET", "about?fields=*", "", 200},
		{"GET", "changes", "", 400},
		{"GET", "changes?pageToken=x", "", 400},
		{"GET", "changes?pageToken=999999999", "", 400},
		{"GET", "files/nonsense", "", 404},
		{"GET", "nonsense", "", 404},
		{"PATCH", "files/" + id, `{"trashed": "yes"}`, 400},
		{"PATCH", "files/" + id, `{"nonsense": 1}`, 403},
		{"PATCH", "files/" + id, `{"parents": ["root"]}`, 403},
		{"PATCH", "files/" + id, `{"version": "3"}`, 403},
		{"PATCH", "files/" + id, `nonsense`, 400},
		{"PATCH", "files/" + w.ann.Root(), `{"trashed": true}`, 403},
		{"DELETE", "files/root", "", 403},
		{"DELETE", "files/nonsense", "", 404},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tt.method, "https://www.googleapis.com/drive/v3/"+tt.path,
			strings.NewReader(tt.body))
		w.do(err)
		r.Header.Set("Authorization", "Bearer "+token)
		before := len(w.cloud.Audit().Mutations(0))
		resp, err := w.srv.Client().Do(r)
		w.do(err)
		_ = resp.Body.Close()
		if resp.StatusCode != tt.want {
			t.Errorf("%s %s %s: %d, want %d", tt.method, tt.path, tt.body, resp.StatusCode, tt.want)
		}
		if n := len(w.cloud.Audit().Mutations(0)) - before; n != 0 {
			t.Errorf("%s %s changed something", tt.method, tt.path)
		}
	}
}

func TestAPageTokenFitsItsOwnListingOnly(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	w.do(w.ann.Fill(drivesim.Bulk{Files: 20}))
	bob := w.person("bob@example.com")
	w.do(bob.Fill(drivesim.Bulk{Files: 20}))
	first, err := w.sdk(w.ann).Files.List().PageSize(5).Q("trashed = false").Do()
	w.do(err)
	if _, err := w.sdk(w.ann).Files.List().PageSize(7).Q("trashed = false").
		PageToken(first.NextPageToken).Do(); err != nil {
		t.Errorf("its own: %v", err)
	}
	if _, err := w.sdk(w.ann).Files.List().Q("trashed = true").PageToken(first.NextPageToken).
		Do(); !isStatus(err, 400, "invalid") {
		t.Errorf("another query: %v", err)
	}
	if _, err := w.sdk(bob).Files.List().Q("trashed = false").PageToken(first.NextPageToken).
		Do(); !isStatus(err, 400, "invalid") {
		t.Errorf("another person: %v", err)
	}
}

func TestWithoutAGoodTokenNothingIsServed(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	for _, auth := range []string{"", "Bearer x", "Basic eDp4"} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "https://www.googleapis.com/drive/v3/files", nil)
		w.do(err)
		r.Header.Set("Authorization", auth)
		resp, err := w.srv.Client().Do(r)
		w.do(err)
		_ = resp.Body.Close()
		if resp.StatusCode != 401 || !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%q: %d %q", auth, resp.StatusCode, resp.Header.Get("WWW-Authenticate"))
		}
	}
}
