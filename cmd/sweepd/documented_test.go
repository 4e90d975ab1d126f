package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sweepd/sweepd/internal/testing/markdown"
)

// documented is a command line of sweepd that a help, a man page or a page of docs shows.
type documented struct {
	where string
	args  []string // without "sweepd"
	then  string   // the rest of its pipe: a program that reads what it prints
}

func (c documented) String() string { return "sweepd " + strings.Join(c.args, " ") }

// isName reports whether the code is only the name of a verb that needs more, as in "sweepd explain shows ...".
func (c documented) isName() bool {
	verb, rest, err := (&program{term: &terminal{}}).root().Find(c.args)
	_, needs, _ := strings.Cut(verb.Use, " ")
	return err == nil && len(rest) == 0 && needs != "" && !strings.HasPrefix(needs, "[")
}

// allDocumented returns every command line that is shown: in the help, of which most man pages are made; as code on
// the pages; and in bold type in the other man pages.
func allDocumented(t *testing.T) (all []documented) {
	t.Helper()
	for _, verb := range allVerbs((&program{term: &terminal{}}).root()) {
		lines := strings.Split(verb.Example, "\n")
		lines = append(lines, named.FindAllString(strings.ReplaceAll(verb.Long, "\n", " "), -1)...)
		for _, line := range lines {
			all = append(all, commandsIn(verb.CommandPath()+" --help", line)...)
		}
	}
	for path, page := range documentedPages(t) {
		lines := page.Spans()
		if strings.Contains(path, "/man/") {
			lines = page.Strong()
		}
		for _, block := range page.Blocks() {
			lines = append(lines, strings.Split(block.Text, "\n")...)
		}
		for _, line := range lines {
			all = append(all, commandsIn(filepath.Base(path), line)...)
		}
	}
	return all
}

// documentedPages returns the pages that may show commands, by their paths. CHANGELOG.md is about other versions too.
func documentedPages(t *testing.T) map[string]*markdown.Page {
	t.Helper()
	pages := map[string]*markdown.Page{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/internals/*.md", "deploy/man/*.md"} {
		paths, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d pages, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			if pages[path], err = markdown.Read(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	delete(pages, "../../CHANGELOG.md")
	return pages
}

// allVerbs returns the command and all below it.
func allVerbs(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, below := range cmd.Commands() {
		all = append(all, allVerbs(below)...)
	}
	return all
}

var (
	// named matches a command with a flag or a value in the text of a help.
	named  = regexp.MustCompile(`\bsweepd [a-z]+(?: (?:--[a-z-]+|[A-Z]{3,}\b))+`)
	remark = regexp.MustCompile(`\s+#\s.*`)
	// between matches what separates two commands of a line.
	between = regexp.MustCompile(`\s+(?:&&|&)\s+|;\s+`)
	// before matches what may precede sweepd in a command: a prompt, settings, and programs that start it.
	before = regexp.MustCompile(
		`^(?:[$#] )?(?:[A-Z_]+=\S+ |sudo |go run \./cmd/|perf stat .*? |systemd-run .*? )*sweepd `)
	// syntax matches a line that describes flags instead of using them.
	syntax = regexp.MustCompile(`[\[\]]`)
)

// commandsIn returns the commands of sweepd in a line of code.
func commandsIn(where, line string) (all []documented) {
	line = strings.TrimSpace(remark.ReplaceAllString(line, ""))
	for _, command := range between.Split(line, -1) {
		command, then, _ := strings.Cut(command, " | ")
		if program := before.FindString(command); program != "" && !syntax.MatchString(command) {
			all = append(all, documented{where, wordsOf(command[len(program):]), then})
		}
	}
	return all
}

// wordsOf splits a command at its spaces as a shell does, as far as the pages use it.
func wordsOf(command string) (words []string) {
	for _, word := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(command, -1) {
		words = append(words, strings.Trim(word, "'"))
	}
	return words
}

// shape returns the verb of a command, its flags by name, and ARG if it has arguments. It returns an error if the
// program does not take the command line.
func shape(args []string) (string, error) {
	p := &program{term: &terminal{}}
	root := p.root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	verb, rest, err := root.Find(args)
	if err == nil {
		err = verb.ParseFlags(rest)
	}
	if err == nil {
		err = verb.ValidateArgs(verb.Flags().Args())
	}
	if err != nil {
		return "", err
	}
	parts := []string{verb.CommandPath()}
	verb.Flags().Visit(func(f *pflag.Flag) { parts = append(parts, "--"+f.Name) })
	if verb.Flags().NArg() > 0 {
		parts = append(parts, "ARG")
	}
	return strings.Join(parts, " "), nil
}

func TestEveryDocumentedCommandIsValid(t *testing.T) {
	t.Parallel()
	all := allDocumented(t)
	for _, c := range all {
		if _, err := shape(c.args); err != nil && !c.isName() {
			t.Errorf("%s: %s: %v", c.where, c, err)
		}
	}
	if len(all) < 140 {
		t.Errorf("found %d commands, want at least 140", len(all))
	}
}
