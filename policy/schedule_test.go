package policy

import (
	"reflect"
	"strings"
	"testing"

	"sweepd/internal/schedule"
)

func due(t testing.TB, text string) schedule.Spec {
	t.Helper()
	s, err := schedule.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// running returns a policy with some more keys.
func running(t testing.TB, keys string) *Policy {
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
	if n := reflect.TypeFor[Schedule]().NumField(); n != 7 {
		t.Errorf("a schedule has %d fields; this test changes 7", n)
	}
}

// TestTheHashIsAsItWas checks that plans saved by an earlier sweepd remain valid. The hash is of English: new words for
// a decision give new hashes, and saved plans have to be made again.
func TestTheHashIsAsItWas(t *testing.T) {
	const want = "6e4d7b75153856f64220591ef677ac21795f9421be9828b2e096b0d497f77960"
	if got := Default([]string{"/home/mia/Downloads"}).Hash(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestADigestHasWordsForItsTimes(t *testing.T) {
	for text, want := range map[string]schedule.Spec{
		"daily": due(t, "daily 09:00"), "weekly": due(t, "0 9 * * 1"), "off": {},
		"monthly 1 08:00": due(t, "0 8 1 * *"), "daily 18:00": due(t, "daily 18:00"),
	} {
		if got := running(t, "schedule: {digest: "+text+"}").Schedule.Digest; got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestCronStandsInAPolicyAsItDoesInACrontab(t *testing.T) {
	for _, text := range []string{`"*/15 8-18 * * mon-fri"`, "'*/15 8-18 * * 1-5'", "0,15,30,45 8-18 * * 1-5"} {
		if got, want := running(t, "schedule:\n  sweep: "+text+"\n").Schedule.Sweep,
			due(t, "*/15 8-18 * * 1-5"); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

// TestAnAddressIsNotRepeated checks that an address written into a policy by mistake is in no message, and so in no
// log.
func TestAnAddressIsNotRepeated(t *testing.T) {
	for _, keys := range []string{
		`notify: [{to: "slack://SECRET@hook"}]`,
		"notify: [{to: slack://SECRET@hook, on: [x], nmes: show}]",
		"notify: slack://SECRET@hook",
		"notify: [slack://SECRET@hook]",
		"notify: [{slack://SECRET@hook: 5}]",
		"notify: [{to: desktop, on: slack://SECRET@hook}]",
		"notify: [{to: desktop, names: slack://SECRET@hook}]",
		"notify: [{to: slack://SECRET@hook",
		"colour: smtp://SECRET:SECRET@host/?a=SECRET",
		"mode: " + strings.Repeat("x", 90) + "slack://SECRET@hook",
	} {
		_, err := Parse("policy.yaml", []byte(withRules("  - {name: k, do: keep}\n")+keys), ParseOptions{Home: home})
		if err == nil {
			t.Errorf("%s: got a policy", keys)
		} else if strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: got\n%v", keys, err)
		}
	}
}
