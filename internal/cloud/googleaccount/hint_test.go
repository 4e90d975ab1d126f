package googleaccount_test

import (
	"fmt"
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
)

func TestEachRefusalOfTheAPIHasItsOwnHint(t *testing.T) {
	hints := map[string]string{}
	for _, reason := range []string{
		"SERVICE_DISABLED", "BILLING_DISABLED", "CONSUMER_SUSPENDED", "user_suspended", "admin_policy_enforced",
		"domainPolicy", "insufficientPermissions",
	} {
		body := fmt.Sprintf(
			`{"error":{"code":403,"message":"m","errors":[{"reason":"forbidden"}],"status":"PERMISSION_DENIED",`+
				`"details":[{"reason":%q}]}}`,
			reason,
		)
		m := googleaccount.Classify(cloudhttp.Answer{Status: 403, Body: []byte(body)})
		hint := googleaccount.Hint(fmt.Errorf("list: %w",
			&cloudhttp.Error{Kind: m.Kind, Status: 403, Reason: m.Reason}))
		if hint == "" || hints[hint] != "" {
			t.Errorf("%s has the hint %q, which is that of %q", reason, hint, hints[hint])
		}
		hints[hint] = reason
	}
}
