package event_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/event"
)

// call is one call of a logger in the code.
type call struct {
	place, method, message string
	keys                   []string // of the attributes that it names
	event                  string
}

// calls returns every call of a logger in the program, by the rule that a *slog.Logger is called log or Log.
func calls(t *testing.T) (all []call) {
	t.Helper()
	const root = "../.."
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || d.Name() == "testing" || d.Name() == ".git") {
			return cmpOr(err, fs.SkipDir)
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				named(t, files, n)
			case *ast.CallExpr:
				if c, ok := logs(n); ok {
					c.place = fmt.Sprint(files.Position(n.Pos()))
					all = append(all, c)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func cmpOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// named fails the test if a field or a parameter is a logger and has another name, under which logs does not find it.
func named(t *testing.T, files *token.FileSet, f *ast.Field) {
	star, ok := f.Type.(*ast.StarExpr)
	if !ok || !isSlog(star.X, "Logger") {
		return
	}
	for _, name := range f.Names {
		if !strings.EqualFold(name.Name, "log") {
			t.Errorf("%s: a logger is called %s, want log", files.Position(f.Pos()), name.Name)
		}
	}
}

// isSlog reports whether an expression is a name of package slog.
func isSlog(e ast.Expr, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || name != "" && sel.Sel.Name != name {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "slog"
}

// logs returns a call that logs a record.
func logs(c *ast.CallExpr) (got call, ok bool) {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return got, false
	}
	got.method = sel.Sel.Name
	plain := strings.TrimSuffix(got.method, "Context")
	first := map[string]int{"Debug": 0, "Info": 0, "Warn": 0, "Error": 0, "Log": 2, "LogAttrs": 2}
	at, ok := first[plain]
	if !ok || !isLogger(sel.X) {
		return got, false
	}
	if plain != got.method {
		at++
	}
	if at >= len(c.Args) {
		return got, true
	}
	got.message, _ = literal(c.Args[at])
	args := c.Args[at+1:]
	for i := 0; i < len(args); i++ {
		if inner, isCall := args[i].(*ast.CallExpr); isCall { // slog.String("key", …)
			got.add(inner.Args)
			continue
		}
		got.add(args[i:min(i+2, len(args))])
		i++
	}
	return got, true
}

// add adds a key and its value.
func (c *call) add(pair []ast.Expr) {
	if len(pair) == 0 {
		return
	}
	key, ok := literal(pair[0])
	if !ok || key == "" { // a group with attributes of its own
		return
	}
	if c.keys = append(c.keys, key); key == event.Key && len(pair) > 1 {
		c.event, _ = literal(pair[1])
	}
}

// isLogger reports whether an expression is package slog, or a logger by its name.
func isLogger(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "slog" || strings.EqualFold(e.Name, "log")
	case *ast.SelectorExpr:
		return strings.EqualFold(e.Sel.Name, "log")
	case *ast.CallExpr: // log.With(…).Info(…)
		sel, ok := e.Fun.(*ast.SelectorExpr)
		return ok && strings.HasPrefix(sel.Sel.Name, "With") && isLogger(sel.X)
	}
	return false
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// Each record of the log has an event, with its message, level and fields; and each event is in the log.
func TestEachCallLogsAnEventAsItIsListed(t *testing.T) {
	t.Parallel()
	kinds := event.Kinds()
	logged := map[string]bool{}
	for _, c := range calls(t) {
		i := slices.IndexFunc(kinds, func(k event.Kind) bool { return k.Name == c.event })
		if i < 0 {
			t.Errorf("%s: %s(%q) has the event %q, which is not listed", c.place, c.method, c.message, c.event)
			continue
		}
		k := kinds[i]
		logged[k.Name] = true
		if c.message != k.Message {
			t.Errorf("%s: %s has the message %q, want %q", c.place, k.Name, c.message, k.Message)
		}
		if !hasLevel(k, c.method) {
			t.Errorf("%s: %s is logged by %s, want one of %v", c.place, k.Name, c.method, k.Levels)
		}
		for _, key := range c.keys {
			if key != event.Key && !slices.Contains(k.Fields, key) {
				t.Errorf("%s: %s has the field %s, which is not listed", c.place, k.Name, key)
			}
		}
	}
	for _, k := range kinds {
		if !logged[k.Name] {
			t.Errorf("%s is listed, and nothing logs it", k.Name)
		}
	}
}

// hasLevel reports whether a method of a logger logs at a level of the event. Log has its level as an argument, which
// the handler in the tests of package daemon checks.
func hasLevel(k event.Kind, method string) bool {
	if strings.HasPrefix(method, "Log") {
		return true
	}
	return slices.ContainsFunc(k.Levels, func(l slog.Level) bool {
		return strings.EqualFold(l.String(), strings.TrimSuffix(method, "Context"))
	})
}
