package policyfile

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	_ "time/tzdata" // a machine without time zones would otherwise refuse valid policies

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sweepd/sweepd/policy"
)

var update = flag.Bool("update", false, "rewrite the golden files, the schema too")

// home is the expansion of ~ in all tests.
const home = "/home/mia"

// golden compares got with a file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the code says (-update rewrites it), -want +got:\n%s", file, diff)
	}
}

// parse returns the policy in src, which must be valid.
func parse(t testing.TB, src string) *policy.Policy {
	t.Helper()
	p, err := Parse("policy.yaml", []byte(src), ParseOptions{Home: home})
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, src)
	}
	return p
}

// withRules returns a policy with these rules, a list in YAML.
func withRules(rules string) string {
	return "version: 1\nstorages: {home: {type: local, roots: [~/Downloads]}, work: {type: local, roots: " +
		"[/srv/work]}, drive: {type: gdrive, client: ~/client.json}}\nrules:\n" + rules
}

// goldenPolicies returns the policies of the archives in ../testdata/decide.
func goldenPolicies(t testing.TB) (all [][]byte) {
	t.Helper()
	files, err := filepath.Glob("../testdata/decide/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d archives, %v", len(files), err)
	}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ar.Files[0].Data)
	}
	return all
}
