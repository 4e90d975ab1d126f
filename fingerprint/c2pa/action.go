package c2pa

import (
	"fmt"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// generated is the IPTC digital source type of a picture that a model made.
const generated = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

// maxActions limits the actions of one manifest.
const maxActions = 4096

// action is one step of the picture's making (C2PA 2.2, 18.14).
type action struct {
	Action string          `cbor:"action"`
	When   cbor.RawMessage `cbor:"when"`
	Agent  cbor.RawMessage `cbor:"softwareAgent"`
	Source string          `cbor:"digitalSourceType"`
}

// agent returns the name of the software: "GPT-4o", "gpt-image 2.0". It is a text in version 1 and a map in version
// 2.
func (a *action) agent() string {
	var text string
	if decode(a.Agent, &text) == nil {
		return text
	}
	var n struct {
		Name    string `cbor:"name"`
		Version string `cbor:"version"`
	}
	if decode(a.Agent, &n) != nil {
		return ""
	}
	return strings.TrimSpace(n.Name + " " + n.Version)
}

// when returns the time that the action states, in UTC. It is zero if there is none or if it is not of RFC 3339.
func (a *action) when() time.Time {
	var text string
	if decode(a.When, &text) != nil {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// actions returns all actions of the manifest. It returns an error if an assertion cannot be decoded or if there are
// more than maxActions.
func (m *manifest) actions() ([]action, error) {
	var all []action
	for _, a := range m.assertions {
		switch a.kind() {
		case "c2pa.actions", "c2pa.actions.v2":
			var list struct {
				Actions []action `cbor:"actions"`
			}
			if err := decode(a.cbor, &list); err != nil {
				return nil, fmt.Errorf("assertion %q: %w", a.label, err)
			}
			if all = append(all, list.Actions...); len(all) > maxActions {
				return nil, fmt.Errorf("more than %d actions", maxActions)
			}
		}
	}
	return all, nil
}
