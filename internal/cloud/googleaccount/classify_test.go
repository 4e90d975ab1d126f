package googleaccount_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
)

// old is an error answer as Drive v3 gives it.
func old(code int, reason string) string {
	return fmt.Sprintf(
		`{"error":{"code":%d,"message":"The text.","errors":[{"message":"The text.","domain":"usageLimits",`+
			`"reason":%q}]}}`,
		code,
		reason,
	)
}

func TestEveryReasonHasItsMeaning(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	tomorrow := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		status int
		body   string
		want   cloudhttp.Meaning
	}{
		{
			403, old(403, "rateLimitExceeded"),
			cloudhttp.Meaning{Kind: cloudhttp.Limited, Reason: "rateLimitExceeded", Text: "The text."},
		},
		{
			403, old(403, "userRateLimitExceeded"),
			cloudhttp.Meaning{Kind: cloudhttp.Limited, Reason: "userRateLimitExceeded", Text: "The text."},
		},
		{
			429, old(429, "rateLimitExceeded"),
			cloudhttp.Meaning{Kind: cloudhttp.Limited, Reason: "rateLimitExceeded", Text: "The text."},
		},
		{429, "Too many requests", cloudhttp.Meaning{Kind: cloudhttp.Limited}},
		{
			403, old(403, "dailyLimitExceeded"),
			cloudhttp.Meaning{
				Kind: cloudhttp.Exhausted, Reason: "dailyLimitExceeded", Text: "The text.",
				Until: tomorrow, Lasting: true,
			},
		},
		{
			403, old(403, "downloadQuotaExceeded"),
			cloudhttp.Meaning{
				Kind: cloudhttp.Exhausted, Reason: "downloadQuotaExceeded",
				Text: "The text.", Until: tomorrow,
			},
		},
		{
			403, old(403, "insufficientFilePermissions"),
			cloudhttp.Meaning{Kind: cloudhttp.Denied, Reason: "insufficientFilePermissions", Text: "The text."},
		},
		{
			403, old(403, "cannotDownloadAbusiveFile"),
			cloudhttp.Meaning{Kind: cloudhttp.Denied, Reason: "cannotDownloadAbusiveFile", Text: "The text."},
		},
		{
			403, old(403, "accessNotConfigured"),
			cloudhttp.Meaning{Kind: cloudhttp.Denied, Reason: "accessNotConfigured", Text: "The text."},
		},
		{
			403,
			`{"error":{"code":403,"message":"m","errors":[{"reason":"forbidden"}],"status":"PERMISSION_DENIED",` +
				`"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED"}]}}`,
			cloudhttp.Meaning{Kind: cloudhttp.Denied, Reason: "SERVICE_DISABLED", Text: "m"},
		},
		{
			429,
			`{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{},` +
				`{"reason":"RATE_LIMIT_EXCEEDED"}]}}`,
			cloudhttp.Meaning{Kind: cloudhttp.Limited, Reason: "RATE_LIMIT_EXCEEDED", Text: "m"},
		},
		{
			503, old(503, "rateLimitExceeded"),
			cloudhttp.Meaning{Kind: cloudhttp.Unavailable, Reason: "rateLimitExceeded", Text: "The text."},
		},
		{
			500, old(500, "backendError"),
			cloudhttp.Meaning{Kind: cloudhttp.Unavailable, Reason: "backendError", Text: "The text."},
		},
		{502, "<html>", cloudhttp.Meaning{Kind: cloudhttp.Unavailable}},
		{
			401, old(401, "authError"),
			cloudhttp.Meaning{Kind: cloudhttp.Unauthorized, Reason: "authError", Text: "The text."},
		},
		{404, old(404, "notFound"), cloudhttp.Meaning{Kind: cloudhttp.Missing, Reason: "notFound", Text: "The text."}},
		{400, old(400, "invalid"), cloudhttp.Meaning{Kind: cloudhttp.Refused, Reason: "invalid", Text: "The text."}},
		{416, "", cloudhttp.Meaning{Kind: cloudhttp.Refused}},
	} {
		if got := googleaccount.Classify(
			cloudhttp.Answer{Status: c.status, Body: []byte(c.body), Now: now},
		); got != c.want {
			t.Errorf("%d %s:\ngot  %+v\nwant %+v", c.status, c.body, got, c.want)
		}
	}
}

// An answer of a captive portal or a company's proxy shows nothing about the account's files.
func TestAnAnswerThatIsNotFromGoogleNeitherDeniesNorMisses(t *testing.T) {
	for _, status := range []int{403, 404} {
		for _, body := range []string{"", "<html>blocked", `{"error":"blocked"}`, `{"error":{}}`, `{}`, `[]`, `null`} {
			if got := googleaccount.Classify(cloudhttp.Answer{
				Status: status, Body: []byte(body),
			}); got.Kind != cloudhttp.Refused {
				t.Errorf("%d %q is %q", status, body, got.Kind)
			}
		}
	}
}

func TestADailyQuotaEndsBeforeItIsSaidToBeNew(t *testing.T) {
	la, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	for hour := range 24 * 400 {
		now := time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
		until := googleaccount.Classify(cloudhttp.Answer{
			Status: 403, Body: []byte(old(403, "dailyLimitExceeded")), Now: now,
		}).Until
		y, m, d := now.In(la).Date()
		midnight := time.Date(y, m, d+1, 0, 0, 0, 0, la)
		if wait := until.Sub(midnight); until.Before(now) || wait < 0 && now.In(la).Hour() != 0 || wait > time.Hour {
			t.Fatalf("at %v: until %v, midnight is %v", now, until, midnight)
		}
	}
}

func TestACallIsNamedWithoutIds(t *testing.T) {
	for request, want := range map[string]string{
		"GET https://www.googleapis.com/drive/v3/files?q=name+%3D+'secret'":     "drive.files.list",
		"GET https://www.googleapis.com/drive/v3/files/secretid?alt=json":       "drive.files.get",
		"GET https://www.googleapis.com/drive/v3/files/secretid?alt=media":      "drive.files.get",
		"PATCH https://www.googleapis.com/drive/v3/files/secretid":              "drive.files.update",
		"DELETE https://www.googleapis.com/drive/v3/files/secretid":             "drive.files.delete",
		"DELETE https://www.googleapis.com/drive/v3/files/trash":                "drive.files.emptyTrash",
		"GET https://www.googleapis.com/drive/v3/files/secret/revisions":        "drive.revisions.list",
		"GET https://www.googleapis.com/drive/v3/files/secret/revisions/secret": "drive.revisions.get",
		"GET https://www.googleapis.com/drive/v3/changes":                       "drive.changes.list",
		"GET https://www.googleapis.com/drive/v3/changes/startPageToken":        "drive.changes.getStartPageToken",
		"GET https://www.googleapis.com/drive/v3/drives":                        "drive.drives.list",
		"GET https://www.googleapis.com/drive/v3/about?fields=user&alt=json":    "drive.about.get",
		"GET https://lh3.googleusercontent.com/drive-storage/secret=s220":       "GET lh3.googleusercontent.com",
	} {
		method, url, _ := strings.Cut(request, " ")
		r, err := http.NewRequest(method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := googleaccount.Call(r); got != want {
			t.Errorf("%s: got %q, want %q", request, got, want)
		}
	}
}
