package c2pa

import (
	"fmt"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// claim is a claim of version 1 or 2 (C2PA 1.4, 10.2; 2.2, 10.3).
type claim struct {
	GeneratorV1 string          `cbor:"claim_generator"`
	Info        cbor.RawMessage `cbor:"claim_generator_info"`
	Signature   string          `cbor:"signature"`
	// Assertions belongs to version 1; Created and Gathered belong to version 2.
	Assertions []hashedURI `cbor:"assertions"`
	Created    []hashedURI `cbor:"created_assertions"`
	Gathered   []hashedURI `cbor:"gathered_assertions"`
	Alg        string      `cbor:"alg"`
}

// parseClaim returns the claim of the manifest. It returns errUnsupported if there is none, as in a compressed
// manifest.
func parseClaim(m *manifest) (claim, error) {
	var c claim
	if m.claim == nil {
		return c, fmt.Errorf("manifest without a claim: %w", errUnsupported)
	}
	if err := decode(m.claim, &c); err != nil {
		return c, fmt.Errorf("claim: %w", err)
	}
	return c, nil
}

// generator returns the name that the claim gives to the program that made it.
func (c *claim) generator() string {
	type named struct {
		Name string `cbor:"name"`
	}
	var n named
	var list []named
	// The information is a map in claims of version 2, and a list of maps in those of version 1.
	if decode(c.Info, &n) == nil && n.Name != "" {
		return n.Name
	}
	if decode(c.Info, &list) == nil && len(list) > 0 && list[0].Name != "" {
		return list[0].Name
	}
	return c.GeneratorV1
}

// product returns the product that a generator's name stands for, or "" if it stands for none.
func product(generator string) string {
	word, _, _ := strings.Cut(generator, " ")
	switch {
	case generator == "OpenAI Media Service API":
		return "" // used by both ChatGPT and the API since April 2026
	case word == "ChatGPT":
		return "chatgpt"
	case word == "Sora":
		return "sora"
	case word == "API", word == "OpenAI-API":
		return "api"
	}
	return ""
}

// checkAssertions checks the assertions and the claim against each other. It returns an error unless each assertion
// is declared once and matches its declared hash.
func (c *claim) checkAssertions(m *manifest) error {
	if path, ok := within(c.Signature, m.label); !ok || path != "c2pa.signature" {
		return fmt.Errorf("its signature is elsewhere: %q", c.Signature)
	}
	declared := make(map[string]bool, len(m.assertions))
	for _, list := range [][]hashedURI{c.Assertions, c.Created, c.Gathered} {
		for _, u := range list {
			path, ok := within(u.URL, m.label)
			label, here := strings.CutPrefix(path, "c2pa.assertions/")
			if !ok || !here {
				return fmt.Errorf("declared assertion %q is not in this manifest", u.URL)
			}
			// Without this check, a small claim could have a large assertion hashed a thousand times.
			if declared[label] {
				return fmt.Errorf("assertion %q is declared twice", label)
			}
			a := m.assertion(label)
			if a == nil {
				return fmt.Errorf("declared assertion %q is missing", label)
			}
			if err := u.check(a.content, c.Alg); err != nil {
				return fmt.Errorf("assertion %q: %w", label, err)
			}
			declared[label] = true
		}
	}
	for _, a := range m.assertions {
		if !declared[a.label] {
			return fmt.Errorf("assertion %q is not declared", a.label)
		}
	}
	return nil
}

// assertion returns the assertion of that label, or nil.
func (m *manifest) assertion(label string) *assertion {
	for i := range m.assertions {
		if m.assertions[i].label == label {
			return &m.assertions[i]
		}
	}
	return nil
}
