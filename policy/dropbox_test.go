package policy

import (
	"strings"
	"testing"
)

// withDropbox is a policy for a Dropbox alone.
func withDropbox(keys, more string) string {
	return "version: 1\nstorages:\n  box: {type: dropbox, app_key: abcd1234efgh567" + keys + "}\nrules: [{name: mine, when: {confidence: proven}, do: trash}]\n" + more
}

func TestADropboxIsSweptWholeUnlessRootsAreNamed(t *testing.T) {
	p := parse(t, withDropbox(", account: mia@example.com", ""))
	st := p.Storages["box"]
	if want := `all of Dropbox, of the account "mia@example.com", by the app "abcd1234efgh567"`; st.String() != want || !st.Far() {
		t.Errorf("got %s, want %s", st, want)
	}
	p = parse(t, withDropbox(`, roots: [/AI], member: "dbmid:AAB-c_d", team_space: true`, ""))
	if st := p.Storages["box"]; !st.Purges() || !st.TeamSpace || st.Roots[0] != "/AI" {
		t.Errorf("got %+v", st)
	}
}

// Only a team's app can delete for good: of any other no such right is asked, and
// the policy's writer is told.
func TestWhoAsksADropboxToPurgeIsTold(t *testing.T) {
	for _, c := range []struct {
		keys, more string
		access     Access
		caution    string
	}{
		{"", "", AccessTrash, ""},
		{"", "trash: {ours: 7d}", AccessTrash, "nothing there can be deleted for good but by an app that a team has linked"},
		{`, member: "dbmid:AAB"`, "trash: {ours: 7d}", AccessPurge, ""},
		{`, member: "dbmid:AAB"`, "trash: {ours: 60d}", AccessPurge, "only 30 days"},
	} {
		p := parse(t, withDropbox(c.keys, c.more))
		if got := p.Access("box"); got != c.access {
			t.Errorf("%s %s: got %s, want %s", c.keys, c.more, got, c.access)
		}
		got := strings.Join(p.Cautions(), "\n")
		if (got == "") != (c.caution == "") || !strings.Contains(got, c.caution) {
			t.Errorf("%s %s: got %q, want %q", c.keys, c.more, got, c.caution)
		}
	}
	notes := strings.Join(parse(t, withDropbox("", "")).Notes(), "\n")
	for _, want := range []string{"30, 180 or 365 days", "https://www.dropbox.com/deleted_files", "a link that others can open"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q:\n%s", want, notes)
		}
	}
}
