package sweeper_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

func TestASavedPlanIsTheSamePlan(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put("/data/root/bad \xff\xfe \n/ChatGPT Image Apr 20, 2026, 01_17_02 AM.png", picture(1))
	p, _ := b.plan()
	p.Scope[0].Roots = []string{"/data/root", "/bad\xff"}
	var saved bytes.Buffer
	if err := p.Save(&saved); err != nil {
		t.Fatal(err)
	}
	got, err := sweeper.LoadPlan(&saved)
	if err != nil {
		t.Fatal(err)
	}
	p.Scan, p.Reviewed, p.ID = nil, true, got.ID // a user who names a saved plan has reviewed it
	for i := range p.Trash {                     // these are not saved, because they are checked again
		e := &p.Trash[i].Entry
		*e = providers.Entry{Ref: e.Ref, Revision: e.Revision, Path: e.Path, Size: e.Size}
		for j, reason := range p.Trash[i].Decision.Reasons {
			p.Trash[i].Decision.Reasons[j] = language.Verbatim(reason.String()) // it is saved in English
		}
	}
	if len(p.Trash) != 2 || !reflect.DeepEqual(got, p) {
		t.Errorf("got %+v, want %+v", got, p)
	}
	got.Scope[0].Roots = nil
	if sum := b.execute(got); sum.Trashed != 2 {
		t.Errorf("executed: got %+v", sum)
	}
}

// The hash of a policy was once of its English, and its version is raised when the form of the encoding changes.
func TestAPlanSavedByAnEarlierSweepdIsRefusedWhole(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	p, _ := b.plan()
	english, _, _ := strings.Cut(b.policy.String(), "The service ")
	p.Policy = fmt.Sprintf("%x", sha256.Sum256([]byte("sweepd policy 1\n"+english)))
	var saved bytes.Buffer
	if err := p.Save(&saved); err != nil {
		t.Fatal(err)
	}
	old, err := sweeper.LoadPlan(&saved)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.sweeper().Execute(t.Context(), old, nil); !errors.Is(err, sweeper.ErrOtherPolicy) {
		t.Errorf("got %v, want ErrOtherPolicy", err)
	}
	b.binIs()
}

func TestWhatIsNoSavedPlanIsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "text": "hello", "other JSON": `{"a":1}`, "version": `{"sweepd_plan":2,"scope":[{"storage":"x"}]}`,
		"no scope": `{"sweepd_plan":1}`, "unknown field": `{"sweepd_plan":1,"scope":[{"storage":"x"}],"delete":[]}`,
		"trailing": `{"sweepd_plan":1,"scope":[{"storage":"x"}]} {}`, "cut": `{"sweepd_plan":1,"scope":[`,
		"a negative size": `{"sweepd_plan":1,"scope":[{"storage":"x"}],"trash":[{"storage":"x","path":"/x",` +
			`"revision":"r","size":-1,"decision":{"action":"trash","rule":"r","reasons":["x"]}}]}`,
		"a negative count": `{"sweepd_plan":1,"scope":[{"storage":"x","seen":-1}]}`,
	} {
		if _, err := sweeper.LoadPlan(strings.NewReader(text)); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func FuzzLoadPlan(f *testing.F) {
	f.Add(
		[]byte(
			`{"sweepd_plan":1,"made":"2026-11-23T12:00:00Z","policy":"x","scope":[{"storage":"home","seen":3}],` +
				`"trash":[{"storage":"home","path":{"base64":"/w=="},"revision":"r","size":1,` +
				`"decision":{"action":"trash","rule":"r","reasons":["x"]}}]}`,
		),
	)
	f.Add([]byte(`{"sweepd_plan":1,"scope":[{"storage":"","roots":[{"base64":null}]}],"purge":[{"key":"k"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := sweeper.LoadPlan(bytes.NewReader(text))
		if err != nil {
			return
		}
		var once, twice bytes.Buffer
		if err := p.Save(&once); err != nil {
			return // a year that JSON has no form for
		}
		again, err := sweeper.LoadPlan(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatalf("what was saved is refused: %v\n%s", err, once.Bytes())
		}
		if err := again.Save(&twice); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("saved twice: %v\n%s\n%s", err, once.Bytes(), twice.Bytes())
		}
	})
}

func TestSizesThatAreTooLargeTogetherAreOverTheLimit(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	p, _ := b.plan()
	for range 4 {
		p.Purge = append(p.Purge, sweeper.Item{Storage: "home", Entry: providers.Entry{Size: 1 << 62}})
	}
	b.refusedWhole(p, new(*sweeper.LimitError))
}

// TestASavedPlanIsCarriedOutOnce: a plan of which something was left alone may be
// applied again, for the rest.
func TestASavedPlanIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	b.put(ours(1), picture(1))
	b.put(ours(2), picture(2))
	made, _ := b.plan()
	load := func() *sweeper.Plan {
		var text bytes.Buffer
		if err := made.Save(&text); err != nil {
			t.Fatal(err)
		}
		p, err := sweeper.LoadPlan(&text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	carriedOut := func() int64 {
		run, err := b.sweeper().CarriedOut(t.Context(), load())
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	b.account.Hold(ours(1), providers.Held{Guard: providers.GuardGit, Why: language.Verbatim("Git tracks it")})
	if first := b.execute(load()); first.Refused != 1 || carriedOut() != 0 {
		t.Errorf("of the first run %d were left alone, and the plan was already applied as run %d", first.Refused,
			carriedOut())
	}
	made.Trash = made.Trash[:1] // a plan that was shortened is another
	b.account.Hold(ours(1))
	second := b.execute(load())
	if second.Trashed != 1 || carriedOut() != second.Run {
		t.Errorf("the second run trashed %d, and the plan was already applied as run %d", second.Trashed, carriedOut())
	}
	if run, err := b.sweeper().CarriedOut(t.Context(), made); run != 0 || err != nil {
		t.Errorf("a plan that was never saved was already applied as run %d, %v", run, err)
	}
}
