package archtest

import (
	"path/filepath"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/markdown"
)

// longest is the number of words that a sentence on a page for users may have.
const longest = 35

func TestSentencesForUsersAreShort(t *testing.T) {
	checked := 0
	for _, page := range userPages(t) {
		for _, sentence := range pageIn(t, page).Sentences() {
			checked++
			if n := markdown.Words(sentence); n > longest {
				t.Errorf("%s: %d words, want at most %d: %s", filepath.Base(page), n, longest, sentence)
			}
		}
	}
	if checked < 1000 {
		t.Errorf("checked %d sentences, want at least 1,000", checked)
	}
}
