package archtest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/sweepd/sweepd/internal/testing/markdown"
)

func TestEveryLinkOfThePagesLeadsSomewhere(t *testing.T) {
	links := 0
	for _, page := range pages(t) {
		for _, link := range pageIn(t, page).Links() {
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

func TestTheIndexHasEveryPage(t *testing.T) {
	const docs = "../../../docs"
	links := pageIn(t, docs+"/README.md").Links()
	for _, page := range slices.Concat(found(t, docs+"/*.md"), found(t, docs+"/internals/*.md")) {
		path, err := filepath.Rel(docs, page)
		if err != nil {
			t.Fatal(err)
		}
		if path != "README.md" && !slices.Contains(links, filepath.ToSlash(path)) {
			t.Errorf("docs/README.md has no link to %s", path)
		}
	}
}

func TestAnchorsAreThoseOfGitHub(t *testing.T) {
	text := "# The `sweepd` page: \"a, b\"\n\n```sh\n# no heading\n```\n\n## Twice\n## Twice\n" +
		"### [Links](x.md) & more_less\n"
	got := strings.Join(anchorsOf(markdown.Parse([]byte(text))), " ")
	if want := "the-sweepd-page-a-b twice twice-1 links--more_less"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
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
	read, err := markdown.Read(target)
	if err != nil {
		return err
	}
	if slices.Contains(anchorsOf(read), anchor) {
		return nil
	}
	return fmt.Errorf("no heading has the anchor %q", anchor)
}

// anchorsOf returns the anchors that GitHub gives to the headings of a page: the text in lower case, without
// punctuation, with hyphens for spaces, and a number after a repeated one.
func anchorsOf(page *markdown.Page) (anchors []string) {
	count := map[string]int{}
	for _, heading := range page.Headings() {
		anchor := anchorOf(heading)
		if n := count[anchor]; n > 0 {
			anchors = append(anchors, fmt.Sprintf("%s-%d", anchor, n))
		} else {
			anchors = append(anchors, anchor)
		}
		count[anchor]++
	}
	return anchors
}

// anchorOf returns the anchor of the first heading with that text.
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}
