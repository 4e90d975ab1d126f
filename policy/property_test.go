package policy_test

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// TestDecideAgreesWithANaiveReading writes random policies, reads them with Parse, and compares Decide with an
// implementation that shares no code with it: each condition is two plain functions, "surely" and "possibly".
func TestDecideAgreesWithANaiveReading(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	met := map[policy.Action]int{}
	unconfirmed := 0
	for range 600 {
		src, rules, confirm := randomPolicy(rng)
		p, err := policyfile.Parse("random.yaml", []byte(src), policyfile.ParseOptions{Home: home})
		if err != nil {
			if strings.Contains(err.Error(), "can never match") || strings.Contains(err.Error(), "nothing is") {
				continue // the generator does not know these
			}
			t.Fatalf("%v\n%s", err, src)
		}
		for range 20 {
			f := randomFacts(rng)
			got, want := p.Decide(f, now), naive(rules, confirm, f)
			if got.Action != want.Action || got.Rule != want.Rule || got.Grace != want.Grace ||
				!got.NotBefore.Equal(want.NotBefore) || len(got.Reasons) == 0 {
				t.Fatalf("got %+v\nwant %+v\nof %+v\n%s", got, want, f, src)
			}
			if has := got.ReasonCode != ""; has != (got.Action == policy.Keep || got.Action == policy.Hold) {
				t.Fatalf("got %+v, want a ground of a keep and a hold and of nothing else", got)
			}
			explainAgrees(t, p, f, got)
			met[got.Action]++
			if got.Action == policy.Hold && got.NotBefore.Equal(f.FirstSeen.Add(confirm)) {
				unconfirmed++
			}
		}
	}
	for _, a := range []policy.Action{policy.Keep, policy.Review, policy.Hold, policy.Trash} {
		if met[a] < 100 {
			t.Errorf("got %d times %s, want a test that meets it", met[a], a)
		}
	}
	if unconfirmed < 50 {
		t.Errorf("got %d files held until a second scan, want a test that meets them", unconfirmed)
	}
}

func explainAgrees(t *testing.T, p *policy.Policy, f policy.Facts, d policy.Decision) {
	t.Helper()
	decides := ""
	for _, r := range p.Explain(f, now) {
		if r.Decides {
			decides += r.Rule
		}
		for _, c := range r.Checks {
			if c.Condition.String() == "" || c.Seen.String() == "" || r.Matches && c.Holds == "no" {
				t.Errorf("got %+v in a rule that matches: %t", c, r.Matches)
			}
		}
	}
	if decides != d.Rule {
		t.Errorf("explain says that %q decides, Decide says %q", decides, d.Rule)
	}
}

// TestNothingIsTrashedThatThePolicyDoesNotNameSurely checks the promises themselves over the same random policies.
func TestNothingIsTrashedThatThePolicyDoesNotNameSurely(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	trashed := 0
	for range 400 {
		src, rules, confirm := randomPolicy(rng)
		p, err := policyfile.Parse("random.yaml", []byte(src), policyfile.ParseOptions{Home: home})
		if err != nil {
			continue
		}
		for range 20 {
			f := randomFacts(rng)
			d := p.Decide(f, now)
			if d.Action != policy.Trash && d.Action != policy.Hold {
				continue
			}
			i := slices.IndexFunc(rules, func(r naiveRule) bool { return r.name == d.Rule })
			switch r := rules[i]; {
			case f.Verdict.Confidence == fingerprint.None || f.Verdict.Confidence < r.confidence,
				f.Verdict.Derived && r.derived != "include" && r.derived != "only",
				r.do != policy.Trash,
				d.Action == policy.Trash && now.Sub(f.Entry.Modified) < 10*time.Minute,
				d.Action == policy.Trash && now.Sub(f.Entry.Created) < 10*time.Minute,
				d.Action == policy.Trash && now.Sub(f.Entry.Changed) < 10*time.Minute,
				d.Action == policy.Trash && f.Entry.Created.After(now),
				d.Action == policy.Trash && confirm > 0 && (f.FirstSeen.IsZero() || now.Sub(f.FirstSeen) < confirm),
				d.Action == policy.Trash && r.grace > 0 && (f.Marked.IsZero() || now.Sub(f.Marked) < r.grace),
				d.Action == policy.Hold && d.ReasonCode != policy.ReasonUnmarked && !d.NotBefore.After(now),
				d.ReasonCode == policy.ReasonUnmarked && (!f.Marked.IsZero() || !d.NotBefore.IsZero()):
				t.Fatalf("got %+v\nof %+v\n%s", d, f, src)
			}
			trashed++
		}
	}
	if trashed < 300 {
		t.Errorf("got %d files to trash, want a test that meets some", trashed)
	}
}

// naiveCondition is a condition with two functions: possibly, if it is not known to be false, and surely, if it is
// known to be true.
type naiveCondition struct {
	yaml             string
	possibly, surely func(policy.Facts) bool
}

type naiveRule struct {
	name       string
	do         policy.Action
	grace      time.Duration
	derived    string
	confidence fingerprint.Confidence
	when       []naiveCondition
}

func naive(rules []naiveRule, confirm time.Duration, f policy.Facts) policy.Decision {
	if f.Verdict.Confidence == fingerprint.None {
		return policy.Decision{Action: policy.Keep}
	}
	for _, r := range rules {
		if f.Verdict.Confidence < r.confidence ||
			f.Verdict.Derived && (r.derived == "exclude" || r.derived == "" && r.do == policy.Trash) ||
			!f.Verdict.Derived && r.derived == "only" ||
			slices.ContainsFunc(r.when,
				func(c naiveCondition) bool { return r.do == policy.Trash && !c.surely(f) || !c.possibly(f) }) {
			continue
		}
		d := policy.Decision{Action: r.do, Rule: r.name}
		latest := f.Entry.Modified
		for _, at := range []time.Time{f.Entry.Created, f.Entry.Changed} {
			if at.After(latest) {
				latest = at
			}
		}
		seen := f.FirstSeen
		if seen.IsZero() {
			seen = now
		}
		switch ready := f.Marked.Add(r.grace); {
		case r.do != policy.Trash:
		case latest.IsZero():
			d.Action = policy.Review
		case latest.After(now.Add(24 * time.Hour)):
			d.Action, d.NotBefore = policy.Hold, now.Add(24*time.Hour)
		case latest.After(now):
			d.Action, d.NotBefore = policy.Hold, latest.Add(10*time.Minute)
		case latest.Add(10 * time.Minute).After(now):
			d.Action, d.NotBefore = policy.Hold, latest.Add(10*time.Minute)
		case confirm > 0 && seen.Add(confirm).After(now):
			d.Action, d.NotBefore = policy.Hold, seen.Add(confirm)
		case r.grace > 0 && f.Marked.IsZero():
			d.Action, d.Grace = policy.Hold, true
		case r.grace > 0 && ready.After(now):
			d.Action, d.NotBefore, d.Grace = policy.Hold, ready, true
		}
		return d
	}
	return policy.Decision{Action: policy.Keep}
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

func randomPolicy(rng *rand.Rand) (src string, rules []naiveRule, confirm time.Duration) {
	var b strings.Builder
	for i := range 1 + rng.IntN(5) {
		r := naiveRule{
			name:    fmt.Sprintf("rule %d", i),
			do:      pick(rng, policy.Keep, policy.Review, policy.Trash, policy.Trash),
			derived: pick(rng, "", "", "include", "only", "exclude"),
		}
		var when []string
		if r.do == policy.Trash || rng.IntN(2) == 0 {
			r.confidence = pick(rng, fingerprint.Possible, fingerprint.Likely, fingerprint.Strong, fingerprint.Proven)
			when = append(when, "confidence: "+r.confidence.String())
		}
		if r.derived != "" {
			when = append(when, "derived: "+r.derived)
		}
		keys := map[string]bool{}
		for range rng.IntN(3) {
			c := randomCondition(rng, 2)
			if key, _, _ := strings.Cut(c.yaml, ":"); !keys[key] {
				keys[key] = true
				r.when = append(r.when, c)
				when = append(when, c.yaml)
			}
		}
		grace := ""
		if r.do == policy.Trash && rng.IntN(2) == 0 {
			r.grace = 48 * time.Hour
			grace = ", grace: 2d"
		}
		rules = append(rules, r)
		if len(when) > 0 {
			grace += ", when: {" + strings.Join(when, ", ") + "}"
		}
		fmt.Fprintf(&b, "  - {name: %q, do: %s%s}\n", r.name, r.do, grace)
	}
	if rng.IntN(2) == 0 {
		confirm = time.Hour
		b.WriteString("confirm_after: 1h\n")
	}
	return withRules(b.String()), rules, confirm
}

// certain returns a condition that is always known.
func certain(yaml string, holds func(policy.Facts) bool) naiveCondition {
	return naiveCondition{yaml, holds, holds}
}

// dated returns a condition on a time. It is unknown if the time is zero or in the future.
func dated(yaml string, at func(policy.Facts) time.Time, holds func(time.Duration) bool) naiveCondition {
	known := func(f policy.Facts) bool { return !at(f).IsZero() && !at(f).After(now) }
	return naiveCondition{
		yaml,
		func(f policy.Facts) bool { return !known(f) || holds(now.Sub(at(f))) },
		func(f policy.Facts) bool { return known(f) && holds(now.Sub(at(f))) },
	}
}

// noted returns a condition on a fact that only an account reports.
func noted(yaml string, holds func(policy.Facts) bool) naiveCondition {
	known := func(f policy.Facts) bool { return f.Storage == "drive" }
	return naiveCondition{
		yaml,
		func(f policy.Facts) bool { return !known(f) || holds(f) },
		func(f policy.Facts) bool { return known(f) && holds(f) },
	}
}

func randomCondition(rng *rand.Rand, depth int) naiveCondition {
	day := 24 * time.Hour
	usual := func(f policy.Facts) time.Time {
		if !f.Verdict.Made.IsZero() {
			return f.Verdict.Made
		}
		if f.Entry.Created.After(f.Entry.Modified) {
			return f.Entry.Created
		}
		return f.Entry.Modified
	}
	kinds := 12
	if depth > 0 {
		kinds = 15
	}
	switch rng.IntN(kinds) {
	case 0:
		return certain("storage: work", func(f policy.Facts) bool { return f.Storage == "work" })
	case 1:
		return certain(`path: ["**/keep/**", "/srv/**"]`, func(f policy.Facts) bool {
			return strings.HasPrefix(f.Entry.Path, "/srv/") || strings.Contains(path.Dir(f.Entry.Path)+"/", "/keep/")
		})
	case 2:
		return certain(`name: "*.png"`, func(f policy.Facts) bool { return strings.HasSuffix(f.Entry.Path, ".png") })
	case 3:
		return certain("product: [chatgpt, sora]",
			func(f policy.Facts) bool { return f.Verdict.Product == "chatgpt" || f.Verdict.Product == "sora" })
	case 4:
		return certain("larger_than: 1 MB", func(f policy.Facts) bool { return f.Entry.Size > 1000*1000 })
	case 5:
		return naiveCondition{
			`width: ">=1024"`,
			func(f policy.Facts) bool { return f.Verdict.Width == 0 || f.Verdict.Width >= 1024 },
			func(f policy.Facts) bool { return f.Verdict.Width >= 1024 },
		}
	case 6:
		return dated("older_than: 30d", usual, func(age time.Duration) bool { return age > 30*day })
	case 7:
		return dated("newer_than: 60d", usual, func(age time.Duration) bool { return age < 60*day })
	case 8:
		return certain("evidence: c2pa", func(f policy.Facts) bool {
			return slices.ContainsFunc(f.Verdict.Evidence,
				func(e fingerprint.Evidence) bool { return strings.HasPrefix(e.Detector+".", "c2pa.") })
		})
	case 9:
		want := rng.IntN(2) == 0
		return noted(fmt.Sprintf("starred: %t", want), func(f policy.Facts) bool { return f.Entry.Starred == want })
	case 10:
		return noted(
			`camera: "apple *"`,
			func(f policy.Facts) bool { return strings.HasPrefix(f.Entry.Camera, "Apple ") },
		)
	case 11:
		return noted(`property: "album=*"`,
			func(f policy.Facts) bool { return strings.Contains("\n"+f.Entry.Properties, "\nalbum=") })
	case 12:
		c := randomCondition(rng, depth-1)
		return naiveCondition{
			"not: {" + c.yaml + "}",
			func(f policy.Facts) bool { return !c.surely(f) }, func(f policy.Facts) bool { return !c.possibly(f) },
		}
	case 13:
		a, b := together(randomCondition(rng, depth-1), randomCondition(rng, 0)), randomCondition(rng, depth-1)
		return naiveCondition{
			"any: [{" + a.yaml + "}, {" + b.yaml + "}]",
			func(f policy.Facts) bool { return a.possibly(f) || b.possibly(f) },
			func(f policy.Facts) bool { return a.surely(f) || b.surely(f) },
		}
	default:
		a, b := randomCondition(rng, depth-1), randomCondition(rng, depth-1)
		return naiveCondition{
			"all: [{" + a.yaml + "}, {" + b.yaml + "}]",
			func(f policy.Facts) bool { return a.possibly(f) && b.possibly(f) },
			func(f policy.Facts) bool { return a.surely(f) && b.surely(f) },
		}
	}
}

// together returns both conditions in one mapping if their keys differ.
func together(a, b naiveCondition) naiveCondition {
	if keyA, keyB := strings.SplitN(a.yaml, ":", 2)[0], strings.SplitN(b.yaml, ":", 2)[0]; keyA == keyB {
		return a
	}
	return naiveCondition{
		a.yaml + ", " + b.yaml,
		func(f policy.Facts) bool { return a.possibly(f) && b.possibly(f) },
		func(f policy.Facts) bool { return a.surely(f) && b.surely(f) },
	}
}

func randomFacts(rng *rand.Rand) policy.Facts {
	at := func() time.Time {
		if rng.IntN(8) == 0 {
			return time.Time{}
		}
		return now.Add(-pick(rng, -1000*24*time.Hour, -5*time.Minute, 0, 5*time.Minute, time.Hour, 30*24*time.Hour,
			45*24*time.Hour, 60*24*time.Hour, 90*24*time.Hour))
	}
	f := aFile()
	f.Storage = pick(rng, "home", "work", "paths", "drive", "drive")
	f.Entry.Path = pick(rng, "/home/mia/a.png", "/home/mia/keep/a.png", "/srv/work/b.webp", "/home/mia/keep/deep/c.jpg",
		"/keep", "/home/mia/\xff.png")
	f.Entry.Starred = rng.IntN(2) == 0
	f.Entry.Camera = pick(rng, "", "Canon EOS/5D", "Apple iPhone 15/Pro")
	f.Entry.Properties = pick(rng, "", "album=summer/2026", "aalbum=1\nbook=album=2", "a=1\nalbum=")
	f.Entry.Size = pick(rng, int64(0), 1_000_000, 1_000_001)
	f.Entry.Modified, f.Entry.Created, f.Verdict.Made, f.Marked, f.FirstSeen = at(), at(), at(), at(), at()
	if rng.IntN(2) == 0 {
		f.Entry.Created, f.Entry.Changed, f.Verdict.Made = time.Time{}, at(), time.Time{}
	}
	f.Verdict.Confidence = fingerprint.Confidence(rng.IntN(5))
	f.Verdict.Product = pick(rng, fingerprint.NoProduct, fingerprint.ChatGPT, fingerprint.Sora, fingerprint.Unstated)
	f.Verdict.Width = pick(rng, 0, 1023, 1024)
	f.Verdict.Derived = rng.IntN(4) == 0
	for range rng.IntN(3) {
		f.Verdict.Evidence = append(f.Verdict.Evidence,
			fingerprint.Evidence{Detector: pick(rng, "c2pa", "c2pa.broken", "c2pax", "filename")})
	}
	return f
}
