package cloudstorage

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/sweepd/sweepd/providers"
)

func TestACursorContinuesItsOwnListingAlone(t *testing.T) {
	parts := []string{"", "team"}
	whole := map[string]string{"": "1", "team": "2"}
	for name, c := range map[string]struct {
		options string
		places  map[string]string
		want    bool
	}{
		"its own":                        {"abc", whole, true},
		"of other options":               {"abd", whole, false},
		"of no options":                  {"", whole, false},
		"with a part that was not found": {"abc", map[string]string{"": "1", "team": ""}, false},
		"without a part":                 {"abc", map[string]string{"": "1"}, false},
		"with another part":              {"abc", map[string]string{"": "1", "other": "2"}, false},
		"with one part more":             {"abc", map[string]string{"": "1", "team": "2", "other": "3"}, false},
		"without places":                 {"abc", nil, false},
	} {
		if got := (Position{Options: c.options}).Continues("abc", c.places, parts); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestACountIsCertainUntilATenthOfTheFilesHaveChanged(t *testing.T) {
	for _, c := range []struct {
		files, drift int64
		certain      bool
	}{
		{0, 5, true},
		{0, 6, false},
		{59, 5, true},
		{59, 6, false},
		{60, 6, true},
		{60, 7, false},
		{1000, 100, true},
		{1000, 101, false},
	} {
		if err := (Position{Files: c.files, Drift: c.drift}).Certain(); (err == nil) != c.certain ||
			err != nil && !errors.Is(err, providers.ErrExpired) {
			t.Errorf("%d changes of %d files: got %v, want certain to be %v", c.drift, c.files, err, c.certain)
		}
	}
}

// The limits of a policy are shares of the count: one that is too high would let too many files go.
func TestAChangeNeverRaisesTheCount(t *testing.T) {
	p := Position{Files: 3}
	for i, c := range []struct {
		change       func()
		known, drift int64
	}{{p.Came, 3, 1}, {p.Went, 2, 2}, {p.Came, 2, 3}, {p.Went, 1, 4}, {p.Went, 0, 5}, {p.Went, 0, 6}} {
		if c.change(); p.Known() != c.known || p.Drift != c.drift {
			t.Errorf("after %d changes: %d files and a drift of %d, want %d and %d",
				i+1, p.Known(), p.Drift, c.known, c.drift)
		}
	}
}

func TestAReceiptHasItsFormAndNothingElse(t *testing.T) {
	type form struct {
		ID string `json:"id"`
	}
	for text, want := range map[providers.Receipt]bool{
		Encode[providers.Receipt](form{"a"}): true,
		`{}`:                                 true, // the driver asks for what it needs
		`{"id":"a","bin":"b"}`:               false,
		`{"id":"a"}{"id":"b"}`:               false,
		`{"id":1}`:                           false,
		`{"id":"a"`:                          false,
		``:                                   false,
	} {
		var f form
		if got := DecodeReceipt(text, &f); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

// Cursors are in the journals of all users: one of an earlier release is continued.
func TestAPositionHasItsKeysAmongTheDriversOwn(t *testing.T) {
	type cursor struct {
		At string `json:"at"`
		Position
		Tokens map[string]string `json:"tokens"`
	}
	const text = `{"at":"noon","options":"abc","files":7,"less":1,"drift":2,"tokens":{"":"1"}}`
	c := cursor{"noon", Position{"abc", 7, 1, 2}, map[string]string{"": "1"}}
	if got := Encode[providers.Cursor](c); got != text {
		t.Errorf("got %s, want %s", got, text)
	}
	var back cursor
	if err := json.Unmarshal([]byte(text), &back); err != nil || back.Position != c.Position {
		t.Errorf("got %+v, %v; want %+v", back, err, c)
	}
	c.Less, c.Drift = 0, 0
	if got, want := Encode[providers.Cursor](c), providers.Cursor(
		`{"at":"noon","options":"abc","files":7,"tokens":{"":"1"}}`); got != want {
		t.Errorf("without changes: got %s, want %s", got, want)
	}
}
