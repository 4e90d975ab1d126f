package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sweepd/sweepd/internal/testing/markdown"
)

const readme = "../../README.md"

// sample has the pictures of the README's sample, with their files in the collection of real images. A folder stands
// for all files in it.
var sample = map[string]string{
	"Downloads/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png": "positive/Tha-Mar+Capsi",
	"Downloads/adidas.png": "positive/Mazennn004+AuaECommerce",
	"Downloads/Axon.png":   "gray/lab-smile+Brain-AI-101",
	"Pictures/ChatGPT Image Apr 24, 2026, 01_40_31 PM.png": "positive/lab-smile+Brain-AI-101",
	"Pictures/*": "negative/exiftool+exiftool",
}

// The sample in the README is what the program prints for real pictures. Only the folder of the home, which is ~ there,
// and the duration differ from run to run.
func TestTheReadmeShowsWhatTheProgramPrints(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	s := sampleHome(t)
	commands, made := 0, string(text)
	for _, block := range markdown.Parse(text).Blocks() {
		if block.Language == "console" {
			commands += len(prompted.FindAllString(block.Text, -1))
			made = strings.Replace(made, block.Text, s.session(block.Text), 1)
		}
	}
	if commands < 3 {
		t.Errorf("the README shows %d commands with what they print, want at least 3", commands)
	}
	if *update {
		s.must(os.WriteFile(readme, []byte(made), 0o644))
	} else if diff := cmp.Diff(made, string(text)); diff != "" {
		t.Errorf("README.md is out of date: go test ./cmd/sweepd -run Readme -update\n%s", diff)
	}
}

// prompted matches a prompt and the program, before the arguments of a command.
var prompted = regexp.MustCompile(`(?m)^\$ (?:go run \./cmd/)?sweepd `)

// session returns the commands of a block, each with what it prints. A line "..." after a command stands for all that
// it prints but the last line.
func (s *stage) session(block string) string {
	s.Helper()
	lines := strings.Split(block, "\n")
	var parts []string
	for i, line := range lines {
		prompt := prompted.FindString(line)
		if prompt == "" {
			continue
		}
		printed := s.printed(strings.Fields(strings.ReplaceAll(line[len(prompt):], "~", s.home())))
		if lines[i+1] == "..." {
			printed = "...\n" + printed[strings.LastIndexByte(strings.TrimSpace(printed), '\n')+1:]
		}
		parts = append(parts, line+"\n"+printed)
	}
	return strings.Join(parts, "\n")
}

// seconds is the duration of a scan.
var seconds = regexp.MustCompile(`in \d+(\.\d)? s\)`)

// printed returns what a command prints in the home of the stage.
func (s *stage) printed(args []string) string {
	s.Helper()
	if args[0] == "apply" {
		args = append(args, "--yes") // there is no terminal to ask at
	}
	status, out, errs := s.execute("", args...)
	if status != 0 || errs != "" {
		s.Fatalf("%v: status %d\n%s%s", args, status, out, errs)
	}
	return seconds.ReplaceAllString(strings.ReplaceAll(out, s.home(), "~"), "in 0.1 s)")
}

// sampleHome returns a stage whose home has the pictures of the sample, five months old.
func sampleHome(t *testing.T) *stage {
	t.Helper()
	shared := os.Getenv("SWEEPD_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	s := &stage{T: t, dir: t.TempDir(), start: time.Now()}
	s.clock = s.start.Add(155 * day)
	for to, from := range sample {
		found, err := filepath.Glob(filepath.Join(shared, "images", from, filepath.Base(to)))
		if err != nil || len(found) == 0 {
			if os.Getenv("CI") == "true" {
				t.Fatalf("no collected images: %s %v", from, err)
			}
			t.Skipf("no collected images: %s %v", from, err)
		}
		for _, path := range found {
			content, err := os.ReadFile(path)
			to := filepath.Join(s.home(), filepath.Dir(to), filepath.Base(path))
			s.must(errors.Join(err, os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, content, 0o600)))
		}
	}
	return s
}
