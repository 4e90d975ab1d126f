package manual

import (
	"fmt"
	"slices"
	"strings"
)

// kind is a kind of value that no list of words describes: a duration, a size, a pattern.
type kind struct {
	title, meaning string
	examples       []any
}

// mappings names the sections of the definitions that are mappings.
var mappings = map[string]string{
	"storage": "storages.NAME", "rule": "rules[]", "when": "rules[].when", "condition": "rules[].when",
	"trash": "trash", "limits": "limits", "protect": "protect", "schedule": "schedule", "notify": "notify[]",
	"openAI": "openai", "review": "review",
}

// values returns which values s allows, in words: "`report` or `enforce`", "duration", "`off`, or duration".
func (root *schema) values(s *schema) (string, error) {
	name, s := root.def(s)
	switch {
	case s == nil:
		return "", fmt.Errorf("the schema has no %q", name)
	case mappings[name] != "":
		return "mapping, as in `" + mappings[name] + "`", nil
	case s.Title != "":
		return s.Title, nil
	case s.Const != nil:
		return fmt.Sprintf("`%v`", s.Const), nil
	case s.Enum != nil:
		return oneOf(s.Enum), nil
	case s.Type == "boolean":
		return "`true` or `false`", nil
	case s.Type == "array":
		of, err := root.values(s.Items)
		return "list: " + of, err
	case s.Type == "object":
		return root.values(s.Values)
	case s.OneOf != nil:
		return root.either(s.OneOf)
	}
	return "", fmt.Errorf("a value of %q has no title", name)
}

// either returns the alternatives in words; a list of what another alternative allows is "or a list of these".
func (root *schema) either(these []*schema) (string, error) {
	var words []string
	for _, s := range these {
		one, err := root.values(s)
		if err != nil {
			return "", err
		}
		if of, list := strings.CutPrefix(one, "list: "); list && slices.Contains(words, of) {
			one = "a list of these"
		}
		words = append(words, one)
	}
	if len(words) == 1 {
		return words[0], nil
	}
	return strings.Join(words[:len(words)-1], ", ") + ", or " + words[len(words)-1], nil
}

func oneOf(words []string) string {
	var quoted []string
	for _, w := range words {
		quoted = append(quoted, "`"+w+"`")
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}

// kinds returns the kinds of values that the keys use, in the order of their titles.
func (root *schema) kinds() []kind {
	found := map[string]kind{}
	var walk func(s *schema)
	walk = func(s *schema) {
		if s == nil {
			return
		}
		if s.Title != "" && s != root {
			found[s.Title] = kind{title: s.Title, meaning: s.Description, examples: s.Examples}
		}
		for _, of := range slices.Concat(s.OneOf, []*schema{s.Items, s.Values}) {
			walk(of)
		}
		for _, p := range s.Properties {
			walk(&p.schema)
		}
	}
	walk(root)
	for _, def := range root.Defs {
		walk(def)
	}
	var all []kind
	for _, k := range found {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b kind) int { return strings.Compare(a.title, b.title) })
	return all
}
