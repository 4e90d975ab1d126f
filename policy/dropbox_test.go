package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// day0 is the time when the pictures were made.
var day0 = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// withDropbox returns a policy for a Dropbox alone.
func withDropbox(keys, more string) string {
	return "version: 1\nstorages:\n  box: {type: dropbox, app_key: abcd1234efgh567" + keys +
		"}\nrules: [{name: mine, when: {confidence: proven}, do: trash}]\n" + more
}

func TestADropboxIsSweptWholeUnlessRootsAreNamed(t *testing.T) {
	p := parse(t, withDropbox(", account: mia@example.com", ""))
	st := p.Storages["box"]
	if want := `all of Dropbox, of the account "mia@example.com", by the app "abcd1234efgh567"`; st.String() != want ||
		!st.Remote() {
		t.Errorf("got %s, want %s", st, want)
	}
	p = parse(t, withDropbox(`, roots: [/AI], member: "dbmid:AAB-c_d", team_space: true`, ""))
	if st := p.Storages["box"]; !st.Purges() || !st.TeamSpace || st.Roots[0] != "/AI" {
		t.Errorf("got %+v", st)
	}
}

// Only a team's app can delete for good. Access to purge is requested for no other app, and the notes explain this.
func TestWhoAsksADropboxToPurgeIsTold(t *testing.T) {
	for _, c := range []struct {
		keys, more string
		access     policy.Access
		caution    string
	}{
		{"", "", policy.AccessTrash, ""},
		{", purge: off", "trash: {ours: 7d}", policy.AccessTrash, ""},
		{`, member: "dbmid:AAB", purge: off`, "trash: {ours: 60d}", policy.AccessTrash, ""},
		{`, member: "dbmid:AAB"`, "trash: {ours: 7d}", policy.AccessPurge, ""},
		{`, member: "dbmid:AAB"`, "trash: {ours: 60d}", policy.AccessPurge, "only 30 days"},
	} {
		p := parse(t, withDropbox(c.keys, c.more))
		if got := p.Access("box"); got != c.access {
			t.Errorf("%s %s: got %s, want %s", c.keys, c.more, got, c.access)
		}
		got := strings.Join(language.English(p.Cautions()), "\n")
		if (got == "") != (c.caution == "") || !strings.Contains(got, c.caution) {
			t.Errorf("%s %s: got %q, want %q", c.keys, c.more, got, c.caution)
		}
	}
	notes := strings.Join(language.English(parse(t, withDropbox("", "")).Notes()), "\n")
	for _, want := range []string{
		"30, 180 or 365 days", "https://www.dropbox.com/deleted_files", "does not report shared links",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q:\n%s", want, notes)
		}
	}
}

// Dropbox may show a folder in another case than its owner wrote, and does not report a change of case only: "/Keep"
// and "/keep" are one folder.
func TestInDropboxTheCaseOfLettersDoesNotCount(t *testing.T) {
	rules := `rules:
  - {name: keepers, when: {any: [{path: "**/Keep/**"}, {name: "*.KEEP.png"}]}, do: keep}
  - {name: mine, when: {confidence: proven}, do: trash}
settle: 0
`
	p := parse(t,
		"version: 1\nstorages:\n  box: {type: dropbox, app_key: abcd1234efgh567, exclude: [\"Old/**\"]}\n"+
			"  home: {type: local, roots: [/home/mia/AI], exclude: [\"Old/**\"]}\n"+rules)
	for _, c := range []struct {
		storage, path string
		want          policy.Action
	}{
		{"box", "/keep/a.png", policy.Keep},
		{"box", "/KEEP/a.png", policy.Keep},
		{"box", "/a.keep.PNG", policy.Keep},
		{"box", "/kept/a.png", policy.Trash},
		{"home", "/home/mia/AI/Keep/a.png", policy.Keep},
		{"home", "/home/mia/AI/keep/a.png", policy.Trash},
	} {
		f := policy.Facts{
			Storage: c.storage,
			Entry:   providers.Entry{Path: c.path, Modified: day0},
			Verdict: fingerprint.Verdict{Confidence: fingerprint.Proven},
		}
		if got := p.Decide(f, day0.AddDate(0, 1, 0)); got.Action != c.want {
			t.Errorf("%s:%s: got %s, want %s", c.storage, c.path, got.Action, c.want)
		}
	}
	if !p.Storages["box"].Excludes("old/a.png") || p.Storages["home"].Excludes("old/a.png") {
		t.Error("an exclusion does not hold in Dropbox, or in letters of another case on a disk")
	}
}
