package manual

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cpuguy83/go-md2man/v2/md2man"
)

var update = flag.Bool("update", false, "rewrite the pages")

// again rewrites all pages that are generated, those of the verbs too.
const again = "go test ./cmd/sweepd ./internal/testing/manual -run UpToDate -update"

// page compares a page with what was written before, or rewrites it.
func page(t *testing.T, path string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is out of date (%v): %s", path, err, again)
	}
}

func TestTheReferenceOfThePolicyIsUpToDate(t *testing.T) {
	root := readSchema(t)
	sections, err := root.sections()
	if err != nil {
		t.Fatal(err)
	}
	page(t, "../../../docs/policy-reference.md", inMarkdown(sections, root.kinds()))
	page(t, "../../../deploy/man/sweepd-policy.5", asManPage(sections, root.kinds()))
}

func TestTheManPageOfTheServiceIsUpToDate(t *testing.T) {
	src, err := os.ReadFile("../../../deploy/man/sweepd.8.md")
	if err != nil {
		t.Fatal(err)
	}
	page(t, "../../../deploy/man/sweepd.8", md2man.Render(src))
}

const aboutReference = `Every key of a policy file, its values, and its meaning. [policy.md](policy.md) shows how they
work together, and [examples](../deploy/examples) has whole files. A key that is not listed here is an error.

This page is written from the [JSON Schema](../deploy/policy.schema.json): ` + "`" + again + "`."

// inMarkdown returns the page of docs: a table for each mapping, and one of the kinds of values.
func inMarkdown(sections []section, kinds []kind) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Policy reference\n\n%s\n", aboutReference)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n", heading(s, "`"))
		if s.about != "" {
			fmt.Fprintf(&b, "\n%s\n", s.about)
		}
		b.WriteString("\n| key | values | meaning |\n|---|---|---|\n")
		for _, k := range s.keys {
			fmt.Fprintf(&b, "| `%s`%s | %s | %s |\n", k.name, needed(k), inTable(k.values), inTable(k.meaning))
		}
	}
	b.WriteString("\n## Values\n\n| value | form | examples |\n|---|---|---|\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", k.title, inTable(k.meaning), inTable(examples(k)))
	}
	return b.Bytes()
}

// asManPage returns sweepd-policy(5).
func asManPage(sections []section, kinds []kind) []byte {
	var b strings.Builder
	b.WriteString(`sweepd-policy 5 "" sweepd "File formats"
===

# NAME

sweepd-policy - which images sweepd deletes, where, and when

# SYNOPSIS

~/.config/sweepd/policy.yaml, /etc/sweepd/policy.yaml

# DESCRIPTION

A policy is a YAML file. Its rules are tried in order, and the first that matches a file decides; a file that no rule
matches is kept. **sweepd check** explains a policy in English and shows mistakes with their line.
/usr/share/sweepd/examples has whole files.
`)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n# %s\n\n", strings.ToUpper(heading(s, "")))
		if s.about != "" {
			fmt.Fprintf(&b, "%s\n\n", bold(s.about))
		}
		for _, k := range s.keys {
			fmt.Fprintf(&b, "**%s**: %s%s\n:   %s\n\n", k.name, bold(k.values), needed(k), bold(k.meaning))
		}
	}
	b.WriteString("\n# VALUES\n\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "%s\n:   %s Examples: %s.\n\n", k.title, bold(k.meaning), bold(examples(k)))
	}
	b.WriteString("# SEE ALSO\n\n**sweepd(1)**, **sweepd-check(1)**, **sweepd(8)**\n")
	return md2man.Render([]byte(b.String()))
}

func heading(s section, quote string) string {
	if s.path == "" {
		return "Top level"
	}
	return quote + s.path + quote
}

func needed(k key) string {
	if k.required {
		return " (required)"
	}
	return ""
}

var signs = strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, ">", `\>`, "|", `\|`)

// inTable returns Markdown with the signs escaped that are meant literally: all but those within `code`.
func inTable(text string) string {
	parts := strings.Split(text, "`")
	for i := range parts {
		if i%2 == 0 {
			parts[i] = signs.Replace(parts[i])
		} else {
			parts[i] = strings.ReplaceAll(parts[i], "|", `\|`)
		}
	}
	return strings.Join(parts, "`")
}

// bold returns the text with bold type in place of `code`, which a terminal has no face for.
func bold(text string) string {
	parts := strings.Split(text, "`")
	for i := range parts {
		parts[i] = signs.Replace(parts[i])
	}
	return strings.Join(parts, "**")
}

func examples(k kind) string {
	var all []string
	for _, e := range k.examples {
		all = append(all, fmt.Sprintf("`%v`", e))
	}
	return strings.Join(all, ", ")
}
