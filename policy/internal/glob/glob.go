// Package glob matches files with the patterns of a policy.
//
// The patterns are those of github.com/bmatcuk/doublestar: * and ? stand for anything but a slash, ** for any number of
// folders, [a-z] for one of some letters, and {a,b} for one of some texts. MatchPath matches a path of a file,
// MatchText any text, such as a product. The name is compared in Unicode's composed form (NFC), which a
// pattern has already, and regardless of case if the caller asks for it.
//
// Resolve and WithFolder change a pattern before it is matched: the former follows the symbolic links in its fixed
// beginning, the latter lets it cover what is below a folder too. Patterns come from package policyfile, which has
// checked them; a wrong one matches nothing.
package glob

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"
)

// match reports whether the pattern matches. It compares in Unicode's composed form, because macOS writes names
// decomposed. The pattern must be valid and in composed form, which package policyfile checks.
func match(glob, name string) bool {
	return doublestar.MatchUnvalidated(glob, norm.NFC.String(name))
}

// MatchFolded reports whether the pattern matches, regardless of case if folds is true.
func MatchFolded(glob, name string, folds bool) bool {
	if folds {
		glob, name = strings.ToLower(glob), strings.ToLower(name)
	}
	return match(glob, name)
}

// MatchPath reports whether the pattern matches a whole path. Unlike doublestar, keep/** matches only files below
// keep and not a file of that name.
func MatchPath(glob, p string, folds bool) bool {
	if strings.HasSuffix(glob, "/**") {
		glob += "/*"
	}
	return MatchFolded(glob, p, folds)
}

// MatchText reports whether the pattern matches a text in which slashes are characters like others.
func MatchText(glob, text string) bool { return match(slashless(glob), slashless(text)) }

// slashless replaces slashes, so that * matches any text.
func slashless(s string) string { return strings.ReplaceAll(s, "/", "\u2215") }

// WithFolder returns the patterns that a path pattern stands for in a condition that protects files. A pattern that
// names a folder, with or without a slash at its end, also protects all files in it. A lone * after the last slash
// names files.
func WithFolder(glob string) (all []string) {
	at, folder := strings.CutSuffix(glob, "/")
	if !folder {
		all = append(all, at)
	}
	if last := path.Base(at); folder || last != "*" && last != "**" {
		all = append(all, at+"/**")
	}
	return all
}

// Resolve follows the links in the elements of a path pattern that come before the first one with a wildcard. It
// returns the pattern itself if no link leads elsewhere, or if the pattern does not begin with a slash. real
// returns a path without links.
func Resolve(glob string, real func(path string) string) string {
	elements := strings.Split(glob, "/")
	n := slices.IndexFunc(elements, func(e string) bool { _, literal := unescape(e); return !literal })
	if n < 0 {
		n = len(elements)
	}
	literal, _ := unescape(strings.Join(elements[:n], "/"))
	if !strings.HasPrefix(literal, "/") {
		return glob
	}
	at := real(literal)
	if at == path.Clean(literal) {
		return glob
	}
	rest := append([]string{Escape(norm.NFC.String(at))}, elements[n:]...)
	return "/" + strings.TrimPrefix(strings.Join(rest, "/"), "/")
}

// signs are the characters with a meaning in a pattern; see github.com/bmatcuk/doublestar.
var signs = regexp.MustCompile(`[*?\[\]{}\\]`)

// Escape returns the pattern that matches only the text.
func Escape(s string) string { return signs.ReplaceAllString(s, `\$0`) }

// unescape returns the text that a pattern without wildcards stands for, and reports whether it is one.
func unescape(g string) (text string, literal bool) {
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
