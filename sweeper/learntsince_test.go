package sweeper_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/sweeper"
)

// verifies records content as an original whose twin is twin.
func (b *box) verifies(content, twin []byte) {
	b.Helper()
	p := knownPicture(known.Verified, content)
	p.Twin = fingerprint.Twin{SHA256: sha256.Sum256(twin), Size: int64(len(twin))}
	if err := b.journal.Verified(b.Context(), []known.Picture{p}); err != nil {
		b.Fatal(err)
	}
}

func TestAnOpenSweeperKnowsWhatOthersVerifyAndForget(t *testing.T) {
	t.Parallel()
	b, s := knownBox(t, "local")
	b.put("/data/root/twin.png", plainPNG(1))
	sw := b.sweeper()
	due := func(want int) *sweeper.Plan {
		t.Helper()
		p, _, err := sw.Plan(t.Context(), sweeper.ScanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Trash) != want {
			t.Errorf("%d files are due, want %d", len(p.Trash), want)
		}
		return p
	}
	due(0)
	b.verifies(s.Sign(plainPNG(1), c2patest.Options{}), plainPNG(1))
	p := due(1)
	if err := b.journal.ForgetVerified(t.Context()); err != nil {
		t.Fatal(err)
	}
	sum, err := sw.Execute(t.Context(), p, nil)
	if err != nil || sum.Trashed != 0 || sum.Refusals["not_due"] != 1 {
		t.Errorf("a plan from before the pictures were forgotten: %+v, %v", sum, err)
	}
	due(0)
}

func TestAGraceBeginsAnewWithWhatIsLearnt(t *testing.T) {
	t.Parallel()
	b, s := knownBox(t, "local")
	b.setPolicy(`
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: sure, when: {confidence: proven}, do: trash, grace: 5d}
  - {name: twin, when: {confidence: strong}, do: trash, grace: 6d}
  - {name: named, when: {confidence: likely, derived: include}, do: trash, grace: 90d}
limits: {files: 100, bytes: 1GB, share: 100%}
`)
	b.put("/data/root/exported.png", plainPNG(1))
	b.put("/data/root/twin.png", plainPNG(2))
	from := known.Source{Kind: known.File, Path: "/x", Complete: true}
	named := []known.Picture{knownPicture(known.Named, plainPNG(1)), knownPicture(known.Named, plainPNG(2))}
	if _, err := b.journal.Learn(t.Context(), from, named); err != nil {
		t.Fatal(err)
	}
	if sum := b.apply(); sum.Marked != 2 {
		t.Fatalf("%+v", sum)
	}
	b.clock = b.clock.AddDate(0, 0, 10)
	b.learn(knownPicture(known.Generated, plainPNG(1)))
	b.verifies(s.Sign(plainPNG(2), c2patest.Options{}), plainPNG(2))
	if sum := b.apply(); sum.Trashed != 0 || sum.Marked != 2 {
		t.Errorf("the first sweep after it was learnt: %+v", sum)
	}
	b.clock = b.clock.AddDate(0, 0, 4)
	b.learn(knownPicture(known.Generated, plainPNG(1)), knownPicture(known.Generated, plainPNG(3)))
	b.verifies(s.Sign(plainPNG(2), c2patest.Options{}), plainPNG(2)) // what is known already changes nothing
	if sum := b.apply(); sum.Trashed != 0 || sum.Marked != 0 {
		t.Errorf("during the grace: %+v", sum)
	}
	b.clock = b.clock.AddDate(0, 0, 3)
	if sum := b.apply(); sum.Trashed != 2 {
		t.Errorf("after the grace: %+v", sum)
	}
}

func TestAMoveTakesNoGraceFromBeforeAPictureWasLearnt(t *testing.T) {
	t.Parallel()
	b, _ := knownBox(t, "local")
	b.setPolicy(strings.Replace(knownRules, "{confidence: strong}, do: trash",
		"{confidence: likely, derived: include}, do: trash, grace: 5d", 1))
	b.put("/data/root/a.png", plainPNG(1))
	from := known.Source{Kind: known.File, Path: "/x", Complete: true}
	first, err := b.journal.Learn(t.Context(), from, []known.Picture{knownPicture(known.Named, plainPNG(1))})
	if err != nil {
		t.Fatal(err)
	}
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 10)
	p := b.dueAre("/data/root/a.png")
	b.forget(first.ID)
	b.learn(knownPicture(known.Generated, plainPNG(1)))
	if sum := b.execute(p); sum.Trashed != 0 || sum.Refusals["not_due"] != 1 {
		t.Errorf("%+v", sum)
	}
}

func TestAFileIsFirstFoundWhenItsPictureIsLearnt(t *testing.T) {
	t.Parallel()
	for _, rules := range []string{
		strings.Replace(knownRules, "trash: {", "confirm_after: 3d\ntrash: {", 1),
		strings.Replace(knownRules, "confidence: strong", "confidence: strong, older_than: 3d, age_by: first_seen", 1),
	} {
		b, _ := knownBox(t, "local")
		b.setPolicy(rules)
		b.put("/data/root/a.png", plainPNG(1))
		b.learn(knownPicture(known.Generated, plainPNG(12))) // of the same size, so that the file has a Record
		b.apply()
		b.clock = b.clock.AddDate(0, 0, 10)
		b.learn(knownPicture(known.Generated, plainPNG(1)))
		if sum := b.apply(); sum.Trashed != 0 {
			t.Errorf("%s\ntrashed by the first scan that found it", rules)
		}
		b.clock = b.clock.AddDate(0, 0, 4)
		if sum := b.apply(); sum.Trashed != 1 {
			t.Errorf("%s\nnot trashed by the second scan: %+v", rules, sum)
		}
	}
}

func TestALookalikeIsFirstFoundWhenItsOriginalIsVerified(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.setPolicy(strings.Replace(copiesRules, "confidence: likely", "confidence: likely, evidence: known.copy", 1) +
		"confirm_after: 3d\n")
	copied := c2patest.SceneJPEG(1, 140, 100)
	b.put("/data/root/mine.jpg", copied)
	other := knownPicture(known.Generated, plainPNG(1))
	other.Size = int64(len(copied)) // so that the file has a Record
	b.learn(other)
	b.apply()
	b.clock = b.clock.AddDate(0, 0, 10)
	b.put("/data/root/original.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	for range 2 { // the second scan knows the original
		if sum := b.apply(); sum.Trashed != 0 {
			t.Errorf("trashed by the first scans that found it: %+v", sum)
		}
	}
	if f := b.seen(false)["mine.jpg"]; !f.Verdict.LooksLike() {
		t.Fatalf("the copy is not found: %+v", f)
	}
	b.clock = b.clock.AddDate(0, 0, 4)
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("not trashed later: %+v", sum)
	}
}
