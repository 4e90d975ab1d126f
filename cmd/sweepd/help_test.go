package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sweepd/sweepd/internal/language"
)

// helpCatalog is a file of internal/language/catalog with texts of the help.
type helpCatalog struct {
	Language string      `json:"language"`
	Messages []helpEntry `json:"messages"`
}

type helpEntry struct {
	ID          string `json:"id"`
	Translation string `json:"translation"`
}

// The catalogs have a translation of each text of the help, and no other. -update adds those that are missing, to be
// translated, and removes the others.
func TestTheHelpCatalogsHaveEachText(t *testing.T) {
	t.Parallel()
	want := helpTexts(completeTree())
	if len(want) < 100 {
		t.Fatalf("found %d texts", len(want))
	}
	for _, in := range language.All()[1:] {
		file := "../../internal/language/catalog/" + in.Tag() + ".help.json"
		c := readHelpCatalog(t, file)
		if *update {
			c.renew(t, file, want)
		}
		if c.Language != in.Tag() {
			t.Errorf("%s: has the language %q", file, c.Language)
		}
		known := map[string]bool{}
		for _, e := range c.Messages {
			if known[e.ID] || !want[e.ID] {
				t.Errorf("%s: %q is there twice, or no text of the help any more", file, e.ID)
			}
			known[e.ID] = true
			if problem := helpProblem(e); problem != "" {
				t.Errorf("%s: %q: %s", file, e.ID, problem)
			}
			if got := in.Text(e.ID); got != e.Translation && !*update {
				t.Errorf("%s: %q is %q by another file", file, e.ID, got)
			}
		}
		for id := range want {
			if !known[id] {
				t.Errorf("%s: no entry for %q", file, id)
			}
		}
	}
}

// completeTree returns the commands of the program with those and the flags that cobra adds.
func completeTree() *cobra.Command {
	root := (&program{term: &terminal{}}).root()
	adaptDefaults(root, []string{"completion"})
	return root
}

// helpTexts returns the texts of the help of a command and its verbs, without white space around them.
func helpTexts(root *cobra.Command) map[string]bool {
	all := map[string]bool{}
	note := func(text string) { all[strings.Trim(text, " \n")] = true }
	for _, text := range headings() {
		note(text)
	}
	eachCommand(root, func(cmd *cobra.Command) {
		note(cmd.Short)
		note(cmd.Long)
		if strings.Contains(cmd.Example, "  # ") {
			note(cmd.Example)
		}
		for _, g := range cmd.Groups() {
			note(g.Title)
		}
		usage := func(f *pflag.Flag) {
			if f.Name != "help" { // by headings
				note(f.Usage)
			}
		}
		cmd.Flags().VisitAll(usage)
		cmd.PersistentFlags().VisitAll(usage)
	})
	delete(all, "")
	return all
}

func eachCommand(cmd *cobra.Command, do func(*cobra.Command)) {
	do(cmd)
	for _, verb := range cmd.Commands() {
		eachCommand(verb, do)
	}
}

// helpProblem returns what is wrong with an entry; "" if nothing is.
func helpProblem(e helpEntry) string {
	switch {
	case e.Translation == "":
		return "is not translated"
	case strings.Trim(e.Translation, " \n") != e.Translation:
		return "has white space around it"
	case placeholder(e.ID) != placeholder(e.Translation):
		return "has another placeholder"
	case widest(e.Translation) > max(84, widest(e.ID)) && strings.Contains(e.ID, "\n"):
		return "has a line that is wider than 84 columns"
	}
	return ""
}

// placeholder returns the placeholder of a flag's value, which pflag finds between back quotes; "" if there is none.
func placeholder(usage string) string {
	parts := strings.Split(usage, "`")
	if len(parts) != 3 {
		return strings.Repeat("`", len(parts)-1)
	}
	return parts[1]
}

func widest(text string) (columns int) {
	for line := range strings.Lines(text) {
		columns = max(columns, cells(strings.TrimSuffix(line, "\n")))
	}
	return columns
}

func readHelpCatalog(t *testing.T, file string) (c helpCatalog) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return c
}

// renew writes the file with the entries that are wanted, sorted.
func (c *helpCatalog) renew(t *testing.T, file string, want map[string]bool) {
	t.Helper()
	missing := maps.Clone(want)
	c.Messages = slices.DeleteFunc(c.Messages, func(e helpEntry) bool {
		delete(missing, e.ID)
		return !want[e.ID]
	})
	for id := range missing {
		c.Messages = append(c.Messages, helpEntry{ID: id})
	}
	slices.SortFunc(c.Messages, func(a, b helpEntry) int { return cmp.Compare(a.ID, b.ID) })
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(c); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The help of each command has the translation of each line and paragraph that its English help has.
func TestTheHelpIsInTheLanguage(t *testing.T) {
	t.Parallel()
	texts := helpTexts(completeTree())
	for _, in := range language.All()[1:] {
		eachCommand(completeTree(), func(cmd *cobra.Command) {
			path := strings.Fields(cmd.CommandPath())[1:]
			help, english := helpIn(t, in, path), helpIn(t, language.Printer{}, path)
			for text := range texts {
				if shows(english, text) && !shows(help, in.Text(text)) {
					t.Errorf("%s: %q has no translation of %q:\n%s", in.Tag(), path, text, help)
				}
			}
			if strings.Contains(help, "help for") || !strings.Contains(help, in.Text("help for")+" "+cmd.Name()) {
				t.Errorf("%s: %q has another text for --help:\n%s", in.Tag(), path, help)
			}
		})
	}
}

// shows reports whether the text is lines, or the last column of a line, of the help.
func shows(help, text string) bool {
	text = strings.ReplaceAll(text, "`", "") + "\n"
	return strings.Contains("\n"+help, "\n"+text) || strings.Contains(help, "  "+text)
}

// helpIn returns the help of the command with that path.
func helpIn(t *testing.T, in language.Printer, path []string) string {
	t.Helper()
	root := completeTree()
	translateHelp(root, in)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs(append(slices.Clone(path), "--help"))
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
