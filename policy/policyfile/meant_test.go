package policyfile

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestNoSuggestionTurnsAMeaningAround tries every key and value of a policy in the forms in which people write the
// opposite.
func TestNoSuggestionTurnsAMeaningAround(t *testing.T) {
	words := append(keysOf(fieldsOf(reflect.TypeFor[when]())), keysOf(fieldsOf(reflect.TypeFor[storageForm]()))...)
	words = append(append(words, levels.words...), append(append([]string{}, actions.words...), deriveds.words...)...)
	for _, w := range words {
		for _, opposite := range []string{
			"not_", "no_", "un", "in", "im", "non_", "dont_", "without_", "never_", "dis",
		} {
			if got := meant(opposite+w, words); got == w {
				t.Errorf("%s: got %q, want no suggestion", opposite+w, got)
			}
		}
	}
	for word, not := range map[string]string{
		"include":      "exclude",
		"and":          "any",
		"nor":          "or",
		"unstarred":    "starred",
		"younger_than": "older_than",
	} {
		if got := meant(word, words); got == not {
			t.Errorf("%s: got %q, which turns it around", word, got)
		}
	}
}

func TestASynonymIsUnderstood(t *testing.T) {
	condition := "rules: [{name: k, when: {%s}, do: keep}]"
	for src, want := range map[string]string{
		fmt.Sprintf(condition, "and: [{name: a}]"):                   `did you mean "all"?`,
		fmt.Sprintf(condition, "or: [{name: a}]"):                    `did you mean "any"?`,
		fmt.Sprintf(condition, "none: [{name: a}]"):                  `did you mean "not"?`,
		fmt.Sprintf(condition, "younger_than: 3d"):                   `did you mean "newer_than"?`,
		fmt.Sprintf(condition, "extension: png"):                     `hint: write name: "*.png"`,
		"rules: [{name: k, when: {confidence: proven}, do: delete}]": `did you mean "trash"?`,
	} {
		_, err := Parse("policy.yaml",
			[]byte("version: 1\nstorages: {home: {type: local, roots: [~/Downloads]}}\n"+src), ParseOptions{Home: home})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", src, err, want)
		}
	}
	_, err := Parse("policy.yaml", []byte(
		"version: 1\nstorages: {home: {type: local, roots: [~/Downloads], include: ['a/**']}}\n"+
			"rules: [{name: k, do: keep}]",
	), ParseOptions{Home: home})
	if err == nil || strings.Contains(err.Error(), "did you mean") ||
		!strings.Contains(err.Error(), "narrower folder in roots") {
		t.Errorf("include: got %v, want the hint for a narrower root and no suggestion", err)
	}
}
