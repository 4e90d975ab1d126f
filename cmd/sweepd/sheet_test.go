package main

import (
	"slices"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// reasons are the reasons of a decision.
func reasons(texts ...string) (all []language.Message) {
	for _, text := range texts {
		all = append(all, language.Verbatim(text))
	}
	return all
}

// at is a file of a scan with that decision.
func at(path string, action policy.Action, notBefore time.Time) sweeper.Found {
	return sweeper.Found{
		Storage: "home", Entry: providers.Entry{Ref: providers.Ref(path), Path: path, Size: 5},
		Decision: policy.Decision{Action: action, NotBefore: notBefore, Rule: "mine", Reasons: reasons("old")},
	}
}

// names are the names of the files in the groups that have any.
func names(s *sheet) map[string][]string {
	all := map[string][]string{}
	for _, g := range s.page.Groups {
		for _, f := range g.Files {
			all[g.Key] = append(all[g.Key], f.Name)
		}
	}
	return all
}

func TestOnASheetWhatIsDueNextComesFirst(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	s := quiet().newSheet(&app.App{}, &sweeper.Summary{})
	s.add(t.Context(), []sweeper.Found{
		at("/d/never.png", policy.Hold, time.Time{}), at("/d/later.png", policy.Hold, day.AddDate(0, 0, 2)),
		at("/d/next.png", policy.Hold, day), at("/d/b.png", policy.Trash, time.Time{}),
		at("/d/a.png", policy.Trash, time.Time{}), at("/d/kept.png", policy.Keep, time.Time{}),
	}, newSelection())
	got := names(s)
	if !slices.Equal(got["hold"], []string{"next.png", "later.png", "never.png"}) ||
		!slices.Equal(got["trash"], []string{"a.png", "b.png"}) || !slices.Equal(got["keep"], []string{"kept.png"}) {
		t.Errorf("got %q", got)
	}
}

func TestASheetHasRoomForSomeFilesAndCountsTheOthers(t *testing.T) {
	t.Parallel()
	s := quiet().newSheet(&app.App{}, &sweeper.Summary{})
	s.room = 2
	s.add(t.Context(), []sweeper.Found{
		at("/d/c.png", policy.Review, time.Time{}), at("/d/a.png", policy.Trash, time.Time{}),
		at("/d/b.png", policy.Trash, time.Time{}), at("/d/d.png", policy.Review, time.Time{}),
	}, newSelection())
	due, review := s.group("trash"), s.group("review")
	if len(due.Files) != 2 || due.More != 0 || len(review.Files) != 0 || review.More != 2 || review.Bytes != 10 {
		t.Errorf("got %d and %d more due, %d and %d more (%d bytes) for review", len(due.Files), due.More,
			len(review.Files), review.More, review.Bytes)
	}
}
