package policy_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
)

var now = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// TestDecisionsAreAsWritten runs every testdata/decide/*.txtar: a policy, a table of files, and the decision for
// each. An archive may also contain the policy in English and the output of explain.
func TestDecisionsAreAsWritten(t *testing.T) {
	files, err := filepath.Glob("testdata/decide/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d archives, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			section := map[string]string{}
			for _, f := range ar.Files {
				section[f.Name] = string(f.Data)
			}
			p := parse(t, section["policy.yaml"])
			for i, f := range ar.Files {
				switch f.Name {
				case "decisions":
					ar.Files[i].Data = []byte(decisions(t, p, section["files"]))
				case "english":
					ar.Files[i].Data = []byte(p.String())
				case "explained":
					ar.Files[i].Data = []byte(explained(t, p, section["files"]))
				}
			}
			golden(t, file, string(txtar.Format(ar)))
		})
	}
}

func decisions(t *testing.T, p *policy.Policy, table string) string {
	var b bytes.Buffer
	eachFile(t, table, func(name string, f policy.Facts) {
		d := p.Decide(f, now)
		fmt.Fprintf(&b, "%s: %s", name, d.Action)
		if d.Rule != "" {
			fmt.Fprintf(&b, " by %s", d.Rule)
		}
		if !d.NotBefore.IsZero() {
			fmt.Fprintf(&b, ", not before %s", language.Moment(d.NotBefore))
		}
		if d.Grace {
			b.WriteString(", grace")
		}
		if d.Mandatory {
			b.WriteString(", mandatory")
		}
		fmt.Fprintf(&b, "\n    %s\n", strings.Join(language.English(d.Reasons), "\n    "))
	})
	return b.String()
}

func explained(t *testing.T, p *policy.Policy, table string) string {
	var b bytes.Buffer
	var checks func(indent string, all []policy.Check)
	checks = func(indent string, all []policy.Check) {
		for _, c := range all {
			fmt.Fprintf(&b, "%s%s? %s: %s\n", indent, c.Condition, c.Holds, c.Seen)
			checks(indent+"  ", c.Of)
		}
	}
	eachFile(t, table, func(name string, f policy.Facts) {
		fmt.Fprintf(&b, "%s\n", name)
		for _, r := range p.Explain(f, now) {
			fmt.Fprintf(&b, "  %s (%s) matches: %t, decides: %t\n", r.Rule, r.Do, r.Matches, r.Decides)
			checks("    ", r.Checks)
		}
	})
	return b.String()
}

// eachFile reads lines of "name: key=value ..."; times are relative to now.
func eachFile(t *testing.T, table string, visit func(string, policy.Facts)) {
	t.Helper()
	for line := range strings.Lines(table) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "" || name[0] == '#' {
			continue
		}
		f := aFile()
		for pair := range strings.FieldsSeq(rest) {
			key, value, _ := strings.Cut(pair, "=")
			if err := set(&f, key, value); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		visit(name, f)
	}
}

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

func set(f *policy.Facts, key, value string) (err error) {
	times := map[string]*time.Time{
		"made":     &f.Verdict.Made,
		"modified": &f.Entry.Modified,
		"created":  &f.Entry.Created,
		"changed":  &f.Entry.Changed,
		"seen":     &f.FirstSeen,
		"marked":   &f.Marked,
		"joined":   &f.Joined,
	}
	if at := times[key]; at != nil {
		*at, err = relative(value)
		return err
	}
	switch key {
	case "storage":
		f.Storage = value
	case "path":
		f.Entry.Path, err = strconv.Unquote(`"` + value + `"`)
	case "size":
		f.Entry.Size, err = strconv.ParseInt(value, 10, 64)
	case "confidence":
		err = f.Verdict.Confidence.UnmarshalText([]byte(value))
	case "product":
		f.Verdict.Product = fingerprint.Product(value)
	case "derived":
		f.Verdict.Derived, err = strconv.ParseBool(value)
	case "width":
		f.Verdict.Width, err = strconv.Atoi(value)
	case "height":
		f.Verdict.Height, err = strconv.Atoi(value)
	case "starred":
		f.Entry.Starred, err = strconv.ParseBool(value)
	case "camera":
		f.Entry.Camera = value
	case "property":
		f.Entry.Properties = strings.TrimPrefix(f.Entry.Properties+"\n"+value, "\n")
	case "evidence":
		f.Verdict.Evidence = append(f.Verdict.Evidence, fingerprint.Evidence{Detector: value})
	default:
		err = fmt.Errorf("no such fact: %s", key)
	}
	return err
}

// relative parses now-30d or now+2h; "never" is the zero time.
func relative(value string) (time.Time, error) {
	if value == "never" {
		return time.Time{}, nil
	}
	text := value
	if days, found := strings.CutSuffix(value, "d"); found {
		n, err := strconv.Atoi(days)
		if err != nil {
			return time.Time{}, err
		}
		text = fmt.Sprintf("%dh", n*24)
	}
	d, err := time.ParseDuration(text)
	return now.Add(d), err
}

func TestDefaultTrashesOnlyWhatIsProven(t *testing.T) {
	p := policyfile.Default([]string{"/home/mia/Downloads"})
	if got := p.Storages["local"].Roots; !cmp.Equal(got, []string{"/home/mia/Downloads"}) || len(p.Storages) != 1 {
		t.Errorf("got %+v", p.Storages)
	}
	if p.Trash != (policy.TrashAges{}) {
		t.Errorf("got %+v, want nothing purged", p.Trash)
	}
	if !slices.Equal(p.Protect, providers.AllGuards()) {
		t.Errorf("got %q, want all guards", p.Protect)
	}
	want := map[string]policy.Action{
		"none":     policy.Keep,
		"possible": policy.Keep,
		"likely":   policy.Review,
		"strong":   policy.Review,
		"proven":   policy.Trash,
	}
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
	var p policy.Policy
	if d := p.Decide(aFile(), now); d.Action != policy.Keep {
		t.Errorf("got %+v, want keep", d)
	}
	if over := p.Limits.Check(1, 0, 0); len(over) == 0 {
		t.Error("got no reasons, want one")
	}
}

func TestAConfidenceThatDoesNotExistIsKept(t *testing.T) {
	f := aFile()
	f.Verdict.Confidence = 77
	if d := policyfile.Default(nil).Decide(f, now); d.Action != policy.Keep {
		t.Errorf("got %+v, want keep", d)
	}
}
