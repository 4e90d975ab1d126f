package policyfile

import (
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/schedule"
	"github.com/sweepd/sweepd/policy"
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
func running(t testing.TB, keys string) *policy.Policy {
	t.Helper()
	return parse(t, withRules("  - {name: mine, when: {confidence: proven}, do: trash, grace: 7d}\n")+keys)
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
