package markdown

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// sentenceEnd matches the end of a sentence, with the brackets, quotation marks and spaces that follow it.
var sentenceEnd = regexp.MustCompile(`[.!?]["')\]]*\s+`)

// abbreviation matches a text that ends with an abbreviation and not with a sentence.
var abbreviation = regexp.MustCompile(`\b(?:e\.g|i\.e|vs|cf)\.\s+$`)

// Sentences returns the sentences of the page's paragraphs, items, headings and cells of tables, in their order. Code
// within a line is a part of its sentence; blocks of code have none.
func (p *Page) Sentences() (sentences []string) {
	p.walk(func(n ast.Node) {
		if isProse(n) {
			sentences = append(sentences, split(p.text(n))...)
		}
	})
	return sentences
}

// split returns the sentences of a text.
func split(text string) (sentences []string) {
	begin := 0
	for _, at := range sentenceEnd.FindAllStringIndex(text, -1) {
		if !abbreviation.MatchString(text[begin:at[1]]) {
			sentences = append(sentences, strings.TrimSpace(text[begin:at[1]]))
			begin = at[1]
		}
	}
	if rest := strings.TrimSpace(text[begin:]); rest != "" {
		sentences = append(sentences, rest)
	}
	return sentences
}

// Words returns the number of words of a sentence: what stands between spaces and has a letter or a digit.
func Words(sentence string) (count int) {
	for word := range strings.FieldsSeq(sentence) {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			count++
		}
	}
	return count
}
