package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// TestAFolderIsProtectedWithAllInIt tries the ways in which people write a folder.
func TestAFolderIsProtectedWithAllInIt(t *testing.T) {
	protected := []string{"/home/mia/Downloads/Keep/a.png", "/home/mia/Downloads/Keep/deep/a.png"}
	for _, pattern := range []string{
		"~/Downloads/Keep", "~/Downloads/Keep/", "~/Downloads/Keep/**", "~/Downloads/./Keep", "~/Downloads//Keep/",
		"**/Keep", "**/Keep/", "**/Keep/**", "**/K*p", "~/Downloads/*/", "~/Down*/**/",
	} {
		for _, rules := range []string{
			"  - {name: keeps, when: {path: %q}, do: keep}\n  - {name: mine, when: {confidence: possible}, do: trash}",
			"  - {name: asks, when: {any: [{path: %q}, {path: /x}]}, do: review}\n" +
				"  - {name: mine, when: {confidence: possible}, do: trash}",
			"  - {name: mine, when: {confidence: possible, not: {path: %q}}, do: trash}",
			"  - {name: mine, when: {confidence: possible, all: [{not: {any: [{path: %q}]}}]}, do: trash}",
		} {
			p := parse(t, withRules(fmt.Sprintf(rules, pattern)))
			f := aFile()
			for _, path := range protected {
				if f.Entry.Path = path; p.Decide(f, now).Action == policy.Trash {
					t.Errorf("%s does not protect %s under\n%s", pattern, path, rules)
				}
			}
			if f.Entry.Path = "/home/mia/Other/a.png"; p.Decide(f, now).Action != policy.Trash {
				t.Errorf("%s protects %s under\n%s", pattern, f.Entry.Path, rules)
			}
		}
	}
}

// TestAPatternThatLetsGoIsNotWidened checks that a rule that trashes by a path matches exactly its pattern.
func TestAPatternThatLetsGoIsNotWidened(t *testing.T) {
	for _, rules := range []string{
		"  - {name: mine, when: {confidence: possible, path: ~/Downloads/AI}, do: trash}",
		"  - {name: keeps, when: {not: {path: ~/Downloads/AI}}, do: keep}\n" +
			"  - {name: mine, when: {confidence: possible}, do: trash}",
	} {
		f := aFile()
		f.Entry.Path = "/home/mia/Downloads/AI/a.png"
		if d := parse(t, withRules(rules)).Decide(f, now); d.Action == policy.Trash {
			t.Errorf("got %+v of a file in a folder of that name, want keep\n%s", d, rules)
		}
		src := withRules(strings.ReplaceAll(rules, "Downloads/AI", "Downloads/AI/"))
		_, err := policyfile.Parse("policy.yaml", []byte(src), policyfile.ParseOptions{Home: home})
		if e, ok := errors.AsType[*policyfile.Error](err); !ok ||
			e.Hint != `if that is intended, write "/home/mia/Downloads/AI/**"` || e.Line == 0 {
			t.Errorf("got %v, want the trailing slash refused with a hint\n%s", err, rules)
		}
	}
}

// TestAnExclusionIsReadAsPeopleWriteFolders checks that an exclusion is read as people write folders, or refused with
// its line.
func TestAnExclusionIsReadAsPeopleWriteFolders(t *testing.T) {
	storage := "version: 1\nstorages: {home: {type: local, roots: [~/Pictures], exclude: [%q]}}\n" +
		"rules: [{name: k, do: keep}]"
	for pattern, below := range map[string]string{
		"Camera/": "Camera/a.png", "./Camera/**": "Camera/a.png", "Camera": "Camera/deep/a.png",
		"**/Camera/": "x/Camera/a.png",
		"a//b/":      "a/b/c.png", "./a/./b": "a/b/c.png",
	} {
		p := parse(t, fmt.Sprintf(storage, pattern))
		if st := p.Storages["home"]; !st.Excludes(below) || st.Excludes("other/a.png") {
			t.Errorf("%s: got excluded %t of %s and %t of another, want that one only", pattern, st.Excludes(below),
				below, st.Excludes("other/a.png"))
		}
	}
	for pattern, hint := range map[string]string{
		"- Camera/**": `write the pattern alone: "Camera/**"`, "+ Camera": `write the pattern alone: "Camera"`,
		"!Camera": "negated patterns are not supported", "../Camera": "the path of the folder " +
			"itself", " Camera": "remove the space",
		`Camera\2023`: "separate folders with /", "./": "1 to 1000 bytes", "a/../b": "the path of the folder itself",
	} {
		_, err := policyfile.Parse(
			"policy.yaml",
			fmt.Appendf(nil, storage, pattern),
			policyfile.ParseOptions{Home: home},
		)
		if e, ok := errors.AsType[*policyfile.Error](err); !ok || !strings.Contains(e.Hint, hint) || e.Line != 2 {
			t.Errorf("%s: got %v, want it refused in line 2 with %q", pattern, err, hint)
		}
	}
}
