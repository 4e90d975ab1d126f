package sweeper_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

const ruled = `
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: mine to keep, when: {path: "**/album/**"}, do: keep}
  - {name: later, when: {confidence: likely, derived: include, path: "**/later/**"}, do: trash, grace: 7d}
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
  - {name: unsure, when: {confidence: possible, path: "**/unsure/**"}, do: review}
protect: {git: keep, library: off}
trash: {ours: 30d}
limits: {files: 100, bytes: 1GB, share: 100%}
`

// in is the download name in a folder of its own.
func in(folder string, n int) string {
	return strings.Replace(ours(n), "root/", "root/"+folder+"/", 1)
}

func TestASummarySaysOfEachRuleWhatBecameOfItsFiles(t *testing.T) {
	t.Parallel()
	b := newBox(t, ruled)
	for n := range 6 {
		b.put(ours(n), picture(byte(n)))
	}
	b.put(in("album", 10), picture(10))
	b.put(in("later", 11), picture(11))
	b.put(in("unsure", 12)+".bak.png", picture(12))
	b.put(in("other", 13)+".bak.png", picture(13))
	b.account.Write(ours(6), picture(6), b.clock.Add(-time.Second)) // within the settle time
	b.account.Hold(ours(1), providers.Held{Guard: providers.GuardGit, Why: language.Verbatim("Git tracks it")})
	b.setOverride(ours(2), journal.Keep)
	p, scan := b.plan()
	if size := int64(len(picture(0))); scan.Rules["mine"].Due != 4 || scan.Rules["mine"].DueBytes != 4*size {
		t.Errorf("due are %+v, want 4 files of %d bytes", scan.Rules["mine"], size)
	}
	b.account.Hold(ours(3), providers.Held{Guard: providers.GuardLibrary, Why: language.Verbatim("no such guard is " +
		"on")})
	// changed since the plan
	b.put(ours(4), picture(40))
	b.account.Hold(ours(5), providers.Held{Guard: providers.GuardGit, Why: language.Verbatim("it was added to Git " +
		"since")}) // and held
	sum := b.execute(p)

	got := map[string]string{}
	for name, r := range sum.Rules {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		got[name] = string(text)
	}
	size := len(picture(0))
	want := map[string]string{
		"mine to keep": `{"matched":1,"kept":{"rule":1}}`,
		"later":        `{"matched":1,"held":{"grace":1},"until":"2026-11-30T12:00:00Z"}`,
		"mine": fmt.Sprintf(
			`{"matched":6,"held":{"guard:git":1,"settle":1},"until":%q,"due":4,"due_bytes":%d,"trashed":2,`+
				`"refused":2,"bytes":%d}`,
			b.clock.Add(-time.Second).Add(b.policy.Settle).Format(time.RFC3339),
			4*size,
			2*size,
		),
		"unsure": `{"matched":1,"review":1}`,
		"":       `{"matched":2,"kept":{"no_rule":1,"word":1}}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("by rule (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int64{"changed": 1, "protected:git": 1}, sum.Refusals); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"home"}, sum.Storages); diff != "" {
		t.Errorf("storages (-want +got):\n%s", diff)
	}
	if scan.Rules["mine"].Trashed != 0 {
		t.Error("the scan's own summary says what was done after it")
	}
}

func TestTheRulesOfASummaryAddUpToIt(t *testing.T) {
	t.Parallel()
	b := newBox(t, ruled)
	for n := range 5 {
		b.put(ours(n), picture(byte(n)))
	}
	b.put(in("later", 7), picture(7))
	first := b.apply()
	b.clock = b.clock.AddDate(0, 0, 31)
	second := b.apply() // trashes one and purges five
	for _, sum := range []*sweeper.Summary{first, second, b.undo(second.Run)} {
		var all sweeper.RuleSummary
		for _, r := range sum.Rules {
			all.Matched, all.Trashed, all.Purged = all.Matched+r.Matched, all.Trashed+r.Trashed, all.Purged+r.Purged
			all.Restored, all.Refused, all.Bytes = all.Restored+r.Restored, all.Refused+r.Refused, all.Bytes+r.Bytes
		}
		if all.Matched != sum.Matched || all.Trashed != sum.Trashed || all.Purged != sum.Purged ||
			all.Restored != sum.Restored ||
			all.Refused != sum.Refused || all.Bytes != sum.Bytes {
			t.Errorf("run %d: the rules have %+v, the summary %+v", sum.Run, all, sum)
		}
	}
	if r := second.Rules["trash.ours"]; r == nil || r.Purged != 5 {
		t.Errorf("purged for being ours: %+v, want 5", r)
	}
}

func TestAPlanCannotBringRulesIntoTheSummary(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	p.Scan = nil // as a plan that was saved
	p.Trash[0].Decision.Rule = "somebody's own"
	p.Trash = append(p.Trash, p.Trash[0])
	p.Trash[1].Entry.Revision = "another"
	p.Scope[0].Seen = 2
	sum := b.execute(p)
	if sum.Rules["mine"].Trashed != 1 || sum.Rules[""].Refused != 1 || len(sum.Rules) != 2 {
		t.Errorf("got %+v", sum.Rules)
	}
}

func TestWhatARootNotListedWholeHoldsIsNotDue(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	b.plan()
	b.fail(providertest.Fault{Method: "Changes", Nth: 2, Err: errors.New("connection reset")})
	_, sum := b.plan()
	if r := sum.Rules["mine"]; r.Due != 0 || r.DueBytes != 0 || r.Held[policy.ReasonUnlisted] != 1 {
		t.Errorf("got %+v, want one held as not listed whole", r)
	}
}

func TestAGraceThatHasNotBegunHasNoEnd(t *testing.T) {
	t.Parallel()
	b := newBox(t, ruled)
	b.put(in("later", 1), picture(1))
	b.put(in("later", 2), picture(2))
	p, scan := b.plan()
	if r := scan.Rules["later"]; !r.Until.IsZero() || r.Held[policy.ReasonUnmarked] != 2 || scan.Unmarked() != 2 {
		t.Errorf("a scan says %+v, want two files without an end", r)
	}
	b.put(in("later", 2), picture(3)) // changed since the plan, and examined anew
	b.plan()
	sum := b.execute(p)
	if r := sum.Rules["later"]; sum.Marked != 1 || r.Held[policy.ReasonUnmarked] != 1 ||
		r.Held[policy.ReasonGrace] != 1 || !r.Until.Equal(b.clock.AddDate(0, 0, 7)) {
		t.Errorf("%d began: %+v, want one that ends in seven days and one that has not begun", sum.Marked, r)
	}
	if scan.Rules["later"].Held[policy.ReasonUnmarked] != 2 {
		t.Error("the scan's own summary says what was done after it")
	}
	if _, scan = b.plan(); scan.Unmarked() != 1 || !scan.Rules["later"].Until.Equal(b.clock.AddDate(0, 0, 7)) {
		t.Errorf("the next scan says %+v", scan.Rules["later"])
	}
}
