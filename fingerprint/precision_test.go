package fingerprint

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tally counts the positives and the negatives with one result.
type tally struct{ positive, negative int }

func (n *tally) add(positive bool) {
	if positive {
		n.positive++
	} else {
		n.negative++
	}
}

// score counts verdicts by their level, and evidence by its detector and the level that it supports alone.
type score struct {
	levels    [Proven + 1]tally // at that level or above
	detectors map[string]*tally
}

func (s *score) add(v Verdict, positive bool) {
	for level := range v.Confidence + 1 {
		s.levels[level].add(positive)
	}
	for _, e := range v.Evidence {
		key := fmt.Sprintf("`%s` | %v", e.Detector, e.Confidence)
		if s.detectors == nil {
			s.detectors = map[string]*tally{}
		}
		if s.detectors[key] == nil {
			s.detectors[key] = new(tally)
		}
		s.detectors[key].add(positive)
	}
}

// String returns the tables of both.
func (s *score) String() string {
	all := s.levels[None].positive
	line := func(b *strings.Builder, head string, n tally) {
		if n == (tally{}) {
			return
		}
		fmt.Fprintf(b, "| %s | %d of %d | %d of %d |\n", head, n.positive, n.positive+n.negative, n.positive, all)
	}
	var b strings.Builder
	b.WriteString("| at that level or above | precision | recall |\n|---|---|---|\n")
	for level := Proven; level > None; level-- {
		line(&b, level.String(), s.levels[level])
	}
	b.WriteString("\n| detector | level alone | precision | recall |\n|---|---|---|---|\n")
	for _, key := range slices.Sorted(maps.Keys(s.detectors)) {
		line(&b, key, *s.detectors[key])
	}
	return b.String()
}

// Precision is the share of positives among the positives and negatives with a result, recall the share of all
// positives that have it. Files that cannot be placed (gray) count as neither.
func TestPrecisionAndRecallAreWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	dir, pictures := corpus(t)
	c := New()
	var images, names score
	for _, p := range pictures {
		class, _, _ := strings.Cut(p.path, "/")
		if class != "gray" {
			images.add(examined(t, c, filepath.Join(dir, filepath.FromSlash(p.path))), class == "positive")
		}
	}
	for _, class := range []string{"positive", "negative"} {
		b, err := os.ReadFile(filepath.Join(dir, "..", "names", class+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			name, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			v, err := c.Classify(aFile(name, aPNG()))
			if err != nil {
				t.Fatal(err)
			}
			names.add(v, class == "positive")
		}
	}
	inPage(t, "precision", fmt.Sprintf("Images:\n\n%s\nNames alone, each on a picture without a credential:\n\n%s",
		&images, &names))
}
