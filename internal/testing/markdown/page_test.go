package markdown

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const example = "# The `sweepd` page\n\n" +
	"One sentence\nin two lines. Another, e.g. with `sweepd scan -o x.json. y`! " +
	"A third (it ends here.) And an end:\n\n" +
	"- an **item** with *[a link](policy.md#a)*\n  1. another one. With two.\n\n" +
	"```console\n$ sweepd scan. Not a sentence.\n```\n\n" +
	"| a cell | b |\n|---|---|\n| One. Two | ![c](d.png) |\n\n    sweepd apply\n"

func TestSentences(t *testing.T) {
	t.Parallel()
	want := []string{
		"The sweepd page",
		"One sentence in two lines.", "Another, e.g. with sweepd\u00a0scan\u00a0-o\u00a0x.json.\u00a0y!",
		"A third (it ends here.)",
		"And an end:",
		"an item with a link", "another one.", "With two.",
		"a cell", "b", "One.", "Two", "c",
	}
	if diff := cmp.Diff(want, Parse([]byte(example)).Sentences()); diff != "" {
		t.Error(diff)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	if n := Words("It has - as one sees - \"eight\" words: 8, & …"); n != 8 {
		t.Errorf("counted %d words, want 8", n)
	}
}

func TestPartsOfAPage(t *testing.T) {
	t.Parallel()
	p := Parse([]byte(example))
	if diff := cmp.Diff([]string{"policy.md#a", "d.png"}, p.Links()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"The sweepd page"}, p.Headings()); diff != "" {
		t.Error(diff)
	}
	if got := strings.Join(p.Spans(), "|"); got != "sweepd|sweepd scan -o x.json. y" {
		t.Errorf("spans: %s", got)
	}
	if diff := cmp.Diff([]string{"item"}, p.Strong()); diff != "" {
		t.Error(diff)
	}
	want := []Block{{"console", "$ sweepd scan. Not a sentence.\n"}, {"", "sweepd apply\n"}}
	if diff := cmp.Diff(want, p.Blocks()); diff != "" {
		t.Error(diff)
	}
}
