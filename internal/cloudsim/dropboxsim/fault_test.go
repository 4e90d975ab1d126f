package dropboxsim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/auth"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

func TestFaultsAreWordedAsTheServiceWordsThem(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	w.put(w.ann, "/a.png", "a")
	token := w.ann.Token().Access
	for _, tt := range []struct {
		fault cloudsim.Fault
		want  string // the start of the answer's body
	}{
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Status: 409, Reason: "path_write/too_many_write_operations"},
			`{"error":{".tag":"path_write","path_write":{".tag":"too_many_write_operations"}},` +
				`"error_summary":"path_write/too_many_write_operations/`,
		},
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Status: 409, Reason: "too_many_write_operations"},
			`{"error":{".tag":"too_many_write_operations"},"error_summary":"too_many_write_operations/`,
		},
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Status: 429, Reason: "too_many_write_operations", RetryAfter: "15"},
			`{"error":{"reason":{".tag":"too_many_write_operations"},"retry_after":15},` +
				`"error_summary":"too_many_write_operations/`,
		},
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Status: 429},
			`{"error":{"reason":{".tag":"too_many_requests"},"retry_after":1}`,
		},
		{cloudsim.Fault{Kind: cloudsim.Refuse, Status: 429, Text: "slow down", RetryAfter: "3"}, "slow down"},
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Status: 401, Reason: "expired_access_token"},
			`{"error":{".tag":"expired_access_token"}`,
		},
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Status: 401, Reason: "missing_scope"},
			`{"error":{".tag":"missing_scope","required_scope":"files.content.write"}`,
		},
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Status: 403, Reason: "invalid_account_type/feature"},
			`{"error":{".tag":"invalid_account_type","invalid_account_type":{".tag":"feature"}}`,
		},
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Status: 400, Reason: "no"},
			`Error in call to API function "files/delete_v2": no`,
		},
		{cloudsim.Fault{Kind: cloudsim.Refuse, Status: 503}, "Service Unavailable"},
	} {
		w.do(w.cloud.SetFaults([]cloudsim.Fault{tt.fault}))
		status, body := w.post(token, "files/delete_v2", map[string]any{"path": "/a.png"})
		if status != tt.fault.Status || !strings.HasPrefix(body, tt.want) {
			t.Errorf("%+v: %d %s", tt.fault, status, body)
		}
	}
	if n := len(w.cloud.Audit().Mutations(0)); n != 1 {
		t.Errorf("%d changes", n)
	}
	w.do(w.cloud.SetFaults([]cloudsim.Fault{{Kind: cloudsim.Refuse, Status: 429, RetryAfter: "7"}}))
	_, err := w.files(w.ann).GetMetadataContext(t.Context(), files.NewGetMetadataArg("/a.png"))
	var limited auth.RateLimitAPIError
	if !errors.As(err, &limited) || limited.RateLimitError.RetryAfter != 7 {
		t.Errorf("Dropbox's client sees %v", err)
	}
}

func TestAnAnswerThatIsLostWasGivenAllTheSame(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	id := w.put(w.ann, "/a.png", "a")
	w.do(w.cloud.SetFaults([]cloudsim.Fault{{Call: "dropbox.files.delete_v2", Kind: cloudsim.CloseAfter}}))
	_, err := w.files(w.ann).DeleteV2Context(t.Context(), files.NewDeleteArg("/a.png"))
	if err == nil || !w.box.Snapshot()[id].Deleted {
		t.Errorf("%v, and it is %+v", err, w.box.Snapshot()[id])
	}
}

func TestWhatAPersonDoesJustBeforeIsRefusedByTheRev(t *testing.T) {
	for kind, want := range map[cloudsim.Kind]string{
		cloudsim.ChangeBefore: "path_write/conflict", cloudsim.MoveBefore: "path_lookup/not_found",
	} {
		w := newWorld(t, dropboxsim.Options{})
		id := w.put(w.ann, "/Pictures/a.png", "a")
		c := w.files(w.ann)
		rev := w.file(c, "/Pictures/a.png").Rev
		w.do(w.cloud.SetFaults([]cloudsim.Fault{{Call: "dropbox.files.delete_v2", Kind: kind}}))
		_, err := c.DeleteV2Context(t.Context(), &files.DeleteArg{Path: "/Pictures/a.png", ParentRev: rev})
		if s := w.box.Snapshot()[id]; deleteTags(err) != want || s.Deleted || s.Rev == rev {
			t.Errorf("%s: %v, and it is %+v", kind, err, s)
		}
		for _, m := range w.cloud.Audit().Mutations(0) {
			if m.Op == "delete" || (m.N != 0) != (m.Call != "") {
				t.Errorf("%s: the record has %+v", kind, m)
			}
		}
	}
}

func TestAChangeDuringADownloadIsNotInIt(t *testing.T) {
	w := newWorld(t, dropboxsim.Options{})
	id := w.put(w.ann, "/a.png", "the first")
	c := w.files(w.ann)
	rev := w.file(c, "/a.png").Rev
	w.do(w.cloud.SetFaults([]cloudsim.Fault{
		{Call: "dropbox.files.download", Kind: cloudsim.ChangeBefore},
		{Call: "dropbox.files.get_metadata", Kind: cloudsim.ChangeAfter},
	}))
	meta, body, err := c.DownloadContext(t.Context(), files.NewDownloadArg("rev:"+rev))
	w.do(err)
	defer func() { _ = body.Close() }()
	b := make([]byte, 100)
	n, _ := body.Read(b)
	if meta.Rev != rev || string(b[:n]) != "the first" || w.box.Snapshot()[id].Rev == rev {
		t.Errorf("%+v %q", meta, b[:n])
	}
	before := w.file(c, "/a.png").Rev
	if w.box.Snapshot()[id].Rev == before {
		t.Error("nothing was changed after the answer")
	}
}
