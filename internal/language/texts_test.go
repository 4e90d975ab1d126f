package language

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// calls are the functions that take a text in English, by their names, with the index of that argument. Only calls of
// package fmt have such names too.
var calls = map[string]int{
	"Sprintf": 0, "Messagef": 0, "Text": 0, "printf": 0, "progress": 0, "warn": 0, "show": 0,
	"left": 0, "heading": 0, "lead": 0, "caution": 0, "sentence": 0,
	"item": 1, "Count": 1, "CountPlainly": 1, "count": 1, "some": 1,
	"say": 0, "present": 1, "step": 1, "signInTo": 2, "Phrase": 0, "breaks": 0,
}

// lists are those that take more than one text.
var lists = []string{"say", "present", "signInTo"}

// counts are those whose text is a noun.
var counts = []string{"Count", "CountPlainly", "count", "some"}

// terminals are those that are methods of cmd/sweepd's terminal, which is called term or t.
var terminals = []string{"printf", "progress", "show", "left", "item"}

// loose are those that also take texts of other origin.
var loose = []string{"Text", "say", "present", "step", "signInTo", "heading", "left", "some", "Phrase", "breaks"}

// inPage matches a text in an HTML template.
var inPage = regexp.MustCompile(`\{\{say "([^"]*)"`)

// top is the folder of the module.
const top = "../.."

// source is the texts of the code.
type source struct {
	t      *testing.T
	ids    map[string]string // the texts, with the place of the first
	consts map[string]string // the constants of the package that is read
}

// texts returns the texts of all packages that can be translated, with the place of the first.
func texts(t *testing.T) map[string]string {
	t.Helper()
	s := &source{t: t, ids: map[string]string{}}
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(top, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || rel == "internal/cloudsim" ||
			rel == "internal/testing" || rel == "deploy"):
			return fs.SkipDir
		case d.IsDir():
			s.folder(path)
		case strings.HasSuffix(path, ".html"):
			s.page(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.ids) < 300 {
		t.Fatalf("found %d texts", len(s.ids))
	}
	return s.ids
}

// folder reads the Go files of a package, but for its tests.
func (s *source) folder(dir string) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		s.t.Fatal(err)
	}
	fset, files := token.NewFileSet(), []*ast.File(nil)
	s.consts = map[string]string{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			s.t.Fatal(err)
		}
		files = append(files, f)
		ast.Inspect(f, s.constant)
	}
	for _, f := range files {
		for _, d := range f.Decls {
			ast.Inspect(d, func(n ast.Node) bool { s.call(fset, n); return true })
		}
	}
}

// constant notes the text constants of a declaration.
func (s *source) constant(n ast.Node) bool {
	spec, ok := n.(*ast.ValueSpec)
	if !ok || len(spec.Names) != len(spec.Values) {
		return true
	}
	for i, name := range spec.Names {
		if text, ok := s.text(spec.Values[i]); ok {
			s.consts[name.Name] = text
		}
	}
	return true
}

// fields are those whose values are texts, by the folder.
var fields = map[string][]string{
	"internal/report/":  {"Title", "Note"},
	"fingerprint/":      {"Found", "Check"},
	"fingerprint/c2pa/": {"Check"},
}

// field notes the text of a field, or the beginning of one that ends in a value.
func (s *source) field(fset *token.FileSet, n ast.Node) {
	pair, ok := n.(*ast.KeyValueExpr)
	if !ok {
		return
	}
	key, ok := pair.Key.(*ast.Ident)
	at := fset.Position(n.Pos())
	dir, _ := filepath.Split(filepath.ToSlash(at.Filename))
	if !ok || !slices.Contains(fields[strings.TrimPrefix(dir, top+"/")], key.Name) {
		return
	}
	if text, isText := s.text(pair.Value); isText {
		s.note(key.Name, text, at.String())
	} else if sum, isSum := pair.Value.(*ast.BinaryExpr); isSum {
		text, _ := s.text(sum.X)
		s.note(key.Name, text, at.String())
	}
}

// phrases notes the texts of a list of language.Phrase.
func (s *source) phrases(fset *token.FileSet, n ast.Node) {
	list, ok := n.(*ast.CompositeLit)
	if !ok {
		return
	}
	array, ok := list.Type.(*ast.ArrayType)
	if !ok {
		return
	}
	if name, _ := called(array.Elt); name == "Phrase" {
		for _, e := range list.Elts {
			text, _ := s.text(e)
			s.note(name, text, fset.Position(e.Pos()).String())
		}
	}
}

// call notes the texts of a call.
func (s *source) call(fset *token.FileSet, n ast.Node) {
	s.field(fset, n)
	s.phrases(fset, n)
	c, ok := n.(*ast.CallExpr)
	if !ok {
		return
	}
	name, of := called(c.Fun)
	at, ok := calls[name]
	// Package app has a function sentence for errors, which are English.
	if !ok || of == "fmt" || len(c.Args) <= at || name == "sentence" && of == "" ||
		slices.Contains(terminals, name) && of != "term" && of != "t" {
		return
	}
	if name == "step" && of == "c" { // of package c2pa
		at = 0
	}
	args := c.Args[at:]
	if !slices.Contains(lists, name) {
		args = args[:1]
	}
	for _, arg := range args {
		text, ok := s.text(arg)
		if where := fset.Position(arg.Pos()).String(); ok {
			s.note(name, text, where)
		} else if !slices.Contains(loose, name) && !passedOn(arg) {
			s.t.Errorf("%s: the text of %s is no literal, so it has no translation", where, name)
		}
	}
}

// passedOn reports whether an argument is the format of the function around the call.
func passedOn(arg ast.Expr) bool {
	switch x := arg.(type) {
	case *ast.Ident:
		return x.Name == "format" || x.Name == "noun"
	case *ast.SelectorExpr:
		return x.Sel.Name == "format"
	}
	return false
}

// called returns the name of the function, and the last name before it.
func called(fun ast.Expr) (name, of string) {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name, ""
	case *ast.SelectorExpr:
		switch x := f.X.(type) {
		case *ast.Ident:
			return f.Sel.Name, x.Name
		case *ast.SelectorExpr:
			return f.Sel.Name, x.Sel.Name
		}
		return f.Sel.Name, ""
	}
	return "", ""
}

// text returns the text of a literal, a constant, or a sum of them.
func (s *source) text(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(x.Value)
		return text, err == nil && x.Kind == token.STRING
	case *ast.BinaryExpr:
		a, ok := s.text(x.X)
		b, ok2 := s.text(x.Y)
		return a + b, ok && ok2 && x.Op == token.ADD
	case *ast.Ident:
		text, ok := s.consts[x.Name]
		return text, ok
	}
	return "", false
}

// note notes one text, unless it has no letters besides its verbs.
func (s *source) note(name, text, where string) {
	if slices.Contains(counts, name) {
		text = "%s " + text
	}
	_, id, _ := trimmed(text)
	if letters.MatchString(verb.ReplaceAllString(id, "")) && s.ids[id] == "" {
		s.ids[id] = where
	}
}

// page notes the texts of an HTML template.
func (s *source) page(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range inPage.FindAllStringSubmatch(string(text), -1) {
		s.note("say", m[1], path)
	}
}

var (
	letters = regexp.MustCompile(`\pL`)
	verb    = regexp.MustCompile(`%[-+# 0]*(?:\[(\d+)\])?(\d+)?(\.\d+)?([a-zA-Z%])`)
)

// verbs returns the verbs of a format by their arguments: "1s 2d".
func verbs(format string) string {
	var all []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[4] == "%" {
			continue
		}
		if n, err := strconv.Atoi(m[1]); err == nil {
			next = n
		}
		all = append(all, fmt.Sprintf("%d%s", next, m[4]))
		next++
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}
