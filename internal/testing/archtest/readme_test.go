package archtest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// A user who opens the README sees first how to try sweepd, and all that is not a table on one long screen.
func TestTheReadmeFitsOneLongScreen(t *testing.T) {
	const path = "../../../README.md"
	order := []string{"Try it", "Every day", "As a service", "Policy", "Promises"}
	if got := pageIn(t, path).Headings()[1:]; !slices.Equal(got[:len(order)], order) {
		t.Errorf("the sections are %q, want %q first", got, order)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(text), "\n|")
	if lines := strings.Count(before, "\n"); lines > 105 {
		t.Errorf("%d lines precede the first table, want at most 105", lines)
	}
}
