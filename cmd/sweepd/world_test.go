package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// world is one person's home with pictures that are due, and the program as it
// is shipped.
type world struct {
	*testing.T
	home, binary string
	files        map[string][]byte // path below Downloads -> content
}

// build makes the binary as it is shipped.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "sweepd")
	if out, err := exec.Command("go", "build", "-o", binary, "sweepd/cmd/sweepd").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

const worldPolicy = `version: 1
storages: {home: {type: local, roots: [~/Downloads]}}
rules: [{name: mine, when: {confidence: likely}, do: trash}]
settle: 0s
`

func newWorld(t *testing.T, binary string) *world {
	t.Helper()
	w := &world{T: t, home: t.TempDir(), binary: binary, files: map[string][]byte{}}
	w.write(".config/sweepd/policy.yaml", []byte(worldPolicy))
	for i := range 3 {
		name := fmt.Sprintf("Downloads/%d/ChatGPT Image Apr 20, 2026, 01_17_0%d AM.png", i%2, i)
		w.files[name] = smallPicture(byte(i))
		w.write(name, w.files[name])
	}
	w.files["Downloads/holiday.png"] = smallPicture(9)
	w.write("Downloads/holiday.png", smallPicture(9))
	return w
}

func (w *world) write(name string, content []byte) {
	w.Helper()
	path := filepath.Join(w.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		w.Fatal(err)
	}
	then := time.Now().AddDate(0, 0, -100)
	if err := os.Chtimes(path, then, then); err != nil {
		w.Fatal(err)
	}
}

func (w *world) command(args ...string) *exec.Cmd {
	cmd := exec.Command(w.binary, args...)
	cmd.Env = []string{"HOME=" + w.home, "PATH=/usr/bin:/bin"}
	cmd.Dir = w.home
	return cmd
}

// run runs the program to its end and gives its exit status.
func (w *world) run(args ...string) (status int, stdout, stderr string) {
	w.Helper()
	cmd := w.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			w.Fatal(err)
		}
		status = exit.ExitCode()
	}
	return status, out.String(), errs.String()
}

// places is in how many places each content is whole: in Downloads, and in the
// trash.
func (w *world) places() map[string]int {
	w.Helper()
	places, _ := w.look()
	return places
}

// look is places, and how many files the trash holds.
func (w *world) look() (places map[string]int, trashed int) {
	w.Helper()
	places = map[string]int{}
	count := func(dir string, nested bool) {
		err := filepath.WalkDir(filepath.Join(w.home, dir), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil // a bin that is not there holds nothing
			}
			content, err := os.ReadFile(path)
			if err == nil {
				places[string(content)]++
				if nested {
					trashed++
				}
			}
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
	}
	count("Downloads", false)
	count(".local/share/Trash/files", true)
	return places, trashed
}

// eachOnce checks that every file is whole in exactly one of its place and the
// trash, and returns how many are in the trash.
func (w *world) eachOnce(when string) int {
	w.Helper()
	places, trashed := w.look()
	for name, content := range w.files {
		if n := places[string(content)]; n != 1 {
			w.Errorf("%s: %s is in %d places, want 1", when, name, n)
		}
	}
	return trashed
}

// recordIsTrue compares the journal with the disk: nothing is open, every file
// that it says is in the trash is there, and nothing was done twice.
func (w *world) recordIsTrue(when string, trashed int) {
	w.Helper()
	var st struct {
		InTrash     int `json:"in_trash"`
		Interrupted int `json:"interrupted"`
	}
	status, out, errs := w.run("status", "--json")
	if err := json.Unmarshal([]byte(out), &st); err != nil || status != 0 {
		w.Fatalf("%s: status: %d, %v\n%s%s", when, status, err, out, errs)
	}
	if st.Interrupted != 0 || st.InTrash != trashed {
		w.Errorf("%s: the record has %d open and %d in the trash, want 0 and %d", when, st.Interrupted, st.InTrash, trashed)
	}
	infos, err := filepath.Glob(filepath.Join(w.home, ".local/share/Trash/info/*.trashinfo"))
	if err != nil || len(infos) != trashed {
		w.Errorf("%s: %d .trashinfo files, %v; want %d", when, len(infos), err, trashed)
	}
}

// doneOnce checks that no run's history says that one file was trashed twice
// without having been restored between.
func (w *world) doneOnce(when string) {
	w.Helper()
	restored := w.history("restore")
	for path, n := range w.history("trash") {
		if n -= restored[path]; n < 0 || n > 1 {
			w.Errorf("%s: the history trashes %s %d times more often than it restores it", when, path, n)
		}
	}
}

// history is how many operations of that kind were done, by path.
func (w *world) history(kind string) map[string]int {
	w.Helper()
	_, out, _ := w.run("history", "--json", "-n", "1000")
	done := map[string]int{}
	for line := range strings.Lines(out) {
		var r struct{ Run int }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			w.Fatal(err)
		}
		_, ops, _ := w.run("history", "--json", strconv.Itoa(r.Run))
		for line := range strings.Lines(ops) {
			var op struct{ Type, Kind, Path, State string }
			if err := json.Unmarshal([]byte(line), &op); err != nil {
				w.Fatal(err)
			}
			if op.Type == "operation" && op.State == "done" && op.Kind == kind {
				done[op.Path]++
			}
		}
	}
	return done
}
