package sweeper_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestTheQuestionSaysWhatIsThenDone(t *testing.T) {
	t.Parallel()
	b := newBox(t, strings.Replace(strings.Replace(rules, "do: trash}", "do: trash, grace: 1d}", 1), "ours: 30d",
		"ours: 1h, matching: 1d", 1))
	for day := range 6 {
		for i := range day * 2 {
			b.put(ours(10*day+i), picture(byte(i)))
		}
		b.discard(ours(90+day), picture(byte(day)), 3)
		p, _ := b.plan()
		sum := b.execute(p)
		var did []string
		for _, part := range []struct {
			n    int64
			text string
		}{
			{sum.Trashed, "move %d file%s to the trash"},
			{sum.Marked, "start the grace of %d file%s"},
			{sum.Purged, "permanently delete %d file%s from the trash"},
		} {
			s := "s"
			if part.n == 1 {
				s = ""
			}
			if part.n > 0 {
				did = append(did, fmt.Sprintf(part.text, part.n, s))
			}
		}
		if len(did) == 0 {
			did = []string{"nothing"}
		}
		if asked := withoutSizes(p.String()); asked != strings.Join(did, ", ") {
			t.Errorf("day %d: asked to %q, did %q", day, asked, did)
		}
		b.clock = b.clock.AddDate(0, 0, 1).Add(1)
	}
}

// withoutSizes leaves out the parts in brackets.
func withoutSizes(s string) string {
	for {
		i, j := strings.Index(s, " ("), strings.Index(s, ")")
		if i < 0 || j < i {
			return s
		}
		s = s[:i] + s[j+1:]
	}
}
