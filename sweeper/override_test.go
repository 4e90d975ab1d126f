package sweeper_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

const reviewed = `
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: album, when: {path: "**/album/**"}, do: keep}
  - {name: look, when: {confidence: likely, derived: include}, do: review}
limits: {share: 100%}
`

// refound is the decision on a file by Refind.
func (b *box) refound(path string) policy.Decision {
	b.Helper()
	f, err := b.sweeper().Refind(b.Context(), b.storage(), b.entry(path))
	if err != nil {
		b.Fatal(err)
	}
	return f.Decision
}

func TestADecisionOfTheUserIsFoundAtOnceAndTakenBack(t *testing.T) {
	t.Parallel()
	b := newBox(t, reviewed)
	b.put(ours(1), picture(1))
	b.scan(false)
	s, st, e := b.sweeper(), b.storage(), b.entry(ours(1))
	for _, step := range []struct {
		name string
		do   func() error
		want policy.Action
	}{
		{"found", func() error { return nil }, policy.Review},
		{"approve", func() error { return s.Approve(t.Context(), st, e, nil) }, policy.Trash},
		{"keep", func() error { return s.Keep(t.Context(), st, e) }, policy.Keep},
		{"forget", func() error { return s.Forget(t.Context(), st, e) }, policy.Review},
		{"approve again", func() error { return s.Approve(t.Context(), st, e, nil) }, policy.Trash},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := b.refound(ours(1)); got.Action != step.want {
			t.Errorf("%s: it is %s (%s), want %s", step.name, got.Action, got.Reasons, step.want)
		}
	}
	b.put(ours(1), picture(2))
	if _, err := s.Refind(t.Context(), st, b.entry(ours(1))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a changed file, before a scan: %v", err)
	}
	b.scan(false)
	if got := b.refound(ours(1)); got.Action != policy.Review {
		t.Errorf("the approval counts for a changed file: it is %s", got.Action)
	}
}

func TestAKeptFileCannotBeApproved(t *testing.T) {
	t.Parallel()
	b := newBox(t, reviewed)
	b.put(in("album", 1), picture(1))
	b.scan(false)
	err := b.sweeper().Approve(t.Context(), b.storage(), b.entry(in("album", 1)), nil)
	if _, ok := errors.AsType[*sweeper.KeptError](err); !ok {
		t.Errorf("got %v, want a KeptError", err)
	}
	if got := b.refound(in("album", 1)); got.Action != policy.Keep || got.Approved {
		t.Errorf("it is %s, approved %v", got.Action, got.Approved)
	}
}

// An approval lifts the guards that were shown. A file up for review has guards that no list shows.
func TestAnApprovalIsRefusedForAGuardThatWasNotShown(t *testing.T) {
	t.Parallel()
	git := providers.Held{Guard: providers.GuardGit, Why: language.Verbatim("Git tracks it")}
	shared := providers.Held{Guard: providers.GuardShared, Why: language.Verbatim("it is shared")}
	b := newBox(t, reviewed+"protect: {last_copy: keep}\n")
	b.put(ours(1), picture(1))
	b.scan(false)
	b.account.Hold(ours(1), git, shared)
	s, st, e := b.sweeper(), b.storage(), b.entry(ours(1))
	last := providers.Held{Guard: "last_copy"}
	for _, c := range []struct {
		shown []providers.Held
		want  []providers.Guard
	}{
		{nil, []providers.Guard{"git", "shared", "last_copy"}},
		{[]providers.Held{git, last}, []providers.Guard{"shared"}},
		{[]providers.Held{shared, git}, []providers.Guard{"last_copy"}},
	} {
		err := s.Approve(t.Context(), st, e, c.shown)
		held, ok := errors.AsType[*sweeper.UnshownError](err)
		if !ok || len(held.Held) != 3 || len(held.Unshown) != len(c.want) {
			t.Fatalf("shown %v: %v", c.shown, err)
		}
		for i, h := range held.Unshown {
			if h.Guard != c.want[i] {
				t.Errorf("shown %v: not shown is %v, want %s", c.shown, held.Unshown, c.want)
			}
		}
		if got := b.refound(ours(1)); got.Action != policy.Review {
			t.Errorf("shown %v: it is %s", c.shown, got.Action)
		}
	}
	if err := s.Approve(t.Context(), st, e, []providers.Held{shared, last, git}); err != nil {
		t.Error(err)
	}
	if got := b.refound(ours(1)); !got.Approved {
		t.Errorf("it is %s", got.Action)
	}
}
