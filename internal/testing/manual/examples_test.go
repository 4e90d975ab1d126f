package manual

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/sweepd/sweepd/policy/policyfile"
)

// mapping is a mapping of a policy file. JSON is YAML, so that a policy can be made of it.
type mapping = map[string]any

// frames has, for each section, the mappings to which its keys are added one at a time. A key must be good in at least
// one of them: each kind of storage has keys of its own.
var frames = map[string][]mapping{
	"": {{}},
	"storages.NAME": {
		{"type": "local", "roots": []any{"~/Downloads"}},
		{"type": "gdrive", "client": "~/google.json"},
		{"type": "gdrive", "service_account": "~/key.json", "impersonate": "mia@example.org"},
		{"type": "dropbox", "app_key": "q1w2e3r4t5y6u7i"},
		{"type": "gdrive", "impersonate": "mia@example.org"},
		{"type": "workspace", "service_account": "~/key.json", "admin": "mia@example.org"},
		{"type": "workspace", "service_account": "~/key.json", "admin": "mia@example.org", "users": "all"},
		{"type": "workspace", "service_account": "~/key.json"},
		{"type": "dropbox_team", "app_key": "q1w2e3r4t5y6u7i", "users": "all"},
	},
	"rules[]": {
		{"name": "a", "do": "trash", "when": mapping{"confidence": "proven"}},
		{"name": "a", "do": "trash", "when": mapping{"confidence": "proven", "storage": "acme"}},
	},
	"rules[].when": {{"confidence": "likely"}, {"older_than": "1h"}},
	"trash":        {{}}, "limits": {{}, {"files": 1000}}, "protect": {{}}, "schedule": {{}},
	"notify[]": {{"to": "desktop"}, {"to": "mail", "on": "digest"}},
	"openai":   {{"key": "/etc/sweepd/openai-key"}},
	"review":   {{"certificate": "~/review.crt", "key": "~/review.key", "password": "~/review.password"}},
}

// policyWith returns a policy with a mapping in the place of a section.
func policyWith(path string, m mapping) mapping {
	home := mapping{"type": "local", "roots": []any{"~/Downloads"}}
	acme := mapping{"type": "dropbox_team", "app_key": "q1w2e3r4t5y6u7i", "users": "all"}
	screenshots := mapping{"type": "local", "roots": []any{"~/b"}}
	p := mapping{
		"version": 1, "storages": mapping{"home": home, "acme": acme, "screenshots": screenshots},
		"rules": []any{mapping{"name": "a", "do": "review"}},
	}
	switch path {
	case "":
		maps.Copy(p, m)
	case "storages.NAME":
		p["storages"] = mapping{"home": m}
	case "rules[].when":
		p["rules"] = []any{mapping{"name": "a", "do": "review", "when": m}}
	case "rules[]":
		p["rules"] = []any{m}
	case "notify[]":
		p["notify"], p["schedule"] = []any{m}, mapping{"digest": "weekly"}
	default:
		p[path] = m
	}
	if m["ask"] != nil {
		p["openai"] = mapping{"key": "/etc/sweepd/openai-key"}
	}
	return p
}

func TestEachExampleOfTheReferenceIsAGoodPolicy(t *testing.T) {
	root := readSchema(t)
	tried := 0
	for path, bases := range frames {
		for _, p := range root.at(path).Properties {
			for _, value := range root.examplesOf(&p.schema) {
				tried++
				var err error
				for _, base := range bases {
					m := maps.Clone(base)
					m[p.name] = value
					if err = parsed(t, policyWith(path, m)); err == nil {
						break
					}
				}
				if err != nil {
					t.Errorf("%s %s: %v is no good value: %v", path, p.name, value, err)
				}
			}
		}
	}
	if tried < 150 {
		t.Errorf("tried %d examples, want at least 150", tried)
	}
}

func parsed(t *testing.T, p mapping) error {
	t.Helper()
	src, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	_, err = policyfile.Parse("policy.yaml", src, policyfile.ParseOptions{Home: "/home/mia"})
	return err
}

// examplesOf returns all values that the reference names for s, of scalars and of lists of them.
func (root *schema) examplesOf(s *schema) []any {
	name, s := root.def(s)
	if mappings[name] != "" {
		return nil
	}
	all := s.Examples
	if s.Const != nil {
		all = append(all, s.Const)
	}
	for _, word := range s.Enum {
		all = append(all, word)
	}
	if s.Type == "boolean" {
		all = append(all, true, false)
	}
	if s.Items != nil {
		for _, one := range root.examplesOf(s.Items) {
			all = append(all, []any{one})
		}
	}
	for _, of := range s.OneOf {
		all = append(all, root.examplesOf(of)...)
	}
	return all
}
