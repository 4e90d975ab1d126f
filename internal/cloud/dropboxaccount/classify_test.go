package dropboxaccount

import (
	"errors"
	"net/http"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

func TestAnAnswersMeaning(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		kind   cloudhttp.Kind
		reason string
	}{
		{
			409,
			`{"error_summary":"path_lookup/not_found/..","error":{".tag":"path_lookup",` +
				`"path_lookup":{".tag":"not_found"}}}`,
			cloudhttp.Missing, "path_lookup/not_found",
		},
		{
			409, `{"error_summary":"path/not_found/","error":{".tag":"path","path":{".tag":"not_found"}}}`,
			cloudhttp.Missing, "path/not_found",
		},
		{
			409,
			`{"error_summary":"path_write/conflict/file/.","error":{".tag":"path_write",` +
				`"path_write":{".tag":"conflict","conflict":{".tag":"file"}}}}`,
			cloudhttp.Refused, "path_write/conflict/file",
		},
		{
			409,
			`{"error_summary":"path_write/too_many_write_operations/","error":{".tag":"path_write",` +
				`"path_write":{".tag":"too_many_write_operations"}}}`,
			cloudhttp.Limited, "path_write/too_many_write_operations",
		},
		{
			409, `{"error_summary":"too_many_write_operations/","error":{".tag":"too_many_write_operations"}}`,
			cloudhttp.Limited, "too_many_write_operations",
		},
		{409, `{"error_summary":"reset/","error":{".tag":"reset"}}`, cloudhttp.Refused, "reset"},
		{
			409,
			`{"error_summary":"path/malformed_path/","error":{".tag":"path","path":{".tag":"malformed_path",` +
				`"malformed_path":"not_found"}}}`,
			cloudhttp.Refused, "path/malformed_path",
		},
		{
			409, `{"error_summary":"something_new/","error":{".tag":"something_new"}}`,
			cloudhttp.Refused, "something_new",
		},
		{409, `{"error":"reset"}`, cloudhttp.Refused, "reset"},
		{409, `<html>`, cloudhttp.Refused, ""},
		{400, `Error in call to API function "files/download": ...`, cloudhttp.Refused, ""},
		{
			401, `{"error_summary":"expired_access_token/..","error":{".tag":"expired_access_token"}}`,
			cloudhttp.Unauthorized, "expired_access_token",
		},
		{
			401, `{"error_summary":"invalid_access_token/","error":{".tag":"invalid_access_token"}}`,
			cloudhttp.Unauthorized, "invalid_access_token",
		},
		{
			401,
			`{"error_summary":"missing_scope/","error":{".tag":"missing_scope",` +
				`"required_scope":"files.content.write"}}`,
			cloudhttp.Denied, "missing_scope/files.content.write",
		},
		{401, `{"error_summary":"missing_scope/","error":{".tag":"missing_scope"}}`, cloudhttp.Denied, "missing_scope"},
		{
			403,
			`{"error_summary":"invalid_account_type/","error":{".tag":"invalid_account_type",` +
				`"invalid_account_type":{".tag":"endpoint"}}}`,
			cloudhttp.Denied, "invalid_account_type/endpoint",
		},
		{403, `blocked by the company`, cloudhttp.Refused, ""},
		{404, `not here`, cloudhttp.Refused, ""},
		{
			429,
			`{"error_summary":"too_many_requests/","error":{"reason":{".tag":"too_many_requests"},"retry_after":3}}`,
			cloudhttp.Limited, "",
		},
		{429, `slow down`, cloudhttp.Limited, ""},
		{
			500, `{"error_summary":"path/not_found/","error":{".tag":"path","path":{".tag":"not_found"}}}`,
			cloudhttp.Unavailable, "path/not_found",
		},
		{503, `<html>`, cloudhttp.Unavailable, ""},
	} {
		m := Classify(cloudhttp.Answer{Status: test.status, Header: http.Header{}, Body: []byte(test.body)})
		if m.Kind != test.kind || m.Reason != test.reason {
			t.Errorf("%d %s: got %q, %q; want %q, %q", test.status, test.body, m.Kind, m.Reason, test.kind, test.reason)
		}
	}
}

// No answer of a service means "the file is gone" but its own tag for it, with its own status.
func FuzzOnlyItsOwnWordIsMissing(f *testing.F) {
	f.Add(409, []byte(`{"error":{".tag":"path","path":{".tag":"not_found"}}}`))
	f.Add(404, []byte(`not_found`))
	f.Add(409, []byte(`{"error":{".tag":{".tag":"not_found"}}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		m := Classify(cloudhttp.Answer{Status: status, Body: body})
		if errors.Is(m.Kind, cloudhttp.Missing) && status != http.StatusConflict {
			t.Errorf("%d %q is %q", status, body, m.Kind)
		}
	})
}

func TestAUseHasTheLeastScopes(t *testing.T) {
	for u := Look; u <= Purge; u++ {
		for _, member := range []string{"", "dbmid:mia"} {
			if got, ok := Uses(u.Scopes(member), member); !ok || got != u {
				t.Errorf("as %q the scopes of %q allow to %q", member, u, got)
			}
		}
	}
	if _, ok := Uses([]string{"account_info.read"}, ""); ok {
		t.Error("an account's name is not enough to look")
	}
	if _, ok := Uses(Purge.Scopes(""), "dbmid:mia"); ok {
		t.Error("without team_data.member no app acts for a member")
	}
}
