package review

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

func TestAPictureIsKeptApprovedAndReturned(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	due, perhaps := d.id("01_17_01"), d.id("01_17_02")
	for _, step := range []struct{ do, id, search, want string }{
		{"keep", due, "01_17_01", "keep"},
		{"undo", due, "01_17_01", "trash"},
		{"approve", perhaps, "01_17_02", "trash"},
		{"undo", perhaps, "01_17_02", "review"},
	} {
		code, text := d.decide(step.do, step.id)
		if code != http.StatusOK || !strings.Contains(text, `"done":1`) {
			t.Fatalf("%s: %d %s", step.do, code, text)
		}
		d.shows(step.search, step.want)
		if err := d.server.Look(); err != nil { // as another process would find it
			t.Fatal(err)
		}
		d.shows(step.search, step.want)
	}
}

// A picture on a disk at two places is one card, and its decision is one for both.
func TestCopiesAreOneCard(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(ours("more", 1), drawn(1))
	if err := d.server.Look(); err != nil {
		t.Fatal(err)
	}
	id := d.id("01_17_01")
	if code, text := d.decide("keep", id); code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	for _, at := range d.server.listing().picture(id).places {
		if at.Decision.Action != "keep" {
			t.Errorf("%s is %s", at.Entry.Path, at.Decision.Action)
		}
	}
}

func TestAKeptPictureIsNotApproved(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code, text := d.decide("approve", d.id("01_17_03"))
	if code != http.StatusConflict || !strings.Contains(text, "neither held nor up for review") {
		t.Errorf("%d %s", code, text)
	}
	d.shows("01_17_03", "keep")
}

// An approval is for what the person saw. It is refused for a file that has changed since, also after a later look,
// and by a page that is older than two looks.
func TestAStalePageIsRefusedAndSaysWhatChanged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.id("01_17_02")
	d.write(ours("perhaps", 2), drawn(20))
	path := filepath.Join(d.home, ours("perhaps", 2))
	if err := os.Chtimes(path, time.Now(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	want := []string{"it was written to at", "it was written to at", "load the page again"}
	for i, reason := range want {
		for _, do := range []string{"approve", "keep"} {
			if code, text := d.decide(do, id); code != http.StatusConflict || !strings.Contains(text, reason) {
				t.Errorf("%s after %d looks: %d %s", do, i, code, text)
			}
		}
		if err := d.server.Look(); err != nil {
			t.Fatal(err)
		}
		d.shows("01_17_02", "review")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	code, text := d.decide("approve", d.server.listing().pictures[d.server.listing().at[d.id("01_17_02")]].id)
	if code != http.StatusConflict || !strings.Contains(text, "no longer there") {
		t.Errorf("a file that is gone: %d %s", code, text)
	}
}

// The approval of a revision moves no other one: the plan is made anew, and each file of it is examined again.
func TestAnApprovalIsNotReplayedOnAnotherFile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	if code, text := d.decide("approve", d.id("01_17_02")); code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	plan := d.plan()
	d.write(ours("perhaps", 2), drawn(21))
	if code, _ := d.post("/apply", url.Values{"plan": {plan}}); code != http.StatusOK {
		t.Fatalf("apply: %d", code)
	}
	if !d.is(ours("perhaps", 2)) || d.is(ours("", 1)) {
		t.Errorf("approved and changed: there %v; due and unchanged: there %v", d.is(ours("perhaps", 2)),
			d.is(ours("", 1)))
	}
	if code, text := d.post("/apply", url.Values{"plan": {plan}}); code != http.StatusConflict ||
		!strings.Contains(text, "no longer the present one") {
		t.Errorf("the same plan again: %d\n%s", code, text)
	}
}

var planID = regexp.MustCompile(`name="plan" value="([^"]+)"`)

// plan looks at the plan and returns its ID.
func (d *desk) plan() string {
	d.Helper()
	_, text := d.get("/apply")
	m := planID.FindStringSubmatch(text)
	if m == nil {
		d.Fatalf("there is no plan:\n%s", text)
	}
	return m[1]
}

func TestAPlanIsAppliedAndUndone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	if code, text := d.post("/apply", url.Values{"plan": {""}}); code != http.StatusConflict {
		t.Errorf("without a plan: %d\n%s", code, text)
	}
	code, text := d.post("/apply", url.Values{"plan": {d.plan()}})
	if code != http.StatusOK || !strings.Contains(text, "Moved 1 file to the trash") || d.is(ours("", 1)) {
		t.Fatalf("apply: %d, the file is there: %v\n%s", code, d.is(ours("", 1)), text)
	}
	keys := ids(text)
	if len(keys) != 1 {
		t.Fatalf("the run has the files %q", keys)
	}
	if _, text := d.get("/storages"); !strings.Contains(text, "In its trash, from sweepd</dt><dd>1, ") {
		t.Errorf("the storages:\n%s", text)
	}
	if code, b := d.get("/thumbnail/trashed/" + keys[0]); code != http.StatusOK || !strings.HasPrefix(b, "\xff\xd8") {
		t.Errorf("the thumbnail of a file in the trash: %d", code)
	}
	for _, wrong := range []url.Values{{"run": {"x"}}, {"run": {"99"}}, {"key": {"x"}}, {}} {
		if code, _ := d.post("/undo", wrong); code != http.StatusConflict {
			t.Errorf("undo %v: %d", wrong, code)
		}
	}
	if code, text = d.post("/undo", url.Values{"key": {keys[0]}}); code != http.StatusOK || !d.is(ours("", 1)) {
		t.Fatalf("undo: %d, the file is there: %v\n%s", code, d.is(ours("", 1)), text)
	}
	d.shows("01_17_01", "keep")
	if _, text = d.get("/history"); !strings.Contains(text, "Restored 1 file") {
		t.Errorf("the history:\n%s", text)
	}
}

// A service with mode: report deletes nothing, from its page neither.
func TestNoPlanIsAppliedWhereNoneMayBe(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	plan := d.plan()
	d.server.o.MayApply = func() error { return errors.New("only reports") }
	if code, text := d.post("/apply", url.Values{"plan": {plan}}); code != http.StatusConflict || !d.is(ours("", 1)) {
		t.Errorf("a plan that was shown before: %d\n%s", code, text)
	}
	if _, text := d.get("/apply"); planID.MatchString(text) || !strings.Contains(text, "Only reports.") {
		t.Errorf("the page of the plan:\n%s", text)
	}
}

func TestAPlanOverALimitIsNotApplied(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write("policy.yaml", []byte(strings.Replace(deskPolicy, "share: 100%", "bytes: 100B, share: 100%", 1)))
	_, text := d.get("/apply")
	if planID.MatchString(text) || !strings.Contains(text, "over the policy&#39;s limits") {
		t.Errorf("the page of the plan:\n%s", text)
	}
	if _, text = d.get("/waiting"); !strings.Contains(text, "over the policy&#39;s limits") ||
		!strings.Contains(text, "raise limits: in the policy") {
		t.Errorf("what waits:\n%s", text)
	}
}

// A name and a text of a file are the work of whoever made it. They are shown, and never a part of the page.
func TestNamesAndTextsOfFilesAreOnlyText(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	evil := `<img src=x onerror=alert(1)>"'><script>alert(2)</script>` + "\u202e{{.}}"
	folder := filepath.Join("perhaps", strings.ReplaceAll(evil, "/", "_"))
	d.write(ours(folder, 4), withText(drawn(4), "Software", evil+" ChatGPT"))
	d.write(ours(folder, 5)+evil[:28]+".png", drawn(5))
	if err := d.server.Look(); err != nil {
		t.Fatal(err)
	}
	pages := []string{
		"/", "/apply", "/waiting", "/storages", "/policy", "/?q=" + url.QueryEscape(evil),
		"/picture/" + d.id("01_17_04"),
	}
	_, _ = d.decide("approve", d.server.listing().pictures[0].id)
	if code, text := d.post("/apply", url.Values{"plan": {d.plan()}}); code != http.StatusOK {
		t.Fatalf("apply: %d\n%s", code, text)
	}
	pages = append(pages, "/history", "/history/1")
	for _, page := range pages {
		_, text := d.get(page)
		if strings.ContainsRune(text, '\u202e') && !strings.Contains(page, "?q=") { // the search is the person's own
			t.Errorf("%s has a character that turns the direction", page)
		}
		for n := range elements(t, text) {
			for _, a := range n.Attr {
				asset := a.Key == "src" && strings.HasPrefix(a.Val, "/assets/") || a.Key == "defer"
				script := n.Data == "script" && !asset
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || script ||
					a.Key == "src" && !strings.HasPrefix(a.Val, "/") ||
					a.Key == "href" && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") {
					t.Errorf("%s has %s %s=%q", page, n.Data, a.Key, a.Val)
				}
			}
			if n.Data == "script" && n.FirstChild != nil || n.Data == "style" {
				t.Errorf("%s has an inline %s", page, n.Data)
			}
		}
	}
	code, text := d.decide("approve", d.id("01_17_04"))
	if code != http.StatusOK || strings.Contains(text, "<img src=x") {
		t.Errorf("the answer to the script: %d %s", code, text)
	}
}

// elements returns all elements of a page.
func elements(t *testing.T, text string) map[*html.Node]bool {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all := map[*html.Node]bool{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all[n] = true
		}
	}
	return all
}

// An address names pictures by their IDs, of which nobody can make one.
func TestAnAddressLeadsToNoOtherFile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write("secret.txt", []byte("secret"))
	id := d.id("01_17_01")
	for _, path := range []string{
		"/picture/../../secret.txt", "/picture/..%2f..%2fsecret.txt", "/picture/%2e%2e", "/picture/" + id + "/1/whole",
		"/picture/" + id + "/-1/whole", "/picture/" + id + "/0%2f..%2f..%2fsecret.txt/whole",
		"/thumbnail/..%2f..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/assets/server.go", "/assets/",
		"/thumbnail/trashed/..%2fsecret.txt", "/history/..%2f1", "/cards?ids=../../secret.txt",
	} {
		if _, text := d.get(path); strings.Contains(text, "secret\n") || strings.HasPrefix(text, "secret") {
			t.Errorf("%s: %s", path, text)
		}
	}
	if code, b := d.get("/picture/" + id + "/0/whole"); code != http.StatusOK || b != string(drawn(1)) {
		t.Errorf("the picture itself: %d, %d bytes", code, len(b))
	}
	other := newDesk(t)
	if same := other.id("01_17_01"); same == id {
		t.Error("another server gives the same IDs")
	}
}

// A file that decoders work on for long or that claims many pixels has a sign in place of its thumbnail, and so has one
// that is no picture any more.
func TestABombHasNoThumbnail(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	bomb := drawn(6)
	copy(bomb[16:], "\x00\xff\xff\xff\x00\xff\xff\xff") // the size in IHDR
	d.write(ours("perhaps", 6), bomb)
	if err := d.server.Look(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if code, b := d.get("/thumbnail/" + d.id("01_17_06")); code != http.StatusOK || !strings.HasPrefix(b, "<svg") {
		t.Errorf("a bomb: %d %q", code, b)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	id := d.id("01_17_01")
	for range 2 { // made, and kept
		if code, b := d.get("/thumbnail/" + id); code != http.StatusOK || !strings.HasPrefix(b, "\xff\xd8") {
			t.Errorf("a picture: %d", code)
		}
	}
}

// A draft is compared with the policy on the files that are there, by the same code as sweepd check --diff, and nothing
// is saved.
func TestADraftShowsItsEffect(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	draft := strings.Replace(deskPolicy, `path: "**/perhaps/**"}, do: review`,
		`path: "**/perhaps/**", confidence: likely, derived: include}, do: trash`, 1)
	code, text := d.post("/policy", url.Values{"draft": {strings.ReplaceAll(draft, "\n", "\r\n")}})
	if code != http.StatusOK || strings.Count(text, "01_17_02 AM.png</b>") != 1 ||
		strings.Contains(text, "01_17_01 AM") {
		t.Errorf("a change of one rule: %d\n%s", code, text)
	}
	if _, text = d.post("/policy", url.Values{"draft": {deskPolicy}}); !strings.Contains(text, "treated the same") {
		t.Errorf("the policy itself:\n%s", text)
	}
	_, text = d.post("/policy", url.Values{"draft": {"version: 1\nrules: <b>"}})
	if !strings.Contains(text, "draft:") || strings.Contains(text, "<b>\n") {
		t.Errorf("no policy:\n%s", text)
	}
	if _, text = d.get("/policy"); !strings.Contains(text, "do: review") {
		t.Errorf("the policy was changed:\n%s", text)
	}
}

// An approval lifts the guards that the card shows, and no other: one that arose since is shown first, and a card
// without it approves nothing, not even afterwards.
func TestAnApprovalLiftsOnlyGuardsThatWereShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const search = "01_17_02"
	old := d.id(search) // up for review by a rule; no guard
	d.write("Pictures/letter.md", []byte("See ![this](<perhaps/"+filepath.Base(ours("perhaps", 2))+">)\n"))
	d.clock = time.Minute // documents were last read long enough ago
	code, text := d.decide("approve", old)
	if code != http.StatusConflict || !strings.Contains(text, "something holds it that was not shown") ||
		strings.Count(text, "letter.md") < 2 { // in the problem and on the new card
		t.Errorf("a guard that arose since: %d %s", code, text)
	}
	d.shows(search, "review")
	if code, text := d.decide("approve", old); code != http.StatusConflict || strings.Contains(text, `"done":1`) ||
		!strings.Contains(text, "what holds it, are not the same") {
		t.Errorf("the card without the guard, again: %d %s", code, text)
	}
	if code, _ := d.post("/apply", url.Values{"plan": {d.plan()}}); code != http.StatusOK || !d.is(ours("perhaps", 2)) {
		t.Fatalf("apply: %d; the file is there: %v", code, d.is(ours("perhaps", 2)))
	}
	if code, text := d.decide("approve", d.id(search)); code == http.StatusOK {
		t.Errorf("the list was made anew without the guard: %d %s", code, text)
	}
	if code, text := d.decide("approve", d.id(search)); code != http.StatusOK {
		t.Errorf("the card with the guard: %d %s", code, text)
	}
	d.shows(search, "trash")
}
