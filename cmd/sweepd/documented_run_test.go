package main

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// elsewhere has the verbs that TestEveryDocumentedCommandRuns leaves out, and the script that runs them: they need a
// sign-in, a browser, a data export or a service, or do not end by themselves.
var elsewhere = map[string]string{
	"demo":        "demo.txtar",
	"demo serve":  "demo-serve.txtar",
	"doctor":      "login.txtar",
	"fleet":       "fleet.txtar",
	"learn":       "learn.txtar",
	"login":       "login.txtar",
	"logout":      "login.txtar",
	"notify test": "notify.txtar",
	"reload":      "reload.txtar",
	"review":      "review.txtar",
	"run":         "run.txtar",
	"sweep":       "run.txtar",
}

// Each documented command does in a home of one person what its page implies: it ends well, or refuses what needs a
// person at a terminal. Commands that change nothing share a home.
func TestEveryDocumentedCommandRuns(t *testing.T) {
	t.Parallel()
	looking, others := runHere(t)
	t.Run("look", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t)
		for _, c := range rotation.Part(t, looking) {
			w.do(c)
		}
	})
	for _, c := range rotation.Part(t, others) {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			newWorkplace(t).do(c)
		})
	}
	if len(looking) < 30 || len(others) < 20 {
		t.Errorf("%d and %d commands run, want at least 30 and 20", len(looking), len(others))
	}
}

// runHere returns the documented commands that are not run elsewhere, each once: those that change nothing, and others.
// The test fails if elsewhere is out of date.
func runHere(t *testing.T) (looking, others []documented) {
	t.Helper()
	seen, used := map[string]bool{}, map[string]bool{}
	for _, c := range allDocumented(t) {
		line := c.String() + c.then
		if seen[line] || c.isName() || c.elsewhere(used) {
			continue
		}
		seen[line] = true
		if c.looks() {
			looking = append(looking, c)
		} else {
			others = append(others, c)
		}
	}
	for words, file := range elsewhere {
		if text, err := os.ReadFile(filepath.Join("testdata/script", file)); err != nil ||
			!strings.Contains(string(text), "sweepd "+words) {
			t.Errorf("%s is to run sweepd %s, and does not (%v)", file, words, err)
		}
		if !used[words] {
			t.Errorf("no page shows sweepd %s: take it off the list", words)
		}
	}
	return looking, others
}

// looks reports whether the command changes nothing.
func (c documented) looks() bool {
	verb, _, err := (&program{term: &terminal{}}).root().Find(c.args)
	return err == nil && verb.GroupID == "look"
}

// elsewhere reports whether another test runs the command, and marks the words by which it is on the list.
func (c documented) elsewhere(used map[string]bool) bool {
	for n := min(2, len(c.args)); n > 0; n-- {
		if words := strings.Join(c.args[:n], " "); elsewhere[words] != "" {
			used[words] = true
			return true
		}
	}
	return false
}

// workplace is a stage on which something has happened: run 1 moved a picture to the trash, and a saved plan is there.
type workplace struct {
	*stage
	id string // of a picture in the Drive
}

// Pictures of a workplace: in its place, kept, and in the trash.
const (
	inPlace = "Downloads/" + may
	kept    = "Downloads/" + june
	trashed = "Downloads/" + april
)

const workPolicy = `version: 1
storages:
  home: {type: local, roots: [~/Downloads, ~/Pictures]}
  drive: {type: gdrive, client: ~/google.json, account: mia@example.com}
  box: {type: dropbox, app_key: q1w2e3r4t5y6u7i, account: mia@example.com, purge: off}
rules:
  - {name: mine, when: {confidence: proven, name: "*Apr 20*"}, do: trash}
  - {name: rest, when: {confidence: possible}, do: review}
trash: {ours: 30d, everything: 30d}
settle: 0
`

func newWorkplace(t *testing.T) *workplace {
	w := &workplace{stage: newStage(t, "careful-start")}
	w.must(os.WriteFile(w.policy, []byte(workPolicy), 0o600))
	w.save("ChatGPT's", 100, "~/"+trashed)
	w.save("ChatGPT's", 90, "~/"+inPlace)
	w.save("ChatGPT's", 90, "~/"+kept)
	w.save("plain", 100, "~/Pictures/holiday.png")
	mia, err := w.drive.AddAccount(drivesim.Person{Email: "mia@example.com"})
	w.must(err)
	w.id = w.upload(mia, "ChatGPT's", 100, "Pictures/a.png", "")
	her, err := w.box.AddAccount(dropboxsim.Person{Email: "mia@example.com"})
	w.must(err)
	_, err = her.Put(dropboxsim.Item{Path: "/a.png", Content: content.Bytes(w.picture("ChatGPT's"))})
	w.must(err)
	w.run("apply", "--yes", "home")
	w.save("ChatGPT's", 100, "~/Pictures/"+april)
	w.run("plan", "-o", filepath.Join(w.dir, "plan.json"), "home")
	w.run("keep", filepath.Join(w.home(), kept))
	w.clock = w.clock.Add(time.Hour)
	return w
}

// do runs the command, and the program that reads what it prints if this machine has it.
func (w *workplace) do(c documented) {
	w.Helper()
	args := make([]string, len(c.args))
	for i, arg := range c.args {
		args[i] = w.meant(c.args[0], arg)
	}
	input := workPolicy
	switch c.args[0] {
	case "init":
		input = strings.Repeat("\n", 7) + "y\n" // the defaults, and yes
	case "forget":
		w.run("undo", "1")
		fallthrough
	default:
		args = append(args, "--policy", w.policy)
	}
	status, out, errs := w.execute(input, args...)
	if want := c.status(); status != want {
		w.Errorf("%s: %v: status %d, want %d\n%s%s", c.where, args, status, want, out, errs)
	}
	program, _, _ := strings.Cut(c.then, " ")
	if _, err := exec.LookPath(program); program == "" || err != nil {
		return
	}
	pipe := exec.Command("sh", "-c", c.then)
	pipe.Stdin = strings.NewReader(out)
	valid := c.args[0] == "check" // and the example lists the policies that are not
	if read, err := pipe.CombinedOutput(); err != nil || (len(read) == 0) != valid {
		w.Errorf("%s: %s | %s: %v, printed %q", c.where, c, c.then, err, read)
	}
}

// status returns the exit status that the command has here: without a terminal, apply changes nothing.
func (c documented) status() int {
	if c.args[0] == "apply" && !slices.Contains(c.args, "--yes") && !slices.ContainsFunc(c.args, isPlan) {
		return exitUnsafe
	}
	return exitDone
}

// isPlan reports whether an argument of a documented apply is a saved plan.
func isPlan(arg string) bool { return arg == "FILE" || filepath.Ext(arg) == ".json" }

// number matches the number of a run.
var number = regexp.MustCompile(`^(?:RUN(?:\.\.\.)?|\d+)$`)

// meant returns what stands for an argument of a documented command here. A verb that needs a picture in a certain
// state gets that one.
func (w *workplace) meant(verb, arg string) string {
	switch {
	case number.MatchString(arg):
		return "1"
	case arg == "STORAGE" || arg == "TREE":
		return "home"
	case arg == "KEY":
		return "q1w2e3r4t5y6u7i"
	case arg == "drive:1AbC":
		return "drive:" + w.id
	case verb == "apply" && isPlan(arg):
		return filepath.Join(w.dir, "plan.json")
	case arg == "FILE" || arg == "~/Downloads/a.png":
		picture := map[string]string{"undo": trashed, "history": trashed, "forget": kept}[verb]
		return filepath.Join(w.home(), cmp.Or(picture, inPlace))
	case arg == "A" || arg == "B" || filepath.Ext(arg) == ".yaml":
		return w.policy
	case filepath.Ext(arg) == ".json" || filepath.Ext(arg) == ".html":
		return filepath.Join(w.dir, arg)
	}
	return strings.Replace(arg, "~", w.home(), 1)
}
