// Package markdown reads the pages of the project for the tests that check them: their sentences, their links and
// headings, and the commands that they show.
package markdown

import (
	"os"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Page is a page in GitHub's Markdown.
type Page struct {
	source []byte
	root   ast.Node
}

// Read reads the page in a file.
func Read(path string) (*Page, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(source), nil
}

// Parse returns the page with that source. Every text is a page.
func Parse(source []byte) *Page {
	parser := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()
	return &Page{source, parser.Parse(text.NewReader(source))}
}

// Links returns the targets of the page's links and images, in their order.
func (p *Page) Links() (targets []string) {
	p.walk(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Link:
			targets = append(targets, string(n.Destination))
		case *ast.Image:
			targets = append(targets, string(n.Destination))
		}
	})
	return targets
}

// Headings returns the texts of the page's headings, in their order.
func (p *Page) Headings() (texts []string) {
	p.walk(func(n ast.Node) {
		if n.Kind() == ast.KindHeading {
			texts = append(texts, p.text(n))
		}
	})
	return texts
}

// Spans returns the texts that the page shows as code within a line.
func (p *Page) Spans() (texts []string) {
	p.walk(func(n ast.Node) {
		if span, ok := n.(*ast.CodeSpan); ok {
			texts = append(texts, p.code(span))
		}
	})
	return texts
}

// Strong returns the texts that the page shows in bold type, which is how a man page marks what is to be typed.
func (p *Page) Strong() (texts []string) {
	p.walk(func(n ast.Node) {
		if bold, ok := n.(*ast.Emphasis); ok && bold.Level == 2 {
			texts = append(texts, p.text(n))
		}
	})
	return texts
}

// Block is a block of code: the language after its fence, "" if it has none or is indented, and its lines.
type Block struct {
	Language string
	Text     string
}

// Blocks returns the page's blocks of code, in their order.
func (p *Page) Blocks() (blocks []Block) {
	p.walk(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			blocks = append(blocks, Block{string(n.Language(p.source)), string(n.Lines().Value(p.source))})
		case *ast.CodeBlock:
			blocks = append(blocks, Block{"", string(n.Lines().Value(p.source))})
		}
	})
	return blocks
}

func (p *Page) walk(enter func(ast.Node)) {
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			enter(n)
		}
		return ast.WalkContinue, nil
	})
}

// text returns the text below a node as a reader sees it, on one line.
func (p *Page) text(of ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(of, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan:
			b.WriteString(strings.ReplaceAll(p.code(n), " ", noBreak))
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			b.Write(n.Segment.Value(p.source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.AutoLink:
			b.Write(n.URL(p.source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// noBreak is the space within code: a dot before it ends no sentence.
const noBreak = "\u00a0"

// code returns the text of code within a line.
func (p *Page) code(span *ast.CodeSpan) string {
	var b strings.Builder
	for n := span.FirstChild(); n != nil; n = n.NextSibling() {
		b.Write(n.(*ast.Text).Segment.Value(p.source))
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// isProse reports whether a node holds text that is read as sentences: a paragraph, an item of a list, a heading, or a
// cell of a table.
func isProse(n ast.Node) bool {
	switch n.Kind() {
	case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading, east.KindTableCell:
		return true
	}
	return false
}
