package journal

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// A table holds what a map holds, also if somebody has chosen files whose hashes all point to its last place.
func TestATableHoldsWhatWasPut(t *testing.T) {
	for name, crowd := range map[string]uint64{"spread": 0, "crowded": 1<<56 - 1<<20} {
		random := rand.New(rand.NewPCG(1, 2))
		var tab table
		want := map[hash]Known{}
		kinds := []Known{NotImage, PlainImage, Matched, Waiting}
		for i := range 3000 {
			h := hash{7<<56 | random.Uint64()>>8 | crowd, random.Uint64()}.marked(0)
			if i%5 == 0 { // one that is there, if any is
				for old := range want {
					h = old
					break
				}
			}
			kind := kinds[random.IntN(len(kinds))]
			want[h] = kind
			tab.put(h.marked(uint64(kind) | metBit))
		}
		same := func(when string) {
			t.Helper()
			var stored []byte
			for _, h := range slices.SortedFunc(maps.Keys(want), hash.compare) {
				if got := tab.meet(h); got != want[h] {
					t.Fatalf("%s, %s: got %d for a hash, want %d", name, when, got, want[h])
				}
				if want[h] != Matched {
					stored = h.marked(uint64(want[h])).append(stored)
				}
			}
			if got, _ := tab.pack(nil); string(got) != string(stored) || tab.size() != len(want) {
				t.Fatalf("%s, %s: %d hashes of %d are stored in order", name, when, tab.size(), len(want))
			}
			if tab.meet(hash{7 << 56, 16}) != Unknown || tab.meet(hash{8<<56 - 1, 16}) != Unknown {
				t.Fatalf("%s, %s: a hash is known that was never put", name, when)
			}
		}
		same("all")
		tab.unmeet()
		for h := range want {
			if h.lo&16 == 0 {
				delete(want, h)
			}
		}
		for h := range want {
			tab.meet(h)
		}
		tab.drop()
		same("those that were met")
		if most := len(want)*21/20 + len(want)/16; name == "spread" && len(tab.places) > most {
			t.Errorf("%d hashes take %d places, want %d at most", len(want), len(tab.places), most)
		}
	}
}
