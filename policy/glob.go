package policy

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"
)

// matchesGlob reports whether the pattern matches. It compares in Unicode's composed form, because macOS writes names
// decomposed.
func matchesGlob(glob, name string) bool {
	return doublestar.MatchUnvalidated(glob, norm.NFC.String(name))
}

// matchesFolded reports whether the pattern matches, regardless of case if folds is true.
func matchesFolded(glob, name string, folds bool) bool {
	if folds {
		glob, name = strings.ToLower(glob), strings.ToLower(name)
	}
	return matchesGlob(glob, name)
}

// matchesPath reports whether the pattern matches a whole path. Unlike doublestar, keep/** matches only files below
// keep and not a file of that name.
func matchesPath(glob, p string, folds bool) bool {
	if strings.HasSuffix(glob, "/**") {
		glob += "/*"
	}
	return matchesFolded(glob, p, folds)
}

// matchesText reports whether the pattern matches a text in which slashes are characters like others.
func matchesText(glob, text string) bool { return matchesGlob(slashless(glob), slashless(text)) }

// slashless replaces slashes, so that * matches any text.
func slashless(s string) string { return strings.ReplaceAll(s, "/", "\u2215") }

// withFolder returns the patterns that a path pattern stands for in a condition that protects files. A pattern that
// names a folder, with or without a slash at its end, also protects all files in it. A lone * after the last slash
// names files.
func withFolder(glob string) (all []string) {
	at, folder := strings.CutSuffix(glob, "/")
	if !folder {
		all = append(all, at)
	}
	if last := path.Base(at); folder || last != "*" && last != "**" {
		all = append(all, at+"/**")
	}
	return all
}

// resolve follows the links in the elements of a path pattern that come before the first one with a wildcard.
func resolve(glob string, real func(path string) string) string {
	elements := strings.Split(glob, "/")
	n := slices.IndexFunc(elements, func(e string) bool { _, literal := unescapeGlob(e); return !literal })
	if n < 0 {
		n = len(elements)
	}
	literal, _ := unescapeGlob(strings.Join(elements[:n], "/"))
	if !strings.HasPrefix(literal, "/") {
		return glob
	}
	at := real(literal)
	if at == path.Clean(literal) {
		return glob
	}
	rest := append([]string{escapeGlob(norm.NFC.String(at))}, elements[n:]...)
	return "/" + strings.TrimPrefix(strings.Join(rest, "/"), "/")
}

var globSigns = regexp.MustCompile(`[*?\[\]{}\\]`)

func escapeGlob(s string) string { return globSigns.ReplaceAllString(s, `\$0`) }

// unescapeGlob returns the text that a pattern without wildcards stands for, and reports whether it is one.
func unescapeGlob(g string) (text string, literal bool) {
	var b strings.Builder
	for i := 0; i < len(g); i++ {
		switch g[i] {
		case '*', '?', '[', '{':
			return "", false
		case '\\':
			if i++; i == len(g) {
				return "", false
			}
		}
		b.WriteByte(g[i])
	}
	return b.String(), true
}
