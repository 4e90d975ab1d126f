package archtest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

func TestEveryLinkOfThePagesLeadsSomewhere(t *testing.T) {
	links := 0
	for _, page := range pages(t) {
		for _, link := range linksOf(textOf(t, page)) {
			if strings.Contains(link, ":") {
				continue // an address
			}
			links++
			if err := follow(page, link); err != nil {
				t.Errorf("%s: %s: %v", filepath.Base(page), link, err)
			}
		}
	}
	if links < 50 {
		t.Errorf("found %d links, want at least 50", links)
	}
}

func TestAnchorsAreThoseOfGitHub(t *testing.T) {
	text := "# The `sweepd` page: \"a, b\"\n\n```sh\n# no heading\n```\n\n## Twice\n## Twice\n" +
		"### [Links](x.md) & more_less\n"
	got := strings.Join(anchorsOf(text), " ")
	if want := "the-sweepd-page-a-b twice twice-1 links--more_less"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

var (
	fence    = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	span     = regexp.MustCompile("`[^`\n]*`")
	linkTo   = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	headings = regexp.MustCompile(`(?m)^#+ +(.+)$`)
)

// linksOf returns the targets of the links of a page. Code has none.
func linksOf(text string) (targets []string) {
	text = span.ReplaceAllString(fence.ReplaceAllString(text, ""), "code")
	for _, m := range linkTo.FindAllStringSubmatch(text, -1) {
		targets = append(targets, m[1])
	}
	return targets
}

// follow returns an error if the file or the heading of a relative link on a page does not exist.
func follow(page, link string) error {
	path, anchor, _ := strings.Cut(link, "#")
	path, err := url.PathUnescape(path)
	if err != nil {
		return err
	}
	target := page
	if path != "" {
		target = filepath.Join(filepath.Dir(page), path)
	}
	if _, err := os.Stat(target); err != nil || anchor == "" {
		return err
	}
	text, err := os.ReadFile(target)
	if err != nil {
		return err
	}
	for _, a := range anchorsOf(string(text)) {
		if a == anchor {
			return nil
		}
	}
	return fmt.Errorf("no heading has the anchor %q", anchor)
}

// anchorsOf returns the anchors that GitHub gives to the headings of a page: the text in lower case, without
// punctuation, with hyphens for spaces, and a number after a repeated one.
func anchorsOf(text string) (anchors []string) {
	count := map[string]int{}
	for _, m := range headings.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		plain := regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`).ReplaceAllString(strings.TrimSpace(m[1]), "$1")
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, plain)
		if n := count[anchor]; n > 0 {
			anchors = append(anchors, fmt.Sprintf("%s-%d", anchor, n))
		} else {
			anchors = append(anchors, anchor)
		}
		count[anchor]++
	}
	return anchors
}

func textOf(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
