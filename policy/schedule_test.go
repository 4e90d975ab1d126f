package policy_test

import (
	"reflect"
	"testing"

	"github.com/sweepd/sweepd/policy"
)

// running returns a policy with some more keys.
func running(t testing.TB, keys string) *policy.Policy {
	t.Helper()
	return parse(t, withRules("  - {name: mine, when: {confidence: proven}, do: trash, grace: 7d}\n")+keys)
}

// TestWhenItRunsIsSaidAndIsNoPartOfTheHash checks that String shows the schedule and Hash ignores it. Otherwise
// another hour of the sweep would invalidate plans.
func TestWhenItRunsIsSaidAndIsNoPartOfTheHash(t *testing.T) {
	base := running(t, "")
	said := map[string]string{base.String(): "nothing"}
	for _, keys := range []string{
		"mode: enforce",
		"reload: manual",
		"schedule: {sweep: daily 04:00}",
		"schedule: {sweep: hourly}",
		"schedule: {on_change: true}",
		"schedule: {rescan: 7h}",
		"schedule: {zone: Europe/Berlin}",
		"schedule: {zone: UTC}",
		"schedule: {jitter: 1s}",
		"schedule: {quiet: 22:00-07:00}",
		"schedule: {quiet: 22:00-07:01}",
		"schedule: {digest: daily}",
		"schedule: {digest: weekly}",
		"notify: [{to: desktop}]",
		"notify: [{to: desktops}]",
		"notify: [{to: /desktop}]",
		"notify: [{to: desktop}, {to: file}]",
		"notify: [{to: desktop, on: held}]",
		"notify: [{to: desktop, on: [held, failed]}]",
		"notify: [{to: desktop, names: show}]",
	} {
		p := running(t, keys)
		if twin, known := said[p.String()]; known {
			t.Errorf("%s reads as %s does", keys, twin)
		}
		said[p.String()] = keys
		if p.Hash() != base.Hash() {
			t.Errorf("%s: got another hash", keys)
		}
	}
	for _, keys := range []string{
		"mode: report", "reload: automatic",
		"schedule: {sweep: 0 3 * * *, on_change: false, rescan: 360m, jitter: 0, digest: off}",
		"schedule: {jitter: 0s}",
	} {
		if p := running(t, keys); p.String() != base.String() {
			t.Errorf("%s: got %s\nwant what is so without it", keys, p)
		}
	}
	if n := reflect.TypeFor[policy.Schedule]().NumField(); n != 7 {
		t.Errorf("a schedule has %d fields; this test changes 7", n)
	}
}
