package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// withDrive returns a policy for a disk and an account, with these rules.
func withDrive(drive, rules, more string) string {
	return "version: 1\nstorages:\n  home: {type: local, roots: [~/Downloads]}\n" +
		"  drive: {type: gdrive, client: ~/client.json" + drive + "}\nrules: [" + rules + "]\n" + more
}

func TestAPolicyNeedsTheLeastAccessThatCarriesItOut(t *testing.T) {
	const (
		keep   = "{name: a, do: keep}"
		trash  = "{name: b, when: {confidence: proven}, do: trash}"
		review = "{name: c, do: review}"
		home   = "{name: d, when: {confidence: proven, storage: home}, do: trash}"
	)
	for _, c := range []struct {
		rules, more string
		want        policy.Access
	}{
		{keep, "", policy.AccessScan},
		{home, "", policy.AccessScan},
		{trash, "", policy.AccessTrash},
		{review, "", policy.AccessTrash},
		{home + ", " + trash, "", policy.AccessTrash},
		{keep, "trash: {ours: 30d}", policy.AccessPurge},
		{trash, "trash: {matching: 30d}", policy.AccessPurge},
		{trash, "trash: {everything: 30d}", policy.AccessPurge},
		{trash, "trash: {ours: off}", policy.AccessTrash},
	} {
		p := parse(t, withDrive("", c.rules, c.more))
		if got := p.Access("drive"); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.rules, c.more, got, c.want)
		}
		if got := p.Access("other"); got != policy.AccessScan {
			t.Errorf("a storage that is not there: got %s", got)
		}
	}
}

func TestFoldersMatterOnlyWhereSomethingAsksForThem(t *testing.T) {
	const keep = "{name: a, do: keep}"
	for _, c := range []struct {
		drive, rules string
		want         bool
	}{
		{"", keep, false},
		{", roots: [/]", keep, false},
		{", roots: [/Pictures]", keep, true},
		{`, exclude: ["old/**"]`, keep, true},
		{"", `{name: b, when: {path: "**/keep/**"}, do: keep}`, true},
		{"", `{name: b, when: {not: {any: [{name: x}, {all: [{path: "/a"}]}]}}, do: keep}`, true},
		{"", `{name: b, when: {storage: home, path: "**/keep/**"}, do: keep}`, false},
		{"", `{name: b, when: {storage: [home, drive], path: "**/keep/**"}, do: keep}`, true},
		{"", `{name: b, when: {name: "keep*"}, do: keep}`, false},
	} {
		if got := parse(t, withDrive(c.drive, c.rules, "")).Paths("drive"); got != c.want {
			t.Errorf("%s %s: got %v, want %v", c.drive, c.rules, got, c.want)
		}
	}
}

func TestAPolicySaysWhatItsStoragesCannotDo(t *testing.T) {
	const rule = "{name: a, when: {confidence: proven}, do: trash}"
	notes := func(drive, more string) string {
		return strings.Join(language.English(parse(t, withDrive(drive, rule, more)).Notes()), "\n")
	}
	if got := notes("", ""); !strings.Contains(got, "drive: Drive deletes trashed files permanently after 30 days") ||
		strings.Contains(got, "first saw") || strings.Contains(got, "home:") {
		t.Errorf("got %s", got)
	}
	for more, want := range map[string]string{
		"trash: {matching: 7d}":   "first saw them in the trash",
		"trash: {everything: 7d}": `never uses Drive's "empty trash"`,
	} {
		if got := notes("", more); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %q in it", more, got, want)
		}
	}
	if got := notes(", shared_drives: [Team]", ""); !strings.Contains(got, "a shared drive belong to all its members") {
		t.Errorf("got %s", got)
	}
	if got := policyfile.Default(nil).Notes(); len(got) != 0 {
		t.Errorf("a disk alone: got %q", got)
	}
}

func TestWhatAStorageNeverLetsHappenIsACaution(t *testing.T) {
	const keep = "{name: a, do: keep}"
	for _, c := range []struct {
		rules, more string
		want        []string
	}{
		{keep, "trash: {ours: 29d, matching: 1d}", nil},
		{keep, "trash: {ours: 30d, everything: 5w}", []string{"{ours} of 30 days", "{everything} of 35 days"}},
		{"{name: b, when: {starred: true}, do: keep}", "", []string{`rule "b"`}},
		{"{name: b, when: {storage: drive, starred: true}, do: keep}", "", nil},
		{
			"{name: b, when: {confidence: proven, not: {camera: '*'}}, do: trash}", "",
			[]string{"in doubt it trashes no file there"},
		},
		{
			"{name: b, when: {any: [{property: 'a=*'}]}, do: review}", "",
			[]string{"in doubt it has a person review every file there"},
		},
	} {
		got := language.English(parse(t, withDrive("", c.rules, c.more)).Cautions())
		if !slices.EqualFunc(got, c.want, strings.Contains) {
			t.Errorf("%s %s: got %q, want %q", c.rules, c.more, got, c.want)
		}
	}
}
