package fingerprint

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of tests into the document")

// page is the document with tables that tests make, each between two comments.
const page = "../docs/internals/detection.md"

// inPage compares a table with the one of that name in the page, or writes it.
func inPage(t *testing.T, name, table string) {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	first, last := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->\n"
	head, rest, _ := strings.Cut(string(b), first)
	_, tail, ok := strings.Cut(rest, last)
	if !ok {
		t.Fatalf("%s has no place for the table", page)
	}
	made := head + first + table + last + tail
	switch {
	case *update:
		if err := os.WriteFile(page, []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
	case made != string(b):
		t.Errorf("%s is out of date: go test ./fingerprint -run %s -update\n%s", page, t.Name(), table)
	}
}
