package googleaccount

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// Classify returns the meaning of an error answer of a Google API, for cloudhttp.Options. Sources: the Drive guide
// "Resolve errors" (developers.google.com/workspace/drive/api/guides/handle-errors) and "Usage limits"
// (.../guides/limits); google.rpc.ErrorInfo (google.aip.dev/193).
//
// A 403 reports limits too, so its reason decides. An answer that is not in Google's form did not come from Google,
// but perhaps from a proxy: it is a refusal that shows nothing about the account. A 5xx is never certain, regardless
// of its reason.
func Classify(a cloudhttp.Answer) cloudhttp.Meaning {
	m := cloudhttp.ByStatus(a)
	f, ours := parseFault(a.Body)
	if !ours {
		if a.Status == http.StatusForbidden || a.Status == http.StatusNotFound {
			m.Kind = cloudhttp.Refused
		}
		return m
	}
	m.Reason, m.Text = f.reason(), f.Error.Message
	if a.Status != http.StatusForbidden && a.Status != http.StatusTooManyRequests {
		return m
	}
	switch m.Reason {
	case "rateLimitExceeded", "userRateLimitExceeded", "sharingRateLimitExceeded", "RATE_LIMIT_EXCEEDED":
		m.Kind = cloudhttp.Limited
	case "dailyLimitExceeded", "quotaExceeded":
		m.Kind, m.Until, m.Lasting = cloudhttp.Exhausted, newDay(a.Now), true
	case "downloadQuotaExceeded": // of bytes, perhaps of one file: other calls continue
		m.Kind, m.Until = cloudhttp.Exhausted, newDay(a.Now)
	}
	return m
}

// fault is the body of an error answer.
type fault struct {
	Error struct {
		Message string
		Errors  []struct{ Reason string }
		Status  string
		Details []struct{ Reason string }
	}
}

// parseFault decodes an error answer; ours reports whether it has Google's form.
func parseFault(body []byte) (f fault, ours bool) {
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&f)
	return f, err == nil && (f.Error.Message != "" || f.Error.Status != "" || len(f.Error.Errors) > 0)
}

// reason returns the most specific code: of the old form (rateLimitExceeded), else of the new (RATE_LIMIT_EXCEEDED),
// else the status.
func (f fault) reason() string {
	for _, e := range f.Error.Errors {
		// "forbidden" and the like only repeat the status; the details are more specific
		if e.Reason != "" && e.Reason != "forbidden" {
			return e.Reason
		}
	}
	for _, d := range f.Error.Details {
		if d.Reason != "" {
			return d.Reason
		}
	}
	if len(f.Error.Errors) > 0 && f.Error.Errors[0].Reason != "" {
		return f.Error.Errors[0].Reason
	}
	return f.Error.Status
}

// newDay returns when a daily quota is reset after now: at midnight Pacific time. It uses 08:00 UTC, which is exact
// in winter and an hour late in summer, so that no zone files are needed.
func newDay(now time.Time) time.Time {
	now = now.UTC()
	day := time.Date(now.Year(), now.Month(), now.Day(), 8, 0, 0, 0, time.UTC)
	if !day.After(now) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// Call returns the name of a request. It is that of the method in the discovery document, without any id of a file,
// "drive.files.update" or "directory.users.list", or the method and the host if the address is not the API's.
func Call(r *http.Request) string {
	path, ok := strings.CutPrefix(r.URL.Path, "/drive/v3/")
	if at, directory := strings.CutPrefix(r.URL.Path, "/admin/directory/v1/"); directory {
		kind, _, _ := strings.Cut(at, "/")
		return map[string]string{"groups": "directory.members.list", "users": "directory.users.list"}[kind]
	} else if !ok {
		return r.Method + " " + r.URL.Hostname()
	}
	parts := strings.Split(path, "/")
	verb := map[string]string{
		http.MethodGet: "get", http.MethodPatch: "update", http.MethodDelete: "delete", http.MethodPost: "create",
	}[r.Method]
	switch {
	case path == "files/trash" && r.Method == http.MethodDelete:
		return "drive.files.emptyTrash"
	case path == "changes/startPageToken":
		return "drive.changes.getStartPageToken"
	case len(parts) == 3 && parts[2] == "revisions":
		return "drive.revisions.list"
	case len(parts) > 3 && parts[2] == "revisions":
		return "drive.revisions." + verb
	case len(parts) == 1 && parts[0] != "about" && verb == "get":
		verb = "list"
	}
	return "drive." + parts[0] + "." + verb
}
