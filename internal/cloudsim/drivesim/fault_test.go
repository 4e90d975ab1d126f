package drivesim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	api "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

func (w *world) faults(list ...cloudsim.Fault) {
	w.t.Helper()
	w.do(w.cloud.SetFaults(list))
}

// lastFault returns the last injected fault in the record.
func (w *world) lastFault() string {
	out := ""
	for _, r := range w.cloud.Audit().Since(0) {
		if r.Fault != "" {
			out = r.Fault
		}
	}
	return out
}

func TestARefusalIsAnsweredAsTheServiceWordsIt(t *testing.T) {
	for reason, status := range map[string]int{
		"userRateLimitExceeded": 403, "rateLimitExceeded": 403, "dailyLimitExceeded": 403, "downloadQuotaExceeded": 403,
		"insufficientFilePermissions": 403, "accessNotConfigured": 403, "authError": 401, "invalid": 400,
		"backendError": 503, "internalError": 500,
	} {
		w := newWorld(t, drivesim.Options{})
		s := w.sdk(w.ann)
		w.faults(cloudsim.Fault{
			Call: "drive.files.*", Nth: 2, Kind: cloudsim.Refuse, Status: status, Reason: reason, RetryAfter: "7",
		})
		for n := 1; n <= 3; n++ {
			_, err := s.Files.List().Do()
			var ge *googleapi.Error
			if hit := errors.As(err, &ge); hit != (n == 2) {
				t.Errorf("%s: request %d: %v", reason, n, err)
			} else if hit && (ge.Code != status || ge.Errors[0].Reason != reason ||
				ge.Header.Get("Retry-After") != "7") {
				t.Errorf("%s: %v, header %v", reason, ge, ge.Header)
			}
		}
		if got := w.lastFault(); got != fmt.Sprintf("refuse %d %s", status, reason) {
			t.Errorf("the record says %q", got)
		}
	}
}

func TestARefusalMayBePlainTextOrHTML(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	c := w.client(w.ann)
	for text, kind := range map[string]string{
		"slow down": "text/plain; charset=utf-8", "<html>Error 502</html>": "text/html; charset=utf-8",
	} {
		w.faults(cloudsim.Fault{Kind: cloudsim.Refuse, Status: 429, Text: text})
		resp, err := c.Get("https://www.googleapis.com/oops")
		w.do(err)
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 429 || string(body) != text || resp.Header.Get("Content-Type") != kind {
			t.Errorf("%d %q %q", resp.StatusCode, resp.Header.Get("Content-Type"), body)
		}
	}
}

func TestAnAnswerMayBeLostAfterTheWorkWasDoneOrBefore(t *testing.T) {
	for kind, done := range map[cloudsim.Kind]bool{
		cloudsim.CloseBefore: false, cloudsim.CloseAfter: true, cloudsim.Truncate: true,
	} {
		w := newWorld(t, drivesim.Options{})
		id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
		w.faults(cloudsim.Fault{Call: "drive.files.update", Kind: kind})
		if _, err := w.sdk(w.ann).Files.Update(id, &api.File{Trashed: true}).Do(); err == nil {
			t.Errorf("%s: answered", kind)
		}
		if got := w.drive.Snapshot()[id].Trashed; got != done {
			t.Errorf("%s: done is %v, want %v", kind, got, done)
		}
		if n := len(w.cloud.Audit().Mutations(0)); n != 1 && !done || n != 2 && done {
			t.Errorf("%s: %d mutations", kind, n)
		}
		records := w.cloud.Audit().Since(0)
		if last := records[len(records)-1]; last.Kind != cloudsim.KindRequest || last.Fault != string(kind) {
			t.Errorf("%s: the record ends with %+v", kind, last)
		}
	}
}

func TestAFileMayChangeOrMoveAroundARequest(t *testing.T) {
	for kind, seen := range map[cloudsim.Kind]bool{
		cloudsim.ChangeBefore: true, cloudsim.ChangeAfter: false, cloudsim.MoveBefore: false,
	} {
		w := newWorld(t, drivesim.Options{})
		id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
		before := w.drive.Snapshot()[id]
		w.faults(cloudsim.Fault{Call: "drive.files.get", Kind: kind})
		f, err := w.sdk(w.ann).Files.Get(id).Fields("headRevisionId,parents").Do()
		w.do(err)
		after := w.drive.Snapshot()[id]
		if kind == cloudsim.MoveBefore {
			if f.Parents[0] == before.Parents[0] || after.Parents[0] != f.Parents[0] {
				t.Errorf("%s: %v, then %v", kind, before.Parents, f.Parents)
			}
			continue
		}
		if after.Revision == before.Revision || after.SHA256 == before.SHA256 ||
			(f.HeadRevisionId == after.Revision) != seen {
			t.Errorf("%s: %s, answered %s, then %s", kind, before.Revision, f.HeadRevisionId, after.Revision)
		}
	}
}

func TestAListingMayBeIncompleteOrHaveAnEmptyPage(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	w.do(w.ann.Fill(drivesim.Bulk{Files: 10}))
	s := w.sdk(w.ann)
	w.faults(cloudsim.Fault{Call: "drive.files.list", Kind: cloudsim.Incomplete},
		cloudsim.Fault{Call: "drive.files.list", Nth: 2, Kind: cloudsim.EmptyPage})
	l, err := s.Files.List().Do()
	w.do(err)
	if !l.IncompleteSearch || len(l.Files) != 5 {
		t.Errorf("incomplete: %v, %d files", l.IncompleteSearch, len(l.Files))
	}
	l, err = s.Files.List().Do()
	w.do(err)
	if len(l.Files) != 0 || l.NextPageToken == "" {
		t.Errorf("an empty page has %d files, next %q", len(l.Files), l.NextPageToken)
	}
	l, err = s.Files.List().PageToken(l.NextPageToken).Do()
	w.do(err)
	if len(l.Files) != 10 || l.NextPageToken != "" {
		t.Errorf("the page after it has %d files", len(l.Files))
	}
}

func TestASlowOrTruncatedBodyIsHalfABodyFirst(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Noise(nil, 100_000, 1)})
	s := w.sdk(w.ann)
	before := w.clock()
	w.faults(cloudsim.Fault{Call: "drive.files.get.media", Kind: cloudsim.Slow, Delay: 90_000},
		cloudsim.Fault{Call: "drive.files.get.media", Nth: 2, Kind: cloudsim.Truncate})
	resp, err := s.Files.Get(id).Download()
	w.do(err)
	body, err := io.ReadAll(resp.Body)
	if err != nil || len(body) != 100_000 || w.clock().Sub(before).Seconds() != 90 {
		t.Errorf("slow: %d bytes, %v, after %v", len(body), err, w.clock().Sub(before))
	}
	resp, err = s.Files.Get(id).Download()
	w.do(err)
	if body, err = io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) || len(body) != 50_000 {
		t.Errorf("truncated: %d bytes, %v", len(body), err)
	}
}

func TestAnAlteredBodyIsAnotherOfTheSameLength(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("12345"))})
	w.faults(cloudsim.Fault{Call: "drive.files.get.media", Kind: cloudsim.Alter})
	for _, want := range []string{"12245", "12345"} { // once
		resp, err := w.sdk(w.ann).Files.Get(id).Download()
		w.do(err)
		if body, err := io.ReadAll(resp.Body); err != nil || string(body) != want {
			t.Errorf("%q, %v; want %q", body, err, want)
		}
	}
}

func TestAnEmptyingMayNeverFinish(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	id := w.put(w.ann, drivesim.Item{Name: "a", Content: drivesim.Bytes([]byte("a"))})
	w.do(w.ann.Trash(id))
	w.faults(cloudsim.Fault{Call: "drive.files.emptyTrash", Kind: cloudsim.Unfinished})
	w.do(w.sdk(w.ann).Files.EmptyTrash().Do())
	w.drive.Settle()
	if _, there := w.drive.Snapshot()[id]; !there {
		t.Error("it did finish")
	}
}

func TestTheSignInMayBeLost(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	w.faults(cloudsim.Fault{Call: "oauth2.token", Kind: cloudsim.Refuse, Status: 400, Reason: "invalid_grant"})
	resp, err := w.srv.Client().
		PostForm("https://oauth2.googleapis.com/token", url.Values{"grant_type": {"refresh_token"}})
	w.do(err)
	defer resp.Body.Close()
	var got struct{ Error string }
	w.do(json.NewDecoder(resp.Body).Decode(&got))
	if resp.StatusCode != http.StatusBadRequest || got.Error != "invalid_grant" {
		t.Errorf("%d %q", resp.StatusCode, got.Error)
	}
}

func TestNoTokenIsInTheRecord(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	token := w.ann.Token()
	c := w.srv.Client()
	for _, ask := range []string{
		"https://www.googleapis.com/drive/v3/about?fields=user&access_token=" + token.Access,
		"https://accounts.google.com/o/oauth2/v2/auth?state=" + token.Refresh + "&code_challenge=" + token.Refresh,
	} {
		resp, err := c.Get(ask)
		w.do(err)
		_ = resp.Body.Close()
	}
	resp, err := c.PostForm("https://oauth2.googleapis.com/revoke", url.Values{"token": {token.Refresh}})
	w.do(err)
	_ = resp.Body.Close()
	var out strings.Builder
	w.do(w.cloud.Audit().Write(&out, 0))
	if strings.Contains(out.String(), token.Access) || strings.Contains(out.String(), token.Refresh) ||
		strings.Count(out.String(), "\n") != 3 {
		t.Errorf("the record: %s", out.String())
	}
}
