package gdrive

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"sweepd/internal/cloudhttp"
)

// Hosts are those that may have the account's token: the API, and what serves
// thumbnails.
func Hosts() []string { return []string{"www.googleapis.com", ".googleusercontent.com"} }

// The reasons that tell more than their status
// (https://developers.google.com/workspace/drive/api/guides/handle-errors).
var (
	tooMany = []string{"rateLimitExceeded", "userRateLimitExceeded", "sharingRateLimitExceeded"}
	usedUp  = []string{"dailyLimitExceeded", "quotaExceeded"}
	// usedUpFor are quotas of one kind of call: others go on.
	usedUpFor = []string{"downloadQuotaExceeded"}
)

// Classify says what an answer of Google's means.
func Classify(a cloudhttp.Answer) cloudhttp.Meaning {
	m := cloudhttp.ByStatus(a)
	m.Reason, m.Text = reason(a.Body)
	switch {
	case a.Status != http.StatusForbidden:
	case slices.Contains(tooMany, m.Reason):
		m.Kind = cloudhttp.Limited
	case slices.Contains(usedUp, m.Reason):
		m.Kind, m.Until, m.Lasting = cloudhttp.Exhausted, midnight(a.Now), true
	case slices.Contains(usedUpFor, m.Reason):
		m.Kind, m.Until = cloudhttp.Exhausted, midnight(a.Now)
	}
	return m
}

// midnight is the end of Google's day: quotas of a day are counted by Pacific
// time, of which at most 8 hours are behind UTC.
func midnight(now time.Time) time.Time {
	const behind = 8 * time.Hour
	return now.UTC().Add(-behind).Truncate(24 * time.Hour).Add(24*time.Hour + behind)
}

// reason is the word for the error, and what the service says to people; both
// "" where the body is not Google's.
func reason(body []byte) (word, text string) {
	var e struct {
		Error struct {
			Message string `json:"message"`
			Errors  []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return "", ""
	}
	if len(e.Error.Errors) > 0 {
		word = e.Error.Errors[0].Reason
	}
	return word, e.Error.Message
}

// Name names a call without the id of any file: "drive.files.update".
func Name(r *http.Request) string {
	path, ok := strings.CutPrefix(r.URL.Path, "/drive/v3/")
	if !ok {
		return r.Method + " " + r.URL.Hostname()
	}
	parts := strings.Split(path, "/")
	verb := map[string]string{http.MethodGet: "get", http.MethodPatch: "update", http.MethodDelete: "delete", http.MethodPost: "create"}[r.Method]
	switch {
	case path == "files/trash" && r.Method == http.MethodDelete:
		return "drive.files.emptyTrash"
	case path == "changes/startPageToken":
		return "drive.changes.getStartPageToken"
	case len(parts) == 1 && parts[0] != "about" && verb == "get":
		verb = "list"
	case len(parts) >= 3 && parts[2] == "revisions":
		return "drive.revisions." + verb
	}
	return "drive." + parts[0] + "." + verb
}
