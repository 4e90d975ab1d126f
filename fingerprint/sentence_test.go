package fingerprint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"sweepd/internal/language"
)

// Each text of evidence.go can be translated.
func TestEvidenceCanBeSaidInAnyLanguage(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "evidence.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		pair, ok := node.(*ast.KeyValueExpr)
		if !ok || !named(pair.Key, "Found") {
			return true
		}
		if text, isText := leftmost(pair.Value).(*ast.BasicLit); isText {
			n++
			s, err := strconv.Unquote(text.Value)
			if strings.HasSuffix(s, " of ") {
				s += "Sora"
			}
			if said := (Verdict{}).said(Evidence{Found: s}); err != nil ||
				reflect.DeepEqual(said, language.Verbatim(s)) {
				t.Errorf("%q is not among the sentences", s)
			}
		}
		return true
	})
	if n < 12 {
		t.Errorf("found %d texts of evidence", n)
	}
}

func named(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// leftmost returns the first operand of a concatenation.
func leftmost(e ast.Expr) ast.Expr {
	for {
		sum, ok := e.(*ast.BinaryExpr)
		if !ok {
			return e
		}
		e = sum.X
	}
}
