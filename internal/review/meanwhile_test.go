package review

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/sweeper"
)

// The page shows the file as it is, and its meaning as of the scan. If they are not the same, it says so.
func TestThePolicyPageSaysThatTheFileHasChanged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const changed = "The file has changed since the scan"
	if _, text := d.get("/policy"); strings.Contains(text, changed) {
		t.Errorf("the file is as it was:\n%s", text)
	}
	for _, edited := range []string{
		strings.Replace(deskPolicy, "do: review", "do: keep", 1), "version: 1\nrules: nonsense\n",
	} {
		d.write("policy.yaml", []byte(edited))
		if code, text := d.get("/policy"); code != http.StatusOK || !strings.Contains(text, changed) ||
			!strings.Contains(text, "version: 1") {
			t.Errorf("%d\n%s", code, text)
		}
	}
	d.write("policy.yaml", []byte("# a comment\n"+deskPolicy))
	if _, text := d.get("/policy"); strings.Contains(text, changed) {
		t.Errorf("only a comment is new:\n%s", text)
	}
}

func TestAPlanOfAnotherPolicyIsNotApplied(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	plan := d.plan()
	d.write("policy.yaml", []byte(strings.Replace(deskPolicy, "rules:",
		"rules:\n  - {name: none, when: {confidence: possible, derived: include}, do: keep}", 1)))
	code, text := d.post("/apply", url.Values{"plan": {plan}})
	if code != http.StatusConflict || !d.is(ours("", 1)) || !strings.Contains(text, "policy") {
		t.Errorf("%d, the file is there: %v\n%s", code, d.is(ours("", 1)), text)
	}
}

// A second tab still shows a file in the trash that was purged meanwhile.
func TestWhatWasPurgedMeanwhileIsNotRestored(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, text := d.post("/apply", url.Values{"plan": {d.plan()}})
	keys := ids(text)
	d.clock = time.Minute
	d.write("policy.yaml", []byte(deskPolicy+"trash: {ours: 1s}\n"))
	a, err := app.Open(t.Context(), app.Options{Getenv: d.getenv, Now: d.now, Act: true})
	if err != nil {
		t.Fatal(err)
	}
	due, _, err := a.Plan(t.Context(), sweeper.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := a.Sweeper.Execute(t.Context(), due, nil); err != nil || sum.Purged != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for _, form := range []url.Values{{"key": keys}, {"run": {"1"}}} {
		if code, text := d.post("/undo", form); code != http.StatusConflict ||
			!strings.Contains(text, "no longer in the trash") {
			t.Errorf("%v: %d\n%s", form, code, text)
		}
	}
	if _, text := d.get("/history/1"); len(ids(text)) != 0 || !strings.Contains(text, "permanently") {
		t.Errorf("the run:\n%s", text)
	}
}
