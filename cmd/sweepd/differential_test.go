//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// The set trashed, the set in the plan that was shown, and the set that
// reference computes are compared over random trees, policies and histories,
// with real files, a real journal, and a clock of the test's: of 350 histories, each of three rounds over a tree of its
// own, one run takes a slice.
func TestWhatIsTrashedIsThePlanShownIsWhatANaiveReferenceComputes(t *testing.T) {
	t.Parallel()
	histories := 0
	total := reckoning{}
	for seed := range rotation.New(t, 10).Steps() {
		if seed > 350 {
			break
		}
		histories++
		h := newHistory(t, uint64(seed))
		for range 3 {
			h.live()
			h.round(&total)
		}
		if t.Failed() {
			t.Fatalf("history %d; its policy:\n%s\n%s", seed, h.rules.yaml(), strings.Join(h.did, "\n"))
		}
	}
	t.Logf("%d histories: %+v", histories, total)
	whole := histories == 350 // a slice may meet no refusal
	if total.trashed == 0 || total.held < histories || whole && (total.trashed < histories || total.refused == 0) {
		t.Errorf("%+v: want a test that meets all of it", total)
	}
}

// reckoning counts what the rounds met.
type reckoning struct{ trashed, held, refused int }

// ruleset is a random policy.
type ruleset struct {
	keepers, copies, unsure, looseToo, linksGo, lastCopy bool
	older, grace, confirm                                int // days; 0: not set
	limit                                                int // files
}

func (r ruleset) yaml() string {
	text := "version: 1\nstorages: {home: {type: local, roots: [~/Downloads]}}\nrules:\n"
	if r.keepers {
		text += "  - {name: keepers, when: {path: '**/keep/**'}, do: keep}\n"
	}
	if r.copies {
		text += "  - {name: copies, when: {name: '* (1).png'}, do: review}\n"
	}
	level := "likely"
	if r.looseToo {
		level = "possible"
	}
	when := "derived: include, confidence: " + level
	if r.older > 0 {
		when += fmt.Sprintf(", older_than: %dd", r.older)
	}
	text += "  - {name: mine, when: {" + when + "}, do: trash"
	if r.grace > 0 {
		text += fmt.Sprintf(", grace: %dd", r.grace)
	}
	text += "}\n"
	if r.unsure && (r.older > 0 || !r.looseToo) { // else the rule before leaves it nothing
		text += "  - {name: unsure, when: {confidence: possible}, do: review}\n"
	}
	text += fmt.Sprintf("limits: {files: %d, share: 100%%, surge: off}\nsettle: 0s\n", r.limit)
	if r.confirm > 0 {
		text += fmt.Sprintf("confirm_after: %dd\n", r.confirm)
	}
	onOff := func(on bool) string { return map[bool]string{true: "keep", false: "off"}[on] }
	return text + fmt.Sprintf("protect: {hard_linked: %s, last_copy: %s}\n", onOff(!r.linksGo), onOff(r.lastCopy))
}

// picturefile is what the reference knows of one file.
type picturefile struct {
	path                   string // below Downloads
	content                byte
	written, seen, marked  time.Time
	kept, approved, linked bool
}

func (f *picturefile) likely() bool { return strings.Contains(f.path, "ChatGPT Image Apr") }
func (f *picturefile) loose() bool  { return strings.Contains(f.path, "chatgpt image") }

// reference is the naive reading of the policy: the files that are due, and those whose grace begins, with all
// decisions of the user. It shares no code with the program.
func (h *history) reference() (due, mark []*picturefile) {
	r, day := h.rules, 24*time.Hour
	contents := map[byte]bool{} // of files that match and stay
	for _, f := range h.sorted() {
		if !f.likely() && !f.loose() || strings.Contains(f.path, "private/") {
			continue // no match, or below a .nosweep
		}
		if f.seen.IsZero() {
			f.seen = h.clock
		}
		action := "keep"
		switch {
		case r.keepers && strings.HasPrefix(f.path, "keep/"):
		case r.copies && strings.HasSuffix(f.path, " (1).png"):
			action = "review"
		case (f.likely() || r.looseToo) && (r.older == 0 || h.clock.Sub(f.written) > time.Duration(r.older)*day):
			action = "trash"
		case r.unsure:
			action = "review"
		}
		if action != "keep" && (f.kept || h.keptContents[f.content]) {
			action = "keep"
		}
		confirmed := h.clock.Sub(f.seen) >= time.Duration(r.confirm)*day
		over := r.grace == 0 || !f.marked.IsZero() && h.clock.Sub(f.marked) >= time.Duration(r.grace)*day
		switch {
		case action == "keep":
		case f.approved:
			due = append(due, f)
			continue
		case action == "trash" && h.inTrash(f): // it came back
		case action == "trash" && confirmed && !over && f.marked.IsZero():
			mark = append(mark, f)
		case action == "trash" && confirmed && over && (!f.linked || r.linksGo):
			due = append(due, f)
			continue
		}
		contents[f.content] = true
	}
	if !r.lastCopy {
		return due, mark
	}
	return slices.DeleteFunc(due, func(f *picturefile) bool {
		spared := !f.approved && !contents[f.content]
		if spared {
			contents[f.content] = true
		}
		return spared
	}), mark
}

// history is one home through some weeks.
type history struct {
	*testing.T
	rng          *rand.Rand
	home         string
	rules        ruleset
	clock, boot  time.Time
	files        map[string]*picturefile
	keptContents map[byte]bool
	spent        map[int]spending // by run
	lastRun      int
	did          []string
}

type spending struct {
	at    time.Time
	files []picturefile
}

// inTrash reports whether a file of the same place and content is in the trash.
func (h *history) inTrash(f *picturefile) bool {
	for _, s := range h.spent {
		if slices.ContainsFunc(s.files, func(was picturefile) bool {
			return was.path == f.path && was.content == f.content
		}) {
			return true
		}
	}
	return false
}

func newHistory(t *testing.T, seed uint64) *history {
	rng := rand.New(rand.NewPCG(seed, 3))
	some := func() bool { return rng.IntN(2) == 0 }
	pick := func(days ...int) int { return days[rng.IntN(len(days))] }
	h := &history{
		T: t, rng: rng, home: t.TempDir(), files: map[string]*picturefile{}, keptContents: map[byte]bool{},
		spent: map[int]spending{},
	}
	h.rules = ruleset{
		some(), some(), some(), some(), some(), rng.IntN(3) == 0, pick(0, 0, 10), pick(0, 0, 0, 2), pick(0, 0, 0, 1),
		pick(2, 3, 50),
	}
	h.boot = time.Now().AddDate(2, 0, 0) // so that the disk's times of creation are long ago
	h.clock = h.boot
	h.store(".config/sweepd/policy.yaml", []byte(h.rules.yaml()))
	h.store("Downloads/private/.nosweep", nil)
	for range 6 {
		h.write()
	}
	return h
}

func (h *history) store(name string, content []byte) {
	h.Helper()
	path := filepath.Join(h.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		h.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		h.Fatal(err)
	}
}

func (h *history) sorted() []*picturefile {
	var all []*picturefile
	for _, f := range h.files {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *picturefile) int { return strings.Compare(a.path, b.path) })
	return all
}

func (h *history) note(format string, args ...any) {
	h.did = append(h.did, h.clock.Format("Jan 2 15:04 ")+fmt.Sprintf(format, args...))
}

// write writes a new file, or another into the place of one.
func (h *history) write() {
	h.Helper()
	folder := []string{"", "", "keep/", "private/", "sub/"}[h.rng.IntN(5)]
	name := []string{
		"ChatGPT Image Apr 20, 2026, 01_17_0%d AM.png",
		"ChatGPT Image Apr 20, 2026, 01_17_0%d AM (1).png",
		"chatgpt image %d.png",
		"IMG_%d.png",
	}[h.rng.IntN(4)]
	f := &picturefile{path: folder + fmt.Sprintf(name, h.rng.IntN(4)), content: byte(h.rng.IntN(4))}
	f.written = h.clock.Add(-time.Duration(1+h.rng.IntN(30*24)) * time.Hour)
	if old := h.files[f.path]; old != nil && old.linked {
		return // writing would write to both names
	}
	path := filepath.Join(h.home, "Downloads", f.path)
	h.store("Downloads/"+f.path, smallPicture(f.content))
	if err := os.Chtimes(path, f.written, f.written); err != nil {
		h.Fatal(err)
	}
	h.note("write %s %d, %s", f.path, f.content, f.written.Format("Jan 2 15:04"))
	h.files[f.path] = f
}

// sweepd runs the program at the history's clock.
func (h *history) sweepd(args ...string) (int, string) {
	h.Helper()
	var out bytes.Buffer
	p := &program{
		args: args, stdin: strings.NewReader(""), stdout: &out, stderr: &out,
		getenv: func(name string) string { return map[string]string{"HOME": h.home}[name] },
		now:    func() time.Time { return h.clock },
		uptime: func() (string, time.Duration) { return "one", h.clock.Sub(h.boot) },
	}
	status := p.main(h.Context())
	return status, out.String()
}

// live lets days pass in which the user does various things.
func (h *history) live() {
	h.Helper()
	for range h.rng.IntN(6) {
		h.clock = h.clock.Add(time.Duration(h.rng.IntN(24)) * time.Hour)
		all := h.sorted()
		f := all[h.rng.IntN(len(all))]
		path := filepath.Join(h.home, "Downloads", f.path)
		switch h.rng.IntN(7) {
		case 0:
			h.expect(h.sweepd("keep", path))
			f.kept, h.keptContents[f.content] = true, true
			h.note("keep %s", f.path)
		case 1:
			if status, _ := h.sweepd("approve", path); status == 0 {
				f.approved = true
				h.note("approve %s", f.path)
			}
		case 2:
			link := filepath.Join(h.home, fmt.Sprintf("link%d", len(h.did)))
			if err := os.Link(path, link); err != nil {
				h.Fatal(err)
			}
			f.linked, f.seen, f.marked, f.approved = true, time.Time{}, time.Time{}, false // another revision
			h.note("link %s", f.path)
		case 3:
			h.undo()
		default:
			h.write()
		}
	}
}

func (h *history) expect(status int, out string) {
	h.Helper()
	if status != 0 {
		h.Fatalf("status %d\n%s", status, out)
	}
}

// undo brings back what the latest run trashed; what has a new file in its
// place stays.
func (h *history) undo() {
	h.Helper()
	was, ok := h.spent[h.lastRun]
	if !ok || len(was.files) == 0 {
		return
	}
	for _, f := range was.files {
		if h.files[f.path] != nil {
			return // a refusal: another test's
		}
	}
	h.expect(h.sweepd("undo", strconv.Itoa(h.lastRun)))
	for _, f := range was.files {
		f.kept, f.approved, f.seen, f.marked = true, false, time.Time{}, time.Time{}
		h.keptContents[f.content] = true
		h.files[f.path] = &f
	}
	delete(h.spent, h.lastRun)
	h.note("undo %d", h.lastRun)
}

// round plans, applies, and compares.
func (h *history) round(total *reckoning) {
	h.Helper()
	due, mark := h.reference()
	var want []string
	for _, f := range due {
		want = append(want, f.path)
	}
	h.note("plan: %q", want)
	status, out := h.sweepd("plan", "-o", filepath.Join(h.home, "plan.json"))
	h.expect(status, out)
	if got := h.planned(); !slices.Equal(got, want) {
		h.Errorf("the plan shown is %q, the reference %q\n%s", got, want, out)
		return
	}
	before := h.present()
	args := []string{"apply", "--yes", "--json"}
	if h.rng.IntN(2) == 0 {
		args = []string{"apply", "--json", filepath.Join(h.home, "plan.json")}
	}
	spent := 0
	for _, s := range h.spent {
		if h.clock.Sub(s.at) <= 24*time.Hour {
			spent += len(s.files)
		}
	}
	refused := len(due) > 0 && spent+len(due) > h.rules.limit
	if status, out = h.sweepd(args...); (status == exitUnsafe) != refused || !refused && status != 0 {
		h.Errorf("status %d with %d due and %d done already\n%s", status, len(due), spent, out)
		return
	}
	if refused {
		total.refused++
		want = nil
	} else if !strings.Contains(out, `"carried_out"`) {
		h.carriedOut(due, mark, out)
	} else if len(due)+len(mark) > 0 { // a plan of nothing may be the same as an earlier one
		h.Errorf("%v: %d are due, %d to be marked\n%s", args, len(due), len(mark), out)
	}
	if gone := slices.DeleteFunc(before,
		func(p string) bool { return slices.Contains(h.present(), p) }); !slices.Equal(gone, want) {
		h.Errorf("%v: trashed %q, the plan shown was %q\n%s", args, gone, want, out)
	}
	total.trashed, total.held = total.trashed+len(want), total.held+len(h.files)
}

// carriedOut updates the reference after its plan is done.
func (h *history) carriedOut(due, mark []*picturefile, out string) {
	h.Helper()
	var sum struct{ Run int }
	if !strings.Contains(out, `{"type":"summary"`) {
		h.Fatalf("no summary: %d due, %d to be marked: %s", len(due), len(mark), out)
	}
	if err := json.Unmarshal([]byte(out[strings.LastIndex(out, `{"type":"summary"`):strings.LastIndex(out, "}")+1]),
		&sum); err != nil {
		h.Fatalf("%v\n%s", err, out)
	}
	done := spending{at: h.clock}
	for _, f := range due {
		done.files = append(done.files, *f)
		delete(h.files, f.path)
	}
	for _, f := range mark {
		f.marked = h.clock
	}
	h.lastRun, h.spent[sum.Run] = sum.Run, done
}

// planned is what the saved plan would trash.
func (h *history) planned() (paths []string) {
	h.Helper()
	text, err := os.ReadFile(filepath.Join(h.home, "plan.json"))
	if err != nil {
		h.Fatal(err)
	}
	var plan struct{ Trash []struct{ Path string } }
	if err := json.Unmarshal(text, &plan); err != nil {
		h.Fatal(err)
	}
	for _, it := range plan.Trash {
		rel, err := filepath.Rel(filepath.Join(h.home, "Downloads"), it.Path)
		if err != nil {
			h.Fatal(err)
		}
		paths = append(paths, rel)
	}
	return paths
}

// present is every file below Downloads.
func (h *history) present() (paths []string) {
	h.Helper()
	top := filepath.Join(h.home, "Downloads")
	err := filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && d.Name() != ".nosweep" {
			paths = append(paths, strings.TrimPrefix(path, top+"/"))
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	slices.Sort(paths)
	return paths
}
