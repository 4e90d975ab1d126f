package policyfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/schedule"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

func TestWhatIsAbsentIsCareful(t *testing.T) {
	p := parse(t, withRules("  - {name: mine, when: {confidence: proven}, do: trash}"))
	if want := (policy.Limits{
		Files: 500, Bytes: 5_000_000_000, Share: 0.5, Window: 24 * time.Hour, Surge: 10,
	}); p.Limits != want {
		t.Errorf("got %+v, want %+v", p.Limits, want)
	}
	if !slices.Equal(p.Protect, providers.AllGuards()) || p.LastCopy || p.ConfirmAfter != 0 {
		t.Errorf("got %q, last copy %t, confirmed after %v, want all guards and nothing else", p.Protect,
			p.LastCopy, p.ConfirmAfter)
	}
	if p.Trash != (policy.TrashAges{}) {
		t.Errorf("got %+v, want nothing purged", p.Trash)
	}
	if p.Settle != 10*time.Minute {
		t.Errorf("got %v, want 10m", p.Settle)
	}
	if want := (policy.Schedule{Sweep: due(t, "daily 03:00"), Rescan: 6 * time.Hour}); p.Schedule != want ||
		p.Mode != policy.Report || p.Notify != nil {
		t.Errorf("got %v, %v and %v, want a report every night and nobody told", p.Schedule, p.Mode, p.Notify)
	}
	if s := p.Storages["home"]; s.CrossMounts || s.AllowBroadRoot || len(s.Exclude) > 0 {
		t.Errorf("got %+v, want no mounts crossed and no broad root", s)
	}
}

func TestWhatIsWrittenIsKept(t *testing.T) {
	p := parse(t, `
version: 1
storages:
  home: {type: local, roots: [~/Downloads/, /srv/a b], exclude: ["old/**"], cross_mounts: true}
  all: {type: local, roots: [/mnt], allow_broad_root: true}
rules:
  - {name: mine, when: {confidence: proven}, do: trash, grace: 1w2d3h4m}
trash: {ours: 30d, matching: off, everything: 2w}
limits: {files: 7, bytes: 1.5 MiB, share: 12.5%, window: 2w, surge: off}
settle: 90m
confirm_after: 36h
protect: {open: keep, git: off, mentioned: off, tagged: keep, last_copy: keep}
mode: enforce
schedule: {sweep: 0 3 * * 1-5, on_change: true, rescan: 90m, zone: Europe/Berlin, jitter: 10m,
  quiet: 22:00-07:00, digest: weekly}
notify:
  - {to: desktop}
  - {to: ~/.config/sweepd/../notify, on: [digest, failed], names: show}
  - to: sweepd.ntfy-2
    on: held
    names: hide
`)
	want := &policy.Policy{
		Storages: map[string]policy.Storage{
			"home": {
				Type:        "local",
				Roots:       []string{"/home/mia/Downloads", "/srv/a b"},
				Exclude:     []string{"old/**"},
				CrossMounts: true,
			},
			"all": {Type: "local", Roots: []string{"/mnt"}, AllowBroadRoot: true},
		},
		Trash:  policy.TrashAges{Ours: 30 * 24 * time.Hour, Everything: 14 * 24 * time.Hour},
		Limits: policy.Limits{Files: 7, Bytes: 1_572_864, Share: 0.125, Window: 14 * 24 * time.Hour},
		Settle: 90 * time.Minute,

		ConfirmAfter: 36 * time.Hour,
		Protect: []providers.Guard{
			providers.GuardOpen, providers.GuardPartial, providers.GuardPlaceholder, providers.GuardHardLinked,
			providers.GuardOtherOwner, providers.GuardLibrary, providers.GuardTagged, providers.GuardShared,
			providers.GuardLocked,
		},
		LastCopy: true,

		Mode: policy.Enforce,
		Schedule: policy.Schedule{
			Sweep: due(t, "0 3 * * 1-5"), OnChange: true, Rescan: 90 * time.Minute, Zone: p.Schedule.Zone,
			Jitter: 10 * time.Minute, Quiet: p.Schedule.Quiet, Digest: due(t, "weekly mon 09:00"),
		},
		Notify: []policy.Notify{
			{
				To: "desktop",
				On: []policy.Event{policy.EventSummary, policy.EventHeld, policy.EventGrant, policy.EventFailed},
			},
			{To: "/home/mia/.config/notify", On: []policy.Event{policy.EventDigest, policy.EventFailed}, Names: true},
			{To: "sweepd.ntfy-2", On: []policy.Event{policy.EventHeld}},
		},
	}
	if in, quiet := p.Schedule.Zone, p.Schedule.Quiet; in == nil || in.String() != "Europe/Berlin" ||
		quiet.String() != "from 22:00 to 07:00" {
		t.Errorf("got %v in %v, want the night in Berlin", quiet, in)
	}
	rules := p.Rules
	p.Rules = nil
	if diff := cmp.Diff(want, p,
		cmpopts.EquateComparable(schedule.Spec{}, schedule.Window{}, &time.Location{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if r := rules[0]; r.Name != "mine" || r.Do != policy.Trash || r.Grace != (9*24+3)*time.Hour+4*time.Minute {
		t.Errorf("got %+v", r)
	}
}

func TestAnAccountIsSweptFromItsTopUnlessRootsNameFolders(t *testing.T) {
	p := parse(t, `
version: 1
storages:
  drive: {type: gdrive, client: ~/.config/sweepd/client.json}
  mine: {type: gdrive, client: /etc/sweepd/client.json, account: mia@example.com, roots: [/Pictures/AI/, "/a b"],
    exclude: ["old/**"], shared_drives: [Team, 0ABcd]}
  work: {type: gdrive, service_account: ~/key.json, impersonate: mia@example.org}
rules: [{name: k, do: keep}]
`)
	want := map[string]policy.Storage{
		"drive": {Type: policy.GDrive, Roots: []string{"/"}, Client: "/home/mia/.config/sweepd/client.json"},
		"mine": {
			Type:         policy.GDrive,
			Roots:        []string{"/Pictures/AI", "/a b"},
			Exclude:      []string{"old/**"},
			Client:       "/etc/sweepd/client.json",
			Account:      "mia@example.com",
			SharedDrives: []string{"Team", "0ABcd"},
		},
		"work": {
			Type:           policy.GDrive,
			Roots:          []string{"/"},
			ServiceAccount: "/home/mia/key.json",
			Impersonate:    "mia@example.org",
		},
	}
	if diff := cmp.Diff(want, p.Storages); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTwoAccountsMayHaveTheSameFolders(t *testing.T) {
	const client = "type: gdrive, client: ~/c.json"
	parse(t,
		"version: 1\nstorages:\n  a: {"+client+"}\n  b: {"+client+
			", account: mia@example.com}\n  c: {"+client+
			", account: ann@example.com}\n  d: {type: local, roots: [/srv/pictures]}\nrules: [{name: k, do: keep}]")
}

func TestEveryKeyOfAStorageIsOfAType(t *testing.T) {
	all := keysOf(fieldsOf(reflect.TypeFor[storageForm]()))
	taken := map[string]bool{"type": true}
	for _, k := range storageKinds {
		for _, key := range k.keys {
			taken[key] = true
			if !slices.Contains(all, key) {
				t.Errorf("%s takes %s, which is no key", k.of, key)
			}
		}
	}
	for _, key := range all {
		if !taken[key] {
			t.Errorf("no type takes %s", key)
		}
		if stray := slices.ContainsFunc(storageKinds, func(k storageKeys) bool {
			return key != "type" && !slices.Contains(k.keys, key)
		}); stray && strayHints[key] == "" {
			t.Errorf("nothing says why %s is not for every type", key)
		}
	}
}

func TestEveryGuardHasItsKey(t *testing.T) {
	var want []string
	for _, g := range providers.AllGuards() {
		want = append(want, string(g))
		if g == providers.GuardOpen || g == providers.GuardLocked {
			continue // these are never off
		}
		p := parse(t, withRules("  - {name: k, do: keep}\n")+"protect: {"+string(g)+": off}")
		left := slices.DeleteFunc(providers.AllGuards(), func(other providers.Guard) bool { return other == g })
		if !slices.Equal(p.Protect, left) {
			t.Errorf("%s: off: got %q, want %q", g, p.Protect, left)
		}
		_, rest, _ := strings.Cut(p.String(), "Does not protect: ")
		line, _, _ := strings.Cut(rest, ".\n")
		off := strings.Split(line, "; ")
		if len(off) != 2 || off[0] == string(g) {
			t.Errorf("%s: off: got %q, want words for it and for the last copy", g, off)
		}
	}
	if got := keysOf(fieldsOf(reflect.TypeFor[protectForm]())); !slices.Equal(got, append(want, "last_copy")) {
		t.Errorf("got the keys %q, want those of all guards and last_copy", got)
	}
}

func TestHomeIsAFolderNotAPattern(t *testing.T) {
	src := withRules(`  - {name: k, when: {path: "~/keep/*"}, do: keep}`)
	p, err := Parse("policy.yaml", []byte(src), ParseOptions{Home: "/home/[m]{i,a}*"})
	if err != nil {
		t.Fatal(err)
	}
	f := aFile()
	for path, rule := range map[string]string{"/home/[m]{i,a}*/keep/a.png": "k", "/home/mi/keep/a.png": ""} {
		f.Entry.Path = path
		if d := p.Decide(f, now); d.Rule != rule {
			t.Errorf("%s: got %+v, want rule %q", path, d, rule)
		}
	}
}

func TestWithoutAHomeTheTildeIsRefused(t *testing.T) {
	for _, o := range []ParseOptions{{}, {Home: "mia"}} {
		_, err := Parse("policy.yaml", []byte(withRules("  - {name: k, do: keep}")), o)
		if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Message, "the home directory is unknown") {
			t.Errorf("home %q: got %v", o.Home, err)
		}
	}
}

func TestAHugeFileIsRefusedUnread(t *testing.T) {
	_, err := Parse("policy.yaml", []byte(strings.Repeat("#\n", 40<<10)), ParseOptions{})
	if err == nil || err.Error() != "policy.yaml:1:1: the policy is larger than 64 KiB\n    1 | \n      | ^" {
		t.Errorf("got %v", err)
	}
}

func TestAMistakeInEveryLineIsToldTenTimes(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "key%d: 1\n", i)
	}
	_, err := Parse("policy.yaml", []byte(b.String()), ParseOptions{})
	if err == nil || strings.Count(err.Error(), "policy.yaml:") != shown ||
		!strings.HasSuffix(err.Error(), "\nand 2993 mistakes more") {
		t.Errorf("got %v", err)
	}
}

func TestAByteOrderMarkIsNoMistake(t *testing.T) {
	parse(t, "\ufeff"+withRules("  - {name: k, do: keep}"))
	parse(t, strings.ReplaceAll(withRules("  - {name: k, do: keep}\n"), "\n", "\r\n"))
}

func TestQuantitiesAreReadExactlyOrNotAtAll(t *testing.T) {
	read := func(s scalar, text string, k kind) error { return s.read(yamlScalar{text, k}, ParseOptions{}) }
	for text, want := range map[string]time.Duration{
		"1m":                      time.Minute,
		"12h":                     12 * time.Hour,
		"30d":                     720 * time.Hour,
		"2w":                      336 * time.Hour,
		"1d12h":                   36 * time.Hour,
		"0w1m":                    time.Minute,
		"999w9999d99999h9999999m": ((999*7+9999)*24+99999)*time.Hour + 9999999*time.Minute,
	} {
		var d duration
		if err := read(&d, text, aText); err != nil || time.Duration(d) != want {
			t.Errorf("%q: got %v, %v, want %v", text, time.Duration(d), err, want)
		}
	}
	for _, text := range []string{
		"", "30", "-30d", "+30d", "1.5d", "12h1d", "1d1d", "30 d", "30D", "1M", "1y", "1.5s", "0m", "9999w", "10000d",
		"٣d", "30d\n",
	} {
		var d duration
		if err := read(&d, text, aText); err == nil {
			t.Errorf("duration %q: got %v, want an error", text, d)
		}
	}
	for text, want := range map[string]time.Duration{
		"0":   0,
		"0s":  0,
		"10s": 10 * time.Second,
		"10m": 10 * time.Minute,
	} {
		var q quiet
		if err := read(&q, text, aText); err != nil || time.Duration(q) != want {
			t.Errorf("settle %q: got %v, %v, want %v", text, time.Duration(q), err, want)
		}
	}
	for text, want := range map[string]size{
		"1B": 1, "500 kB": 500_000, "5GB": 5_000_000_000, "500 MiB": 524_288_000, "1.5 KiB": 1536, "2TB": 2e12,
	} {
		var s size
		if err := read(&s, text, aText); err != nil || s != want {
			t.Errorf("%q: got %d, %v, want %d", text, int64(s), err, want)
		}
	}
	for _, text := range []string{
		"", "5", "0B", "-5MB", "5 m", "5,5MB", "1e3MB", "MB", "5GBs", "999999999999999TB", "0.1B",
	} {
		var s size
		if err := read(&s, text, aText); err == nil {
			t.Errorf("size %q: got %d, want an error", text, int64(s))
		}
	}
	for text, want := range map[string]percent{"50%": 0.5, "100%": 1, "0.5%": 0.005, "29%": 0.29} {
		var p percent
		if err := read(&p, text, aText); err != nil || p != want {
			t.Errorf("%q: got %v, %v, want %v", text, p, err, want)
		}
	}
	for _, text := range []string{"", "%", "0%", "101%", "-1%", "50", "0.5", "NaN%", "1e1%", "50 %"} {
		var p percent
		if err := read(&p, text, aText); err == nil {
			t.Errorf("share %q: got %v, want an error", text, p)
		}
	}
	for text, want := range map[string]time.Duration{"1h": time.Hour, "60m": time.Hour, "31d": 31 * 24 * time.Hour} {
		var d window
		if err := read(&d, text, aText); err != nil || time.Duration(d) != want {
			t.Errorf("window %q: got %v, %v, want %v", text, time.Duration(d), err, want)
		}
	}
	for _, text := range []string{"", "off", "0", "59m59s", "31d1s", "5w"} {
		var d window
		if err := read(&d, text, aText); err == nil {
			t.Errorf("window %q: got %v, want an error", text, time.Duration(d))
		}
	}
	for text, want := range map[string]time.Duration{"off": 0, "1d": 24 * time.Hour, "24h": 24 * time.Hour} {
		var a binAge
		if err := read(&a, text, aText); err != nil || time.Duration(a) != want {
			t.Errorf("everything %q: got %v, %v, want %v", text, time.Duration(a), err, want)
		}
	}
	for text, want := range map[string]surge{"2": 2, "1000": 1000} {
		var s surge
		if err := read(&s, text, aNumber); err != nil || s != want {
			t.Errorf("surge %q: got %v, %v, want %v", text, s, err, want)
		}
	}
	for _, text := range []string{"0", "1", "1001", "-2", "2.5", "0x2", "1e2", "99999", "+5", "05"} {
		var s surge
		if err := read(&s, text, aNumber); err == nil {
			t.Errorf("surge %q: got %v, want an error", text, s)
		}
	}
	for _, text := range []string{"0", "-1", "010", "0x10", "1_000", "1.0", "1e3", "9999999999"} {
		var n number
		if err := read(&n, text, aNumber); err == nil {
			t.Errorf("number %q: got %v, want an error", text, n)
		}
	}
}

func TestAComparisonIsReadWithItsSign(t *testing.T) {
	for text, want := range map[string]policy.Pixels{
		"10":   {N: 10},
		">=10": {Op: ">=", N: 10},
		"<=10": {Op: "<=", N: 10},
		">10":  {Op: ">", N: 10},
		"< 10": {Op: "<", N: 10},
	} {
		var c comparison
		k := aText
		if text == "10" {
			k = aNumber
		}
		if err := c.read(yamlScalar{text, k}, ParseOptions{}); err != nil || policy.Pixels(c) != want {
			t.Errorf("%q: got %+v, %v, want %+v", text, c, err, want)
		}
	}
}

func TestAMistypedWordIsRecognised(t *testing.T) {
	for word, want := range map[string]string{
		"provn": "proven", "Proven": "proven", "prooven": "proven", "likly": "likely", "sure": "", "x": "", "": "",
	} {
		if got := meant(word, levels.words); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestAnExcerptPointsAtItsColumnInAnyLine(t *testing.T) {
	for _, c := range []struct {
		line   string
		column int
		under  string
	}{
		{"abc", 2, "b"},
		{"äöü: x", 6, "x"},
		{"\tabc", 3, "b"},
		{strings.Repeat("x", 300) + "!" + strings.Repeat("x", 300), 301, "!"},
	} {
		got := excerpt("one\n"+c.line, 2, c.column)
		lines := strings.Split(got, "\n")
		at := len([]rune(lines[1])) - 1
		if len(lines) != 2 || string([]rune(lines[0])[at]) != c.under {
			t.Errorf("got\n%s\nwant the caret under %q", got, c.under)
		}
	}
	if got := excerpt("one", 7, 1); got != "" {
		t.Errorf("got %q for a line that is not there", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, src := range goldenPolicies(f) {
		f.Add(src)
	}
	for _, pattern := range []string{"testdata/bad/*.yaml", "../../deploy/examples/*.yaml"} {
		for _, src := range read(f, pattern) {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := Parse("fuzz.yaml", src, ParseOptions{Home: home})
		if (p == nil) == (err == nil) {
			t.Fatalf("got %v and %v", p, err)
		}
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || e.Line < 1 || e.Column < 1 || e.Message == "" {
				t.Fatalf("got %#v, want an *Error with a place", err)
			}
			return
		}
		again, err := Parse("again.yaml", src, ParseOptions{Home: home})
		if err != nil || p.String() == "" || p.Hash() != again.Hash() {
			t.Fatalf("got %v and %v, want the same twice", p, err)
		}
		none := aFile()
		none.Verdict.Confidence = 0
		for _, file := range []policy.Facts{{}, none, aFile()} {
			d := p.Decide(file, now)
			if len(d.Reasons) == 0 || len(p.Explain(file, now)) != len(p.Rules) {
				t.Fatalf("got %+v without reasons", d)
			}
			if file.Verdict.Confidence == 0 && d.Action != policy.Keep {
				t.Fatalf("got %+v, want keep", d)
			}
		}
	})
}

func read(t testing.TB, pattern string) (all [][]byte) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: got %d files, %v", pattern, len(files), err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, src)
	}
	return all
}

// Only a tab inside a text without quotes is refused: the parser drops it.
func TestATabIsKeptOrRefused(t *testing.T) {
	const head = "version: 1\nrules: [{name: mine, when: {confidence: likely}, do: trash}]\n" +
		"storages:\n  home:\n    type: local\n    roots: [~/Downloads]\n    "
	for text, want := range map[string]string{
		"exclude: [ab/**]\n# a\tcomment\n": "ab/**",
		"exclude: ['a\tb/**']\n":           "a\tb/**",
		"exclude: [\"a\\tb/**\"]\n":        "a\tb/**",
		"exclude:\t[ab/**]\n":              "ab/**",
		"exclude: [a\tb/**]\n":             "",
		"exc\tlude: [ab/**]\n":             "",
	} {
		p, err := Parse("policy.yaml", []byte(head+text), ParseOptions{Home: home})
		switch {
		case want == "" && err == nil:
			t.Errorf("%q is taken as %q", text, p.Storages["home"].Exclude)
		case want != "" && err != nil:
			t.Errorf("%q: %v", text, err)
		case want != "" && (!slices.Equal(p.Storages["home"].Exclude, []string{want})):
			t.Errorf("%q: got %q, want %q", text, p.Storages["home"].Exclude, want)
		}
	}
}

func TestLinesMayEndInCRLF(t *testing.T) {
	const unix = "version: 1\nstorages:\n  home:\n    type: local\n    roots: [~/Downloads]\n" +
		"    exclude: [\"two\n      words/**\"]\n" +
		"rules:\n  - {name: mine, when: {confidence: likely}, do: trash}\n"
	want, err := Parse("policy.yaml", []byte(unix), ParseOptions{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse("policy.yaml", []byte(strings.ReplaceAll(unix, "\n", "\r\n")), ParseOptions{Home: home})
	if err != nil || got.Hash() != want.Hash() {
		t.Errorf("got %v, %v; want the same policy", got, err)
	}
}

// now is the time of the decisions.
var now = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// aFile returns a proven picture that is 100 days old.
func aFile() policy.Facts {
	old := now.Add(-100 * 24 * time.Hour)
	return policy.Facts{
		Storage: "home",
		Entry:   providers.Entry{Path: "/home/mia/Downloads/a.png", Size: 1_500_000, Modified: old, Created: old},
		Verdict: fingerprint.Verdict{
			MediaType:  "image/png",
			Width:      1024,
			Height:     1536,
			Confidence: fingerprint.Proven,
			Product:    fingerprint.ChatGPT,
		},
		FirstSeen: old,
	}
}
