package manual

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// schema is the part of a JSON Schema (draft 2020-12) that the policy's schema uses.
type schema struct {
	Ref         string             `json:"$ref"`
	Defs        map[string]*schema `json:"$defs"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
	Type        string             `json:"type"`
	Const       any                `json:"const"`
	Enum        []string           `json:"enum"`
	Examples    []any              `json:"examples"`
	OneOf       []*schema          `json:"oneOf"`
	AllOf       []*schema          `json:"allOf"`
	If          *schema            `json:"if"`
	Then        *schema            `json:"then"`
	Items       *schema            `json:"items"`
	Names       *schema            `json:"propertyNames"`
	Values      *schema            `json:"additionalProperties"`
	Required    []string           `json:"required"`
	Properties  properties         `json:"properties"`
}

// UnmarshalJSON reads a schema; false allows nothing.
func (s *schema) UnmarshalJSON(src []byte) error {
	if string(src) == "false" {
		return nil
	}
	type plain schema
	return json.Unmarshal(src, (*plain)(s))
}

// properties are the properties of an object, in the order of the schema.
type properties []property

type property struct {
	name string
	schema
}

func (p *properties) UnmarshalJSON(src []byte) error {
	dec := json.NewDecoder(bytes.NewReader(src))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		next := property{name: name.(string)}
		if err := dec.Decode(&next.schema); err != nil {
			return err
		}
		*p = append(*p, next)
	}
	return nil
}

const schemaFile = "../../../deploy/policy.schema.json"

func readSchema(t *testing.T) *schema {
	t.Helper()
	src, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	s := &schema{}
	if err := json.Unmarshal(src, s); err != nil {
		t.Fatal(err)
	}
	return s
}

// def returns the name and the definition that s refers to; "" and s if it refers to none.
func (root *schema) def(s *schema) (string, *schema) {
	name, is := strings.CutPrefix(s.Ref, "#/$defs/")
	if !is {
		return "", s
	}
	return name, root.Defs[name]
}

// section is the keys of one mapping of the policy file.
type section struct {
	path, about string
	keys        []key
}

// key is one key of a mapping: its values in words, and its meaning.
type key struct {
	name, values, meaning string
	required              bool
}

// sections returns the mappings of the policy, beginning with the outermost.
func (root *schema) sections() ([]section, error) {
	var all []section
	for _, of := range []struct{ path, about string }{
		{"", "The keys of the file."},
		{"storages.NAME", "NAME is your name for the storage; rules, plans and commands use it."},
		{"rules[]", ""},
		{"rules[].when", "All conditions that are given must be true. `any`, `all` and `not` take conditions " +
			"themselves."},
		{"trash", ""},
		{"limits", "Limits count what all runs have done within the window."},
		{"protect", ""},
		{"schedule", ""},
		{"notify[]", ""},
		{"openai", ""},
		{"review", "Each file can be named by its path, or by the bare name of a credential of systemd."},
	} {
		s := root.at(of.path)
		if s == nil {
			return nil, fmt.Errorf("the schema has no %q", of.path)
		}
		next := section{path: of.path, about: of.about}
		for _, p := range s.Properties {
			k, err := root.key(p, slices.Contains(s.Required, p.name))
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", of.path, p.name, err)
			}
			next.keys = append(next.keys, k)
		}
		all = append(all, next)
	}
	return all, nil
}

// at returns the definition of the mapping at a path; nil if there is none.
func (root *schema) at(path string) *schema {
	if path == "" {
		return root
	}
	for name, at := range mappings {
		if at == path && name != "condition" {
			return root.Defs[name]
		}
	}
	return nil
}

func (root *schema) key(p property, required bool) (key, error) {
	values, err := root.values(&p.schema)
	if err != nil {
		return key{}, err
	}
	return key{
		name: p.name, values: values, meaning: strings.Join(strings.Fields(p.Description), " "),
		required: required,
	}, nil
}
