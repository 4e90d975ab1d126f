package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

func TestAListIsSortedByTheKey(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	file := func(path string, size int64, at time.Time, d policy.Decision, c fingerprint.Confidence) sweeper.Found {
		return sweeper.Found{
			Storage: "home", Entry: providers.Entry{Path: path, Size: size, Modified: at}, Decision: d,
			Verdict: fingerprint.Verdict{Confidence: c},
		}
	}
	found := []sweeper.Found{
		file("/b", 1, day(2), policy.Decision{Action: policy.Keep}, fingerprint.Proven),
		file("/a/x", 2, time.Time{}, policy.Decision{Action: policy.Hold}, fingerprint.Likely),
		file("/a", 2, day(1), policy.Decision{Action: policy.Trash}, fingerprint.Likely),
		file("/d", 9, day(3), policy.Decision{Action: policy.Hold, NotBefore: day(9)}, fingerprint.Strong),
		file("/c", 3, day(4), policy.Decision{Action: policy.Hold, NotBefore: day(8)}, fingerprint.Likely),
	}
	for key, want := range map[string]string{
		"":       "/b /d /a /a/x /c",
		"size":   "/d /c /a /a/x /b",
		"age":    "/a /b /d /c /a/x",
		"folder": "/a /b /c /d /a/x",
		"due":    "/a /c /d /a/x /b",
	} {
		s := selection{order: choice{word: key}}
		var got []string
		for _, f := range slices.SortedFunc(slices.Values(found), s.compare) {
			got = append(got, f.Entry.Path)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by %q: got %s, want %s", key, got, want)
		}
	}
}
