package app

import (
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// A service that was started before an upgrade may have hashed its policy in another way.
func TestAServiceWithAnotherHashIsNamedWithItsPossibleAge(t *testing.T) {
	p := policyfile.Default([]string{"/srv/a"})
	service := &status.Daemon{Mode: "report", PolicyFile: "/etc/policy.yaml", Policy: p.Hash()}
	if got := Differs(service, "/etc/policy.yaml", p); !got.IsZero() {
		t.Errorf("the same policy: got %q", got)
	}
	service.Policy = strings.Repeat("0", 64)
	if got := Differs(service, "/etc/policy.yaml", p); !strings.Contains(got.String(), "another policy") ||
		!strings.Contains(got.String(), "must be restarted") || !strings.Contains(got.String(), "/etc/policy.yaml") {
		t.Errorf("another hash: got %q", got)
	}
}
