package oauth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// A hint that leads to the same refusal again is none.
func TestEachRefusalOfTheTokenAddressHasItsOwnHint(t *testing.T) {
	for _, c := range []struct {
		body string
		kind oauth.Kind
		says string
		not  string
	}{
		{
			`{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`,
			oauth.ErrSignInAgain, "sweepd login drive", "administrator",
		},
		{
			`{"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)",` +
				`"error_subtype":"invalid_rapt"}`,
			oauth.ErrSignInAgain, "session control", "",
		},
		{
			`{"error":"invalid_grant","error_description":"Account has been suspended"}`, oauth.ErrDeclined,
			"suspended", "sweepd login",
		},
		{
			`{"error":"invalid_grant","error_description":"Account has been deleted"}`, oauth.ErrDeclined,
			"deleted", "sweepd login",
		},
		{`{"error":"user_suspended"}`, oauth.ErrDeclined, "suspended", "sweepd login"},
		{`{"error":"admin_policy_enforced"}`, oauth.ErrDeclined, "API controls", "sweepd login"},
		{`{"error":"org_internal"}`, oauth.ErrDeclined, "audience", "sweepd login"},
	} {
		code, _, _ := strings.Cut(strings.TrimPrefix(c.body, `{"error":"`), `"`)
		answer := &oauth2.RetrieveError{
			Response: &http.Response{Status: "400 Bad Request"}, Body: []byte(c.body), ErrorCode: code,
		}
		if _, after, ok := strings.Cut(c.body, `"error_description":"`); ok {
			answer.ErrorDescription, _, _ = strings.Cut(after, `"`)
		}
		err := oauth.Refusal("drive", oauth.Service{Name: "google"}, answer)
		hint := oauth.Hint(err, "Google")
		if !errors.Is(err, c.kind) || !strings.Contains(hint, c.says) || c.not != "" && strings.Contains(hint, c.not) {
			t.Errorf("%s:\n%v\nhint: %s", c.body, err, hint)
		}
	}
}
