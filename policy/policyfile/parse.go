package policyfile

import (
	_ "embed" // default.yaml
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/sweepd/sweepd/policy"
)

// maxBytes limits a policy file. A usual one is a page; the parser's time grows with the square of the keys, to some
// seconds at this size.
const maxBytes = 64 << 10

// ParseOptions are the outside facts that a policy may depend on.
type ParseOptions struct {
	Home string // absolute path for ~/; "" if there is no home
	// Real returns a path of this machine without symbolic links, as far as it exists. nil: there are no links.
	Real func(path string) string
}

// real returns o.Real(path), or path if Real is nil.
func (o ParseOptions) real(path string) string {
	if o.Real == nil {
		return path
	}
	return o.Real(path)
}

// link returns an addition to a message that shows the target of a path through a link, or "" if there is no link.
func (o ParseOptions) link(path string) string {
	if at := o.real(path); at != path {
		return fmt.Sprintf("; %q leads to %q", path, at)
	}
	return ""
}

// Version is the version of the policy format that this package reads.
const Version = 1

//go:embed default.yaml
var defaultYAML []byte

// Default returns the policy for folders without one: trash proven files, let the user review likely ones, keep the
// rest and purge nothing. Its one storage is named "local"; roots must be absolute.
func Default(roots []string) *policy.Policy {
	p, err := Parse("default.yaml", defaultYAML, ParseOptions{})
	if err != nil {
		panic(err) // a built-in file, parsed by a test
	}
	p.Storages["local"] = policy.Storage{Type: policy.Local, Roots: slices.Clone(roots)}
	return p
}

// Parse returns the policy in src; file is its name in messages. The error is an *Error, or joins several, one for
// each mistake.
func Parse(file string, src []byte, o ParseOptions) (*policy.Policy, error) {
	text := strings.TrimPrefix(string(src), "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n") // the parser folds no lines that end in CR LF
	d := &decoder{file: file, src: text, o: o}
	var f form
	if body := d.parse(); body != nil {
		d.fill("the policy", body, reflect.ValueOf(&f).Elem())
	}
	if len(d.errs) == 0 {
		d.check(&f)
	}
	if len(d.errs) > 0 {
		return nil, join(d.src, d.errs)
	}
	return f.policy().Resolve(d.o.real), nil
}

// parse returns the document of the file, or nil after a mistake.
func (d *decoder) parse() ast.Node {
	switch i := strings.IndexFunc(d.src, forbidden); {
	case len(d.src) > maxBytes:
		// Without a source the message has no excerpt.
		d.src = ""
		d.refuse(nil, Error{Message: "the policy is larger than 64 KiB"})
		return nil
	case i >= 0:
		before := d.src[:i]
		line := strings.Count(before, "\n")
		column := utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:])
		d.src = strings.Map(func(r rune) rune {
			if forbidden(r) {
				return '?'
			}
			return r
		}, d.src)
		d.refuse(&token.Token{Position: &token.Position{Line: line + 1, Column: column + 1}},
			Error{
				Message: "invalid character",
				Hint:    "save the file as UTF-8, without control characters",
			})
		return nil
	}
	parsed, err := parseYAML(d.src)
	if err != nil {
		d.syntax(err)
		return nil
	}
	body := d.document(parsed)
	if at := droppedTab(body); at != nil {
		d.refuse(at, Error{
			Message: "a tab stands in a text without quotes, and would be dropped",
			Hint:    `write the text in double quotes, and the tab as \t`,
		})
		return nil
	}
	return body
}

// droppedTab returns the first text without quotes that has a tab in it, or nil. goccy/go-yaml v1.19.2 leaves the tab
// out of the value, so that a pattern would match other files than it names.
func droppedTab(body ast.Node) *token.Token {
	if body == nil {
		return nil
	}
	at := body.GetToken()
	for at.Prev != nil {
		at = at.Prev
	}
	for ; at != nil; at = at.Next {
		if at.Type == token.StringType && strings.Contains(strings.TrimSpace(at.Origin), "\t") &&
			!strings.Contains(at.Value, "\t") {
			return at
		}
	}
	return nil
}

// forbidden reports whether r is a control character, or comes from bytes that are not UTF-8.
func forbidden(r rune) bool {
	return r == utf8.RuneError || r == '\ufeff' || r < ' ' && r != '\n' && r != '\r' && r != '\t' ||
		r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
}

// parseYAML calls goccy's parser and returns an error if it panics, as it does on some hostile texts.
func parseYAML(src string) (f *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("invalid YAML")
		}
	}()
	// pairs refuses duplicate keys, with their names.
	return parser.ParseBytes([]byte(src), 0, parser.AllowDuplicateMapKey())
}

// syntax records the parser's error with its position.
func (d *decoder) syntax(err error) {
	var at *token.Token
	message := err.Error()
	var placed interface {
		GetMessage() string
		GetToken() *token.Token
	}
	if errors.As(err, &placed) {
		at, message = placed.GetToken(), placed.GetMessage()
	}
	d.refuse(at, Error{Message: "invalid YAML: " + hushed(message), Hint: quoteHint})
}

// document returns the only document of the file, or nil after a mistake.
func (d *decoder) document(f *ast.File) ast.Node {
	var body ast.Node
	for _, doc := range f.Docs {
		switch _, directive := doc.Body.(*ast.DirectiveNode); {
		// A document without content, such as one of comments only, does not count.
		case doc.Body == nil:
		case directive:
			d.refuse(start(doc.Body),
				Error{Message: "a policy cannot have YAML directives", Hint: "remove the line"})
			return nil
		case body != nil:
			d.refuse(start(doc.Body), Error{
				Message: "a second YAML document begins here",
				Hint:    "a policy must be a single document",
			})
			return nil
		default:
			body = doc.Body
		}
	}
	if body == nil {
		d.refuse(nil, Error{Message: "the policy is empty", Hint: "create one with: sweepd init --policy FILE"})
	}
	return body
}
