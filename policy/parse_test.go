package policy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsAbsentIsCareful(t *testing.T) {
	p := parse(t, withRules("  - {name: mine, when: {confidence: proven}, do: trash}"))
	if want := (Limits{Files: 500, Bytes: 5_000_000_000, Share: 0.5}); p.Limits != want {
		t.Errorf("got %+v, want %+v", p.Limits, want)
	}
	if p.Trash != (TrashAges{}) {
		t.Errorf("got %+v, want nothing purged", p.Trash)
	}
	if p.Settle != 10*time.Minute {
		t.Errorf("got %v, want 10m", p.Settle)
	}
	if s := p.Storages["home"]; s.CrossMounts || len(s.Exclude) > 0 {
		t.Errorf("got %+v, want no mounts crossed", s)
	}
}

func TestWhatIsWrittenIsKept(t *testing.T) {
	p := parse(t, `
version: 1
storages:
  home: {type: local, roots: [~/Downloads/, /srv/a b], exclude: ["old/**"], cross_mounts: true}
rules:
  - {name: mine, when: {confidence: proven}, do: trash, grace: 1w2d3h4m}
trash: {ours: 30d, matching: off, everything: 2w}
limits: {files: 7, bytes: 1.5 MiB, share: 12.5%}
settle: 90m
`)
	want := &Policy{
		Storages: map[string]Storage{"home": {Type: "local", Roots: []string{"/home/mia/Downloads", "/srv/a b"}, Exclude: []string{"old/**"}, CrossMounts: true}},
		Trash:    TrashAges{Ours: 30 * 24 * time.Hour, Everything: 14 * 24 * time.Hour},
		Limits:   Limits{Files: 7, Bytes: 1_572_864, Share: 0.125},
		Settle:   90 * time.Minute,
	}
	rules := p.Rules
	p.Rules = nil
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if r := rules[0]; r.Name != "mine" || r.Do != Trash || r.Grace != (9*24+3)*time.Hour+4*time.Minute {
		t.Errorf("got %+v", r)
	}
}

func TestDefaultTrashesOnlyWhatIsProven(t *testing.T) {
	p := Default([]string{"/home/mia/Downloads"})
	if got := p.Storages["local"].Roots; !cmp.Equal(got, []string{"/home/mia/Downloads"}) || len(p.Storages) != 1 {
		t.Errorf("got %+v", p.Storages)
	}
	if p.Trash != (TrashAges{}) {
		t.Errorf("got %+v, want nothing purged", p.Trash)
	}
	want := map[string]Action{"none": Keep, "possible": Keep, "likely": Review, "strong": Review, "proven": Trash}
	for word, action := range want {
		f := aFile()
		if err := set(&f, "confidence", word); err != nil {
			t.Fatal(err)
		}
		if d := p.Decide(f, now); d.Action != action {
			t.Errorf("%s: got %+v, want %s", word, d, action)
		}
	}
}

func TestTheZeroPolicyKeepsEverythingAndPermitsNothing(t *testing.T) {
	var p Policy
	if d := p.Decide(aFile(), now); d.Action != Keep {
		t.Errorf("got %+v, want keep", d)
	}
	if over := p.Limits.Check(1, 0, 0); len(over) == 0 {
		t.Error("got no reasons, want one")
	}
}

func TestAConfidenceThatDoesNotExistIsKept(t *testing.T) {
	f := aFile()
	f.Verdict.Confidence = 77
	if d := Default(nil).Decide(f, now); d.Action != Keep {
		t.Errorf("got %+v, want keep", d)
	}
}

func TestTheHashIsOfTheMeaning(t *testing.T) {
	const src = `version: 1
storages: {home: {type: local, roots: [~/Downloads, ~/Pictures]}}
rules:
  - {name: keepers, when: {path: "**/keep/**"}, do: keep}
  - {name: mine, when: {confidence: proven, older_than: 30d, any: [{name: a}, {name: b}]}, do: trash, grace: 7d}
trash: {ours: 30d}
limits: {files: 500, bytes: 5GB, share: 50%}
settle: 10m
`
	same := map[string]string{
		"a comment":        "# hello\n" + src,
		"flow or block":    strings.Replace(src, "trash: {ours: 30d}", "trash:\n  ours: 30d # a month", 1),
		"order of keys":    strings.Replace(src, "confidence: proven, older_than: 30d", "older_than: 30d, confidence: proven", 1),
		"another spelling": strings.NewReplacer("30d", "4w2d", "5GB", "5000 MB", "~/", home+"/", "10m", "10m").Replace(src),
		"defaults":         strings.Replace(src, "limits: {files: 500, bytes: 5GB, share: 50%}\nsettle: 10m\n", "", 1),
	}
	differs := map[string]string{}
	for _, change := range [][2]string{
		{"home:", "house:"},
		{"~/Pictures", "~/Pics"},
		{", ~/Pictures]", "]"},
		{"Pictures]", "Pictures], exclude: [a]"},
		{"Pictures]", "Pictures], cross_mounts: true"},
		{"name: keepers", "name: keeper"},
		{"keep/**", "kept/**"},
		{"do: keep", "do: review"},
		{"proven", "strong"},
		{"older_than: 30d", "older_than: 31d"},
		{"older_than: 30d", "newer_than: 30d"},
		{"older_than: 30d", "older_than: 30d, age_by: modified"},
		{"proven,", "proven, derived: include,"},
		{"proven,", "proven, derived: only,"},
		{"proven,", "proven, width: 5,"},
		{"proven,", "proven, height: 5,"},
		{"proven,", `proven, height: ">5",`},
		{"proven,", "proven, product: sora,"},
		{"proven,", "proven, storage: home,"},
		{"proven,", "proven, evidence: c2pa,"},
		{"proven,", "proven, larger_than: 5MB,"},
		{"proven,", "proven, larger_than: 5MiB,"},
		{"proven,", "proven, smaller_than: 5MB,"},
		{"any:", "all:"},
		{"any: [{name: a}, {name: b}]", "not: {any: [{name: a}, {name: b}]}"},
		{"[{name: a}, {name: b}]", `[{name: "a; b"}]`},
		{"grace: 7d", "grace: 8d"},
		{", grace: 7d", ""},
		{"ours: 30d", "ours: 31d"},
		{"ours: 30d", "matching: 30d"},
		{"ours: 30d", "everything: 30d"},
		{"ours: 30d", "ours: off"},
		{"500,", "501,"},
		{"5GB", "5000000001 B"},
		{"50%", "50.001%"},
		{"settle: 10m", "settle: 11m"},
	} {
		differs[change[0]+" -> "+change[1]] = strings.Replace(src, change[0], change[1], 1)
	}
	base := parse(t, src).Hash()
	if len(base) != 64 {
		t.Errorf("got %q, want 64 hex digits", base)
	}
	for what, other := range same {
		if got := parse(t, other).Hash(); got != base {
			t.Errorf("%s: got another hash", what)
		}
	}
	seen := map[string]string{base: "the base"}
	for what, other := range differs {
		got := parse(t, other).Hash()
		if twin := seen[got]; twin != "" {
			t.Errorf("%s: got the hash of %s", what, twin)
		}
		seen[got] = what
	}
	p := parse(t, src)
	p.Storages["home"] = Storage{Type: "local", Roots: []string{"/x"}}
	if p.Hash() == base {
		t.Error("got the same hash over other roots")
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
		if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Message, "no home folder is known") {
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
	if err == nil || strings.Count(err.Error(), "policy.yaml:") != shown || !strings.HasSuffix(err.Error(), "\nand 2993 mistakes more") {
		t.Errorf("got %v", err)
	}
}

func TestAByteOrderMarkIsNoMistake(t *testing.T) {
	parse(t, "\ufeff"+withRules("  - {name: k, do: keep}"))
	parse(t, strings.ReplaceAll(withRules("  - {name: k, do: keep}\n"), "\n", "\r\n"))
}

func TestQuantitiesAreReadExactlyOrNotAtAll(t *testing.T) {
	read := func(s scalar, text string, k kind) error { return s.read(word{text, k}, ParseOptions{}) }
	for text, want := range map[string]time.Duration{"1m": time.Minute, "12h": 12 * time.Hour, "30d": 720 * time.Hour, "2w": 336 * time.Hour, "1d12h": 36 * time.Hour, "0w1m": time.Minute, "999w9999d99999h9999999m": ((999*7+9999)*24+99999)*time.Hour + 9999999*time.Minute} {
		var d duration
		if err := read(&d, text, aText); err != nil || time.Duration(d) != want {
			t.Errorf("%q: got %v, %v, want %v", text, time.Duration(d), err, want)
		}
	}
	for _, text := range []string{"", "30", "-30d", "+30d", "1.5d", "12h1d", "1d1d", "30 d", "30D", "1M", "1y", "1.5s", "0m", "9999w", "10000d", "٣d", "30d\n"} {
		var d duration
		if err := read(&d, text, aText); err == nil {
			t.Errorf("duration %q: got %v, want an error", text, d)
		}
	}
	for text, want := range map[string]time.Duration{"0": 0, "0s": 0, "10s": 10 * time.Second, "10m": 10 * time.Minute} {
		var q quiet
		if err := read(&q, text, aText); err != nil || time.Duration(q) != want {
			t.Errorf("settle %q: got %v, %v, want %v", text, time.Duration(q), err, want)
		}
	}
	for text, want := range map[string]size{"1B": 1, "500 kB": 500_000, "5GB": 5_000_000_000, "500 MiB": 524_288_000, "1.5 KiB": 1536, "2TB": 2e12} {
		var s size
		if err := read(&s, text, aText); err != nil || s != want {
			t.Errorf("%q: got %d, %v, want %d", text, int64(s), err, want)
		}
	}
	for _, text := range []string{"", "5", "0B", "-5MB", "5 m", "5,5MB", "1e3MB", "MB", "5GBs", "999999999999999TB", "0.1B"} {
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
	for _, text := range []string{"0", "-1", "010", "0x10", "1_000", "1.0", "1e3", "9999999999"} {
		var n number
		if err := read(&n, text, aNumber); err == nil {
			t.Errorf("number %q: got %v, want an error", text, n)
		}
	}
}

func TestAComparisonHoldsAtItsEdges(t *testing.T) {
	for text, want := range map[string][3]bool{"10": {false, true, false}, ">=10": {false, true, true}, "<=10": {true, true, false}, ">10": {false, false, true}, "< 10": {true, false, false}} {
		var c comparison
		k := aText
		if text == "10" {
			k = aNumber
		}
		if err := c.read(word{text, k}, ParseOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := [3]bool{c.holds(9), c.holds(10), c.holds(11)}; got != want {
			t.Errorf("%q of 9, 10, 11: got %v, want %v", text, got, want)
		}
	}
}

func TestSizesAndTimesAreSaidExactly(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 5e9: "5 GB", 1 << 20: "1 MiB", 1536: "1536 bytes", 1_572_864: "1536 KiB", 5_000_000_001: "5000000001 bytes"} {
		if got := inSize(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "less than a second", 90 * time.Second: "1 minute 30 seconds", time.Minute: "1 minute", 36 * time.Hour: "1 day 12 hours", 94 * 24 * time.Hour: "94 days"} {
		if got := inTime(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
	if got := atMost(25 * time.Hour); got != "2 days" {
		t.Errorf("got %q, want 2 days still to wait", got)
	}
}

func TestARunOverALimitIsToldWhy(t *testing.T) {
	l := Limits{Files: 10, Bytes: 1000, Share: 0.29}
	for _, c := range []struct {
		files       int
		bytes, seen int64
		want        []string
	}{
		{0, 0, 0, nil},
		{10, 1000, 0, nil},
		{11, 1000, 0, []string{"11 files, over the limit of 10"}},
		{1, 1001, 0, []string{"1001 bytes, over the limit of 1 kB"}},
		{1, -1, 0, []string{"-1 bytes, over the limit of 1 kB"}},
		{10, 0, 19, nil}, // too few to count a share
		{5, 0, 20, nil},
		{6, 0, 20, []string{"6 of 20 files, over the limit of 29%"}},
		{11, 1001, 20, []string{"11 files, over the limit of 10", "1001 bytes, over the limit of 1 kB", "11 of 20 files, over the limit of 29%"}},
	} {
		if got := l.Check(c.files, c.bytes, c.seen); !cmp.Equal(got, c.want) {
			t.Errorf("%d files, %d bytes of %d: got %q, want %q", c.files, c.bytes, c.seen, got, c.want)
		}
	}
	for percent := 1; percent <= 100; percent++ {
		l := Limits{Share: float64(percent) / 100}
		if l.OverShare(percent, 100) || !l.OverShare(percent+1, 100) {
			t.Errorf("%d%%: the edge is not where it is said to be", percent)
		}
	}
}

func TestAMistypedWordIsRecognised(t *testing.T) {
	for word, want := range map[string]string{"provn": "proven", "Proven": "proven", "prooven": "proven", "likly": "likely", "sure": "", "x": "", "": ""} {
		if got := meant(word, levels); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestAnExcerptPointsAtItsColumnInAnyLine(t *testing.T) {
	for _, c := range []struct {
		line   string
		column int
		under  string
	}{{"abc", 2, "b"}, {"äöü: x", 6, "x"}, {"\tabc", 3, "b"}, {strings.Repeat("x", 300) + "!" + strings.Repeat("x", 300), 301, "!"}} {
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
	for _, pattern := range []string{"testdata/bad/*.yaml", "../deploy/examples/*.yaml"} {
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
		for _, file := range []Facts{{}, none, aFile()} {
			d := p.Decide(file, now)
			if len(d.Reasons) == 0 || len(p.Explain(file, now)) != len(p.Rules) {
				t.Fatalf("got %+v without reasons", d)
			}
			if file.Verdict.Confidence == 0 && d.Action != Keep {
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

func ExamplePolicy_String() {
	fmt.Print(Default([]string{"/home/mia/Downloads"}))
	// Output:
	// sweeps "local", local folders "/home/mia/Downloads", without file systems mounted below
	// the first rule that matches decides:
	//   1. "proven": trash what meets this: its confidence is at least proven; nobody worked on it since
	//   2. "probable": review what meets this: its confidence is at least likely
	//   3. keep whatever no rule matches
	// deletes for good from the trash: nothing
	// does nothing in a run of more than 500 files, 5 GB, or 50% of all files of a storage that has 20 or more
	// moves no file that was written to in the last 10 minutes
}
