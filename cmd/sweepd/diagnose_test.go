package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/sweeper"
)

// Whether there is a pause is not known if the database does not answer, so that resume would be of no help.
func TestAPauseThatCannotBeAskedAboutIsTheDatabases(t *testing.T) {
	doubt := fmt.Errorf("%w, as far as is known: %w", sweeper.ErrPaused, journal.ErrUnreachable)
	for err, want := range map[error]string{doubt: "SWEEPD_DATABASE", sweeper.ErrPaused: "sweepd resume"} {
		if _, hint := new(program).diagnose(err); !strings.Contains(hint, want) {
			t.Errorf("%v: got the hint %q, want one with %q", err, hint, want)
		}
	}
	if refusal, other := asRefusal(doubt); refusal != nil || other == nil {
		t.Errorf("a scan takes it for a refusal of its plan: %v", refusal)
	}
}
