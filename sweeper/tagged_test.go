package sweeper_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// withTag returns a genuine picture with a text chunk at the given place.
func withTag(genuine []byte, at int) []byte {
	return slices.Insert(slices.Clone(genuine), at, c2patest.PNGChunk("tEXt", []byte("Rating\x005"))...)
}

func TestAPictureThatAPersonTaggedIsHeld(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, remoteRules)
	genuine, _ := signed(s, 1)
	front, behind := "/data/root/front.png", "/data/root/behind.png"
	b.put(front, withTag(genuine, 33))
	b.put(behind, withTag(genuine, len(genuine)-12))

	if d := b.decision(front); d.Action != policy.Hold || d.ReasonCode != policy.ReasonOf(providers.GuardTagged) ||
		len(d.Guards) != 1 {
		t.Errorf("a tag before the credential: %+v, want it held by the guard", d)
	}
	p := b.dueAre(behind) // the header alone does not show what follows it
	if sum := b.execute(p); sum.Trashed != 0 || sum.Refusals["not_due"] != 1 {
		t.Errorf("a tag behind the pixels: %+v, want it refused when it is read whole", sum)
	}
	b.dueAre()

	b.approve(front)
	b.dueAre(front)
	b.setPolicy(remoteRules + "protect: {tagged: off}\n")
	b.dueAre(behind, front)
}

func TestATaggedPictureInABinIsNoMatch(t *testing.T) {
	t.Parallel()
	b, s := remoteBin(t)
	genuine, _ := signed(s, 1)
	b.discard("/data/root/plain.png", genuine, 0)
	b.discard("/data/root/front.png", withTag(genuine, 33), 0)
	b.discard("/data/root/behind.png", withTag(genuine, len(genuine)-12), 0)
	b.bin()
	b.clock = b.clock.AddDate(0, 0, 21)
	if sum := b.apply(); sum.Purged != 1 {
		t.Errorf("%+v, want only the picture without a tag purged", sum)
	}
	b.binIs("/data/root/behind.png", "/data/root/front.png")

	matching := strings.Replace(remoteRules, "trash: {ours: 30d}", "trash: {matching: 20d}", 1)
	b.setPolicy(matching + "protect: {tagged: off}\n")
	b.apply()
	b.binIs()
}
