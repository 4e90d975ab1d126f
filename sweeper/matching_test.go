package sweeper_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/sweeper"
)

// matching is the policy of two storages that share a bin, with a rule before
// the one that trashes.
func matching(rule string) string {
	text := strings.Replace(rules, "storages: {home: {type: local, roots: [/data/root]}}",
		"storages: {home: {type: local, roots: [/data/root], exclude: [\"mine/**\"]}, other: {type: local, roots: "+
			"[/data/other]}}", 1)
	text = strings.Replace(text, "rules:\n", "rules:\n"+rule, 1)
	return strings.Replace(text, "trash: {ours: 30d}", "trash: {matching: 30d}", 1)
}

func TestWhatThePolicyWouldNotTrashInItsPlaceIsNoMatchInTheBin(t *testing.T) {
	t.Parallel()
	const name = "/ChatGPT Image Apr 20, 2026, 01_17_01 AM.png"
	for what, c := range map[string]struct {
		rule, folder string
		due          bool
	}{
		"nothing is said of it":         {"", "/data/root", true},
		"in no storage":                 {"", "/data/elsewhere", true},
		"a storage's own rule keeps it": {"  - {name: k, when: {storage: other}, do: keep}\n", "/data/other", false},
		"another storage's rule":        {"  - {name: k, when: {storage: other}, do: keep}\n", "/data/root", true},
		"in none, and one would keep it": {
			"  - {name: k, when: {storage: other}, do: keep}\n", "/data/elsewhere", false,
		},
		"it is excluded":     {"", "/data/root/mine/deep", false},
		"excluded elsewhere": {"", "/data/other/mine", true},
		"a rule keeps what is old": {
			"  - {name: k, when: {older_than: 52w, age_by: modified}, do: keep}\n", "/data/root", false,
		},
		"a rule keeps what is new": {
			"  - {name: k, when: {newer_than: 50d, age_by: modified}, do: keep}\n", "/data/root", false,
		},
		"a rule keeps what came yesterday": {
			"  - {name: k, when: {newer_than: 1d, age_by: modified}, do: keep}\n", "/data/root", true,
		},
	} {
		b := newBox(t, matching(c.rule))
		b.discard(c.folder+name, picture(1), 40)
		home, other := b.named("home", false, "/data/root"), b.named("other", false, "/data/other")
		for _, s := range []*sweeper.Sweeper{b.sweeping(home, other), b.sweeping(other, home), b.sweeping(home)} {
			p, sum, err := s.Plan(t.Context(), sweeper.ScanOptions{})
			if err != nil || sum.Errors != 0 || len(p.Purge) == 1 != c.due {
				t.Errorf("%s: would purge %q, %v; want it due: %v", what, b.purges(p), err, c.due)
			}
			if c.due && len(p.Purge) == 1 && !slices.Contains([]string{"home", "other"}, p.Purge[0].Storage) {
				t.Errorf("%s: by storage %q", what, p.Purge[0].Storage)
			}
		}
	}
}

// TestAnEntryOfTheBinIsKnownByItsPathWithAndWithoutLinks: another program wrote
// into the bin where the file was, by whichever path it had been given.
func TestAnEntryOfTheBinIsKnownByItsPathWithAndWithoutLinks(t *testing.T) {
	t.Parallel()
	const name = "/ChatGPT Image Apr 20, 2026, 01_17_01 AM.png"
	for what, c := range map[string]struct {
		rule, folder string
		due          bool
	}{
		"nothing is said of it":                {"", "/link", true},
		"excluded, by a path through the link": {"", "/link/mine", false},
		"kept, by the path without links": {
			"  - {name: k, when: {path: /data/root/fine/**}, do: keep}\n", "/link/fine", false,
		},
		"kept, by the path through the link": {
			"  - {name: k, when: {path: /link/fine/**}, do: keep}\n", "/data/root/fine", false,
		},
		"of the storage that the link is in": {"  - {name: k, when: {storage: other}, do: keep}\n", "/link", true},
	} {
		b := newBox(t, matching(c.rule))
		b.real = func(path string) string {
			if rest, in := strings.CutPrefix(path+"/", "/link/"); in {
				return strings.TrimSuffix("/data/root/"+rest, "/")
			}
			return strings.TrimSuffix(path, "/")
		}
		b.discard(c.folder+name, picture(1), 40)
		p, sum, err := b.sweeping(b.named("home", false, "/data/root")).Plan(t.Context(), sweeper.ScanOptions{})
		if err != nil || sum.Errors != 0 || len(p.Purge) == 1 != c.due {
			t.Errorf("%s: would purge %q, %v; want it due: %v", what, b.purges(p), err, c.due)
		}
	}
}
