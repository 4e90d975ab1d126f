package googleaccount_test

import (
	"testing"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
)

// For any body, a status keeps its meaning if that matters for safety: a change that may have been made is never
// reported as certainly not made, and a failure is never passed on as an answer.
func FuzzClassify(f *testing.F) {
	for _, body := range []string{
		"", "<html>", old(403, "userRateLimitExceeded"), old(503, "rateLimitExceeded"),
		`{"error":{"details":[{"reason":"X"}],"status":"Y"}}`, `{"error":"x"}`, `{"error":{"errors":null}}`,
	} {
		for _, status := range []int{400, 401, 403, 404, 429, 500, 503} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 400 || status > 599 {
			return
		}
		m := googleaccount.Classify(cloudhttp.Answer{Status: status, Body: body})
		if m.Kind == cloudhttp.Pass {
			t.Errorf("%d %q passes", status, body)
		}
		if (status >= 500) != (m.Kind == cloudhttp.Unavailable) && status != 408 {
			t.Errorf("%d %q is %q", status, body, m.Kind)
		}
		if m.Kind == cloudhttp.Missing && status != 404 {
			t.Errorf("%d %q is missing", status, body)
		}
	})
}
