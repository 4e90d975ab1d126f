package sweeper_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// cases returns what decisions on the files need, by a scan that asks every guard.
func (b *box) cases() (all []*sweeper.Case) {
	b.Helper()
	st, err := providers.NewStorage("home", b.driver,
		providers.Options{Roots: []string{"/data/root"}, Protect: providers.AllGuards()})
	if err != nil {
		b.Fatal(err)
	}
	o := sweeper.ScanOptions{Case: func(c *sweeper.Case) { all = append(all, c) }}
	if _, err := b.sweeping(st).Scan(b.Context(), o); err != nil {
		b.Fatal(err)
	}
	return all
}

// side returns the policy with the files.
func (b *box) side(text string, cases []*sweeper.Case) sweeper.Side {
	b.Helper()
	b.setPolicy(text)
	return sweeper.Side{Policy: b.policy, Cases: cases}
}

// rulesWith returns rules with other ones, and more keys.
func rulesWith(rule, more string) string {
	return `
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
` + rule + `
trash: {ours: 30d}
limits: {files: 100, bytes: 1GB, share: 100%}
` + more
}

const mine = "  - {name: mine, when: {confidence: likely, derived: include}, do: trash}"

// drafts are policies that decide differently.
func drafts() map[string]string {
	graced := strings.Replace(mine, "do: trash", "do: trash, grace: 7d", 1)
	return map[string]string{
		"as it is":      rulesWith(mine, ""),
		"grace":         rulesWith(graced, ""),
		"enforced":      rulesWith(graced, "mode: enforce\n"),
		"longer grace":  rulesWith(strings.Replace(graced, "7d", "30d", 1), ""),
		"old ones":      rulesWith(strings.Replace(mine, "likely,", "likely, older_than: 200d,", 1), ""),
		"sure ones":     rulesWith(strings.Replace(mine, "likely", "proven", 1), ""),
		"kept":          rulesWith("  - {name: all, do: keep}", ""),
		"reviewed":      rulesWith("  - {name: all, do: review}", ""),
		"without Git":   rulesWith(mine, "protect: {git: off}\n"),
		"twice":         rulesWith(mine, "confirm_after: 3d\n"),
		"at once":       rulesWith(mine, "settle: 0s\n"),
		"one copy":      rulesWith(mine, "protect: {last_copy: keep}\n"),
		"other storage": strings.Replace(rulesWith(mine, ""), "{home:", "{house:", 1),
	}
}

// mixed is a box with a file for each step of a decision.
func mixed(t *testing.T) *box {
	t.Helper()
	b := newBox(t, drafts()["grace"])
	b.boot = "first"
	b.put(ours(1), picture(1))
	b.apply() // marks it
	b.setPolicy(drafts()["as it is"])
	b.put(ours(2), picture(2))
	b.account.Hold(ours(1), providers.Held{Guard: providers.GuardOpen, Why: language.Verbatim("it is open")})
	b.apply()
	b.put(ours(2), picture(2)) // back from the trash
	b.account.Hold(ours(1))
	for i := 3; i < 9; i++ {
		b.put(ours(i), picture(byte(i)))
	}
	b.setOverride(ours(3), "keep")
	b.keepContent(ours(4))
	b.approve(ours(5))
	b.account.Hold(ours(6), providers.Held{Guard: providers.GuardGit, Why: language.Verbatim("Git tracks it")})
	b.account.Write(ours(9), picture(9), b.clock)
	b.put(ours(10), picture(8))
	return b
}

// TestACaseIsDecidedAsInAScan compares the decisions of a Case with those of a scan under each policy, at several
// times.
func TestACaseIsDecidedAsInAScan(t *testing.T) {
	t.Parallel()
	b := mixed(t)
	seen := map[policy.Action]bool{}
	for _, later := range []time.Duration{0, aDay, 20 * aDay, -aDay} {
		b.clock, b.up = b.clock.Add(later), b.up+later
		for _, name := range slices.Sorted(maps.Keys(drafts())) {
			if name == "other storage" {
				continue
			}
			b.setPolicy(drafts()[name])
			cases := b.cases()
			want, got := map[string]string{}, map[string]string{}
			found, _ := b.scan(false)
			for _, f := range found {
				want[f.Entry.Path] = fmt.Sprintf("%+v", f.Decision)
			}
			for _, k := range cases {
				d := k.Decide(b.policy, b.now())
				got[k.Entry.Path], seen[d.Action] = fmt.Sprintf("%+v", d), true
			}
			for path := range want {
				if got[path] != want[path] {
					t.Errorf("%s, %s later, %s:\n got %s\nwant %s", name, later, path, got[path], want[path])
				}
			}
			if len(got) != len(want) || len(want) < 10 {
				t.Errorf("%s: %d files are known, a scan finds %d", name, len(got), len(want))
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("the test covers %v, want every action", seen)
	}
}

// TestAScanForAComparisonRemembersNothing has a scan under a policy that would end a grace.
func TestAScanForAComparisonRemembersNothing(t *testing.T) {
	t.Parallel()
	b := newBox(t, drafts()["grace"])
	b.put(ours(1), picture(1))
	b.apply()
	b.put(ours(2), picture(2))
	b.setPolicy(drafts()["kept"])
	if cases := b.cases(); len(cases) != 2 {
		t.Errorf("%d files are known, want 2", len(cases))
	}
	b.account.Remove(ours(1))
	b.cases()
	b.remembers(1)
	for rec, err := range b.journal.Records(t.Context(), "home", fingerprint.Version) {
		if err != nil || rec.Marked.IsZero() {
			t.Errorf("the record of a file is %+v, %v, want its mark", rec, err)
		}
	}
}

// turns returns the changes as "turn name before>after".
func turns(all []sweeper.Change) (lines []string) {
	for _, c := range all {
		name := c.Entry.Path[strings.LastIndexByte(c.Entry.Path, '_')+1:]
		name = strings.TrimSuffix(name, " AM.png")
		was, is := c.Before.Decision.Action, c.After.Decision.Action
		lines = append(lines, fmt.Sprintf("%s %s %s>%s", c.Turn, name, was, is))
	}
	return lines
}

func TestCompareListsWhatTwoPoliciesTreatDifferently(t *testing.T) {
	t.Parallel()
	b := mixed(t)
	cases := b.cases()
	for _, c := range []struct {
		before, after string
		want          []string
	}{
		{"as it is", "as it is", nil},
		{"as it is", "grace", []string{
			"wait 01 trash>hold", "wait 07 trash>hold", "wait 08 trash>hold", "wait 10 trash>hold",
			"time 09 hold>hold",
		}},
		{"grace", "enforced", nil},
		{"grace", "longer grace", []string{
			"time 01 hold>hold", "time 07 hold>hold", "time 08 hold>hold", "time 09 hold>hold", "time 10 hold>hold",
		}},
		{"as it is", "kept", []string{ // what the user keeps is kept by both
			"stay 01 trash>keep", "stay 02 hold>keep", "stay 05 trash>keep", "stay 06 hold>keep", "stay 07 trash>keep",
			"stay 08 trash>keep", "stay 09 hold>keep", "stay 10 trash>keep",
		}},
		{"kept", "reviewed", []string{
			"go 05 keep>trash", "review 01 keep>review", "review 02 keep>review", "review 06 keep>review",
			"review 07 keep>review", "review 08 keep>review", "review 09 keep>review", "review 10 keep>review",
		}},
		{"as it is", "without Git", []string{"go 06 hold>trash"}},
		{"as it is", "at once", []string{"go 09 hold>trash"}},
		// The later of two copies goes; an approved file goes anyway.
		{"as it is", "one copy", []string{"wait 01 trash>hold", "wait 07 trash>hold", "wait 08 trash>hold"}},
		{"sure ones", "as it is", []string{
			"go 01 keep>trash", "go 05 keep>trash", "go 07 keep>trash", "go 08 keep>trash", "go 10 keep>trash",
			"wait 02 keep>hold", "wait 06 keep>hold", "wait 09 keep>hold",
		}},
	} {
		all, files := sweeper.Compare(b.side(drafts()[c.before], cases), b.side(drafts()[c.after], cases), b.now())
		if got := turns(all); !slices.Equal(got, c.want) || files != len(cases) {
			t.Errorf("%s, then %s: %d files\n got %q\nwant %q", c.before, c.after, files, got, c.want)
		}
		if c.after == "one copy" {
			continue // a question of all files
		}
		before, after := b.side(drafts()[c.before], nil).Policy, b.side(drafts()[c.after], nil).Policy
		var single []sweeper.Change
		for _, k := range cases {
			if ch, ok := k.Change(before, after, b.now()); ok {
				single = append(single, ch)
			}
		}
		sweeper.SortChanges(single)
		if got := turns(single); !slices.Equal(got, c.want) {
			t.Errorf("%s, then %s, file by file:\n got %q\nwant %q", c.before, c.after, got, c.want)
		}
	}
	// A storage of another name or type may have the same files.
	house := slices.Clone(cases)
	for i, c := range house {
		house[i] = new(*c)
		house[i].Storage = "house"
	}
	before, after := b.side(drafts()["as it is"], cases), b.side(drafts()["other storage"], house)
	if all, files := sweeper.Compare(before, after, b.now()); len(all) != 0 || files != len(cases) {
		t.Errorf("the storage is renamed: %q of %d files", turns(all), files)
	}
	after.Cases = house[:1]
	all, files := sweeper.Compare(before, after, b.now())
	if files != len(cases) || len(all) != 7 || all[0].After.Swept || all[0].Turn != policy.TurnStay {
		t.Errorf("most files are in no storage any more: %q of %d files", turns(all), files)
	}
	if all, _ = sweeper.Compare(after, before, b.now()); len(all) != 7 || all[0].Before.Swept {
		t.Errorf("and the other way round: %q", turns(all))
	}
}

// TestTheFilesOfAnAccountAreThoseOfItsStorage has two accounts in which a ref means another file.
func TestTheFilesOfAnAccountAreThoseOfItsStorage(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	cases := b.cases()
	side := func(rule string, names ...string) (s sweeper.Side) {
		s.Policy = &policy.Policy{
			Storages: map[string]policy.Storage{}, Rules: []policy.Rule{{Name: "all", Do: policy.Action(rule)}},
		}
		for _, name := range names {
			s.Policy.Storages[name] = policy.Storage{Type: policy.GDrive, Roots: []string{"/"}}
			k := *cases[0]
			k.Storage = name
			s.Cases = append(s.Cases, &k)
		}
		return s
	}
	for _, c := range []struct {
		before, after sweeper.Side
		files         int
		want          []string
	}{
		{side("trash", "a", "b"), side("trash", "a", "b"), 2, nil},
		{side("trash", "a", "b"), side("keep", "a", "b"), 2, []string{"stay 01 trash>keep", "stay 01 trash>keep"}},
		{side("trash", "a", "b"), side("trash", "a"), 2, []string{"stay 01 trash>keep"}},
		{side("trash", "a"), side("trash", "renamed"), 1, nil},
	} {
		all, files := sweeper.Compare(c.before, c.after, b.now())
		if got := turns(all); !slices.Equal(got, c.want) || files != c.files {
			t.Errorf("%d files: got %q, want %q of %d files", files, got, c.want, c.files)
		}
	}
}
