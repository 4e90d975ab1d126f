// Package e2e runs the program as it is shipped, in a process of its own, in the home of one person.
//
// The package has the shared parts of end-to-end tests: a home with pictures that are due, and checks that no file is
// lost, that the record is true and that nothing was done twice. Its own tests are the long loops that stop, fail or
// cut the program at each of its steps. Because only a child process is tested, they need no race detector. Only
// tests use this package.
package e2e

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// World is the home of one person with pictures that are due, and the program that sweeps it. It belongs to the test
// that made it.
type World struct {
	*testing.T
	Home, Binary string
	Files        map[string][]byte // path below Home -> content
}

// Build returns the path of the program as it is shipped: the one that SWEEPD_BINARY names, or a new one.
func Build(t testing.TB) string {
	t.Helper()
	if made := os.Getenv(BinaryVariable); made != "" {
		return made
	}
	binary := filepath.Join(t.TempDir(), "sweepd")
	if err := build(binary); err != nil {
		t.Fatal(err)
	}
	return binary
}

// BinaryVariable is the environment variable that names a program that was built already.
const BinaryVariable = "SWEEPD_BINARY"

// build builds the program into a file, with Go's build cache.
func build(binary string) error {
	out, err := exec.Command("go", "build", "-o", binary, "github.com/sweepd/sweepd/cmd/sweepd").CombinedOutput()
	if err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// Policy is the policy of a new World.
const Policy = `version: 1
storages: {home: {type: local, roots: [~/Downloads]}}
rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash}]
settle: 0s
`

// NewWorld creates a home with three pictures that are due, and one that is not.
func NewWorld(t *testing.T, binary string) *World {
	t.Helper()
	w := &World{T: t, Home: t.TempDir(), Binary: binary, Files: map[string][]byte{}}
	w.Write(".config/sweepd/policy.yaml", []byte(Policy))
	for i := range 3 {
		name := fmt.Sprintf("Downloads/%d/ChatGPT Image Apr 20, 2026, 01_17_0%d AM.png", i%2, i)
		w.Files[name] = Picture(byte(i))
		w.Write(name, w.Files[name])
	}
	w.Files["Downloads/holiday.png"] = Picture(9)
	w.Write("Downloads/holiday.png", Picture(9))
	return w
}

// Picture returns the smallest PNG, in one of 256 variants.
func Picture(variant byte) []byte {
	chunk := func(kind string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", []byte{0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0}),
		chunk("IDAT", []byte{0x78, 0x01, 0x63, variant, 0x00, 0x00}), chunk("IEND", nil))
}

// Write writes a file below the home, a hundred days old.
func (w *World) Write(name string, content []byte) {
	w.Helper()
	path := filepath.Join(w.Home, name)
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

// Command returns the program with these arguments, not started. Its environment has only HOME and PATH, so that
// nothing of the person who runs the tests is used or touched.
func (w *World) Command(args ...string) *exec.Cmd {
	cmd := exec.Command(w.Binary, args...)
	cmd.Env = []string{"HOME=" + w.Home, "PATH=/usr/bin:/bin"}
	cmd.Dir = w.Home
	return cmd
}

// Run runs the program to its end and returns its exit status and output. The status is -1 if a signal ended it;
// the test fails if it cannot be started.
func (w *World) Run(args ...string) (status int, stdout, stderr string) {
	w.Helper()
	cmd := w.Command(args...)
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

// Places returns in how many places, in Downloads and in the trash, each content is whole.
func (w *World) Places() map[string]int {
	w.Helper()
	places, _ := w.Look()
	return places
}

// Look returns Places, and how many files the trash holds.
func (w *World) Look() (places map[string]int, trashed int) {
	w.Helper()
	places = map[string]int{}
	count := func(dir string, nested bool) {
		err := filepath.WalkDir(filepath.Join(w.Home, dir), func(path string, d os.DirEntry, err error) error {
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

// EachOnce checks that every file is whole in exactly one of its place and the trash, and returns how many are in the
// trash.
func (w *World) EachOnce(when string) int {
	w.Helper()
	places, trashed := w.Look()
	for name, content := range w.Files {
		if n := places[string(content)]; n != 1 {
			w.Errorf("%s: %s is in %d places, want 1", when, name, n)
		}
	}
	return trashed
}

// RecordIsTrue compares the journal with the disk: no operation is open, and every file that the record has in the
// trash is there.
func (w *World) RecordIsTrue(when string, trashed int) {
	w.Helper()
	var st struct {
		InTrash     int `json:"in_trash"`
		Interrupted int `json:"interrupted"`
	}
	status, out, errs := w.Run("status", "--json")
	if err := json.Unmarshal([]byte(out), &st); err != nil || status != 0 {
		w.Fatalf("%s: status: %d, %v\n%s%s", when, status, err, out, errs)
	}
	if st.Interrupted != 0 || st.InTrash != trashed {
		w.Errorf("%s: the record has %d open and %d in the trash, want 0 and %d", when,
			st.Interrupted, st.InTrash, trashed)
	}
	infos, err := filepath.Glob(filepath.Join(w.Home, ".local/share/Trash/info/*.trashinfo"))
	if err != nil || len(infos) != trashed {
		w.Errorf("%s: %d .trashinfo files, %v; want %d", when, len(infos), err, trashed)
	}
}

// DoneOnce checks that the history trashes no file twice without a restore between.
func (w *World) DoneOnce(when string) {
	w.Helper()
	done := w.History()
	for path, n := range done["trash"] {
		if n -= done["restore"][path]; n < 0 || n > 1 {
			w.Errorf("%s: the history trashes %s %d times more often than it restores it", when, path, n)
		}
	}
}

// History returns how many operations were done, by kind and path.
func (w *World) History() map[string]map[string]int {
	w.Helper()
	_, out, _ := w.Run("history", "--json", "-n", "1000")
	done := map[string]map[string]int{"trash": {}, "restore": {}, "purge": {}}
	for line := range strings.Lines(out) {
		var r struct{ Run int }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			w.Fatal(err)
		}
		_, ops, _ := w.Run("history", "--json", strconv.Itoa(r.Run))
		for line := range strings.Lines(ops) {
			var op struct{ Type, Kind, Path, State string }
			if err := json.Unmarshal([]byte(line), &op); err != nil {
				w.Fatal(err)
			}
			if op.Type == "operation" && op.State == "done" {
				done[op.Kind][op.Path]++
			}
		}
	}
	return done
}
