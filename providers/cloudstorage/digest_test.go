package cloudstorage

import (
	"strings"
	"testing"
)

// Two states of a file with one digest would be one revision, and the move would take either.
func TestDigestsDifferWhereverTheirPartsDo(t *testing.T) {
	seen := map[string]string{}
	for _, parts := range [][]string{
		nil, {""}, {"", ""}, {"a"}, {"ab"}, {"a", "b"}, {"ab", ""}, {"", "ab"}, {"a", "", "b"}, {"1:a"}, {"a1:b"},
	} {
		got := Digest(parts...)
		if was, twice := seen[got]; twice || len(got) != 24 {
			t.Errorf("%q: got %s, as for %s", parts, got, was)
		}
		seen[got] = strings.Join(parts, "|")
	}
}

// Revisions are in the journals of all users: another digest would have every file examined anew.
func TestADigestIsTheSameInEachRelease(t *testing.T) {
	if got, want := Digest("rev", "", "/a.png"), "b47e45866a76912fb43b0c71"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
