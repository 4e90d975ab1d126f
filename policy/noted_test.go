package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
)

// TestWhatAStorageDoesNotKnowTrashesNothing puts each condition on a fact that a local disk does not report into each
// possible place of a rule that trashes.
func TestWhatAStorageDoesNotKnowTrashesNothing(t *testing.T) {
	for _, noted := range []string{"starred: true", "starred: false", `camera: "*"`, `property: "a=*"`} {
		for _, where := range []string{
			"%s", "not: {%s}", "any: [{%s}]", "all: [{%s}]", "not: {any: [{%s}]}", "not: {not: {%s}}",
			"all: [{name: '*'}, {not: {%s}}]", "any: [{name: never}, {%s}]",
		} {
			condition := fmt.Sprintf(where, noted)
			p := parse(t, withRules("  - {name: mine, when: {confidence: possible, "+condition+"}, do: trash}"))
			for _, storage := range []string{"home", "(paths)"} {
				f := aFile()
				f.Storage = storage
				if d := p.Decide(f, now); d.Action != policy.Keep {
					t.Errorf("%s in %s: got %+v, want keep", condition, storage, d)
				}
			}
		}
	}
}

// TestACautionSaysWhatDoubtDoes checks the caution for a rule whose facts are unknown: in a local storage, a rule
// that keeps by a star keeps every file.
func TestACautionSaysWhatDoubtDoes(t *testing.T) {
	for rule, want := range map[string]string{
		"when: {starred: true}, do: keep":                  "in doubt it keeps every file there;",
		`when: {camera: "*", property: "a=*"}, do: review`: "in doubt it has a person review every file there;",
		"when: {camera: Canon*, name: '*.jpg'}, do: keep": "in doubt it keeps every file there that meets " +
			"its other conditions;",
		"when: {any: [{starred: true}, {name: a}]}, do: keep": "in doubt it keeps every file there that meets " +
			"its other conditions;",
		"when: {confidence: proven, starred: false}, do: trash": "in doubt it trashes no file there;",
		"when: {starred: true, storage: home}, do: keep": "in doubt it keeps every file there that meets " +
			"its other conditions;",
		"when: {confidence: possible, name: a*.png}, do: review": "",
	} {
		cautions := language.English(parse(t, withRules("  - {name: r, "+rule+"}")).Cautions())
		if slices.ContainsFunc(cautions, func(c string) bool { return strings.Contains(c, want) }) != (want != "") ||
			want == "" && len(cautions) > 0 {
			t.Errorf("%s: got %q, want %q", rule, cautions, want)
		}
	}
}
