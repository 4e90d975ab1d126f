package filename

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
)

// copiesText has a line for each way in which a program names a copy: the pattern, a tab and a language.
//
//go:embed copies.txt
var copiesText string

// maxCopies limits how often a copy of a copy is followed.
const maxCopies = 4

// copyPatterns match a name that a program gave to a copy. The first group is the name of the original without its
// extension, the second the extension.
var copyPatterns = sync.OnceValue(func() (all []*regexp.Regexp) {
	var suffixes, prefixes []string
	for _, phrase := range dataLines(copiesText) {
		before, after, _ := strings.Cut(normalise(phrase), "%s")
		number := strings.NewReplacer("%d", `\d{1,3}`)
		if before != "" {
			prefixes = append(prefixes, number.Replace(regexp.QuoteMeta(before)))
		} else {
			suffixes = append(suffixes, number.Replace(regexp.QuoteMeta(after)))
		}
	}
	return []*regexp.Regexp{
		regexp.MustCompile(`(?i)^(.+)(?:` + strings.Join(suffixes, "|") + `)(\.\w{3,4})$`),
		regexp.MustCompile(`(?i)^(?:` + strings.Join(prefixes, "|") + `)(.+)(\.\w{3,4})$`),
	}
})

// original returns the normalised name of the file that one of this normalised name was copied from, and reports
// whether a file manager or Google Drive names copies so. The bytes of a copy are those of its original.
func original(name string) (string, bool) {
	// Each phrase has a space or a letter beyond ASCII. The expressions take 20 µs.
	if ascii(name) && !strings.Contains(name, " ") {
		return "", false
	}
	for _, p := range copyPatterns() {
		if g := p.FindStringSubmatch(name); g != nil {
			return g[1] + g[2], true
		}
	}
	return "", false
}

// dataLines returns the first column of each line that is no comment.
func dataLines(text string) (all []string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			first, _, _ := strings.Cut(line, "\t")
			all = append(all, first)
		}
	}
	return all
}
