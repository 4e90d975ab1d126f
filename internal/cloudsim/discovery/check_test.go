package discovery_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/discovery"
)

func TestWhatTheDocumentDoesNotHaveIsFound(t *testing.T) {
	doc := discovery.Load(t)
	for _, tt := range []struct {
		call, query string
		status      int
		body, want  string // want: a part of the complaint; "": none
	}{
		{
			"drive.files.get", "", 200,
			`{"id": "1", "size": "10", "createdTime": "2026-01-01T00:00:00.000Z", "capabilities": {"canTrash": ` +
				`true}, "appProperties": {"any": "x"}}`,
			"",
		},
		{"drive.files.get", "", 200, `{"size": 10}`, "a number"},
		{"drive.files.get", "", 200, `{"size": "ten"}`, "size"},
		{"drive.files.get", "", 200, `{"trashed": "true"}`, "a string"},
		{"drive.files.get", "", 200, `{"createdTime": "yesterday"}`, "createdTime"},
		{"drive.files.get", "", 200, `{"colour": "red"}`, "no field colour"},
		{"drive.files.get", "", 200, `{"parents": "p"}`, "want array"},
		{"drive.files.get", "", 200, `{"parents": null}`, "null"},
		{"drive.files.get", "", 200, `{"owners": [{"shoe": 42}]}`, "no field shoe"},
		{"drive.files.get", "", 200, `not json`, "no JSON"},
		{
			"drive.files.get", "", 404,
			`{"error": {"code": 404, "message": "m", "errors": [{"domain": "global", "reason": "notFound", ` +
				`"message": "m"}]}}`,
			"",
		},
		{
			"drive.files.get", "", 404,
			`{"error": {"code": 404, "message": "m", "errors": [{"domain": "global", "message": "m"}]}}`, "reason",
		},
		{"drive.files.get", "", 404, `{"error": {"code": 400, "message": "m", "errors": [{}]}}`, "404"},
		{"drive.files.list", "pageSize=1001", 200, `{}`, "pageSize"},
		{
			"drive.files.list", "pageSize=1001", 400,
			`{"error": {"code": 400, "message": "m", "errors": [{"domain": "global", "reason": "invalid", ` +
				`"message": "m"}]}}`,
			"",
		},
		{"drive.files.list", "nonsense=1", 200, `{}`, "nonsense"},
		{"drive.files.list", "supportsAllDrives=maybe", 200, `{}`, "supportsAllDrives"},
		{"drive.changes.list", "", 200, `{}`, "without the parameter pageToken"},
		{"drive.files.delete", "", 200, `{}`, "a body"},
		{"drive.files.delete", "", 204, ``, ""},
		{"drive.files.get.media", "alt=media", 200, `bytes`, ""},
		{"oauth2.token", "", 200, `whatever`, ""},
	} {
		x := cloudsim.Exchange{
			Call:    cloudsim.Call{Method: tt.call},
			Request: httptest.NewRequest(http.MethodGet, "https://www.googleapis.com/?"+tt.query, nil),
			Status:  tt.status, Header: http.Header{"Content-Type": {"application/json; charset=UTF-8"}},
			Body: []byte(tt.body),
		}
		errs := doc.Check(x)
		if tt.want == "" && len(errs) > 0 ||
			tt.want != "" && (len(errs) == 0 || !strings.Contains(errs[0].Error(), tt.want)) {
			t.Errorf("%s %s %d %s: %v, want %q", tt.call, tt.query, tt.status, tt.body, errs, tt.want)
		}
	}
}
