package providertest_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sweepd/sweepd/providers/providertest"
)

var update = flag.Bool("update", false, "rewrite the table in providers/README.md")

// The table is made of the suite's promises and of what each kind of account can, which its own test compares with an
// open driver (RunAs).
func TestTheTableOfPromisesIsWhatTheSuiteHolds(t *testing.T) {
	const file, begin, end = "../README.md",
		"<!-- made by go test ./providers/providertest -update -->\n", "<!-- end -->\n"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	table, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("%s has no place for the table", file)
	}
	want := "\n" + providertest.Table() + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("%s is not what the suite holds (-update rewrites it), -want +got:\n%s", file, diff)
	}
}

func TestEachKindOfAccountOfTheTableIsHeldToThePromises(t *testing.T) {
	for _, k := range providertest.AccountKinds {
		files, err := filepath.Glob(filepath.Join("..", k.In, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var source strings.Builder
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(b)
		}
		if !strings.Contains(source.String(), "func "+k.Test+"(t *testing.T) {") ||
			!strings.Contains(source.String(), `"`+k.Name+`"`) {
			t.Errorf("no %s of providers/%s runs the suite as a %s", k.Test, k.In, k.Name)
		}
	}
}
