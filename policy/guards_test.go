package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

// The notes on an account's guards must agree with the conformance tests of its driver.
func TestNotesNameTheGuardsThatCanHoldNothingInAnAccount(t *testing.T) {
	for kind, account := range map[string]string{Local: "local disk", GDrive: "My Drive", Dropbox: "own Dropbox"} {
		i := slices.IndexFunc(providertest.AccountKinds,
			func(k providertest.AccountKind) bool { return k.Name == account })
		p := &Policy{Storages: map[string]Storage{"it": {Type: kind}}, Protect: providers.AllGuards()}
		notes := strings.Join(language.English(p.Notes()), "\n") + "\n"
		for _, g := range providers.AllGuards() {
			// A tag in a picture's bytes is found by its credential, in every storage.
			holds := slices.Contains(providertest.AccountKinds[i].Guards, g) || g == providers.GuardTagged
			said := strings.Contains(notes, " "+string(g)+",") || strings.Contains(notes, " "+string(g)+"\n")
			if kind != Local && said == holds || kind == Local && said {
				t.Errorf("%s: %s can hold a file: %v; and the notes are\n%s", kind, g, holds, notes)
			}
			if slices.Contains(kindOf(kind).asks, g) != holds {
				t.Errorf("%s: the guard %s can hold a file: %v", kind, g, holds)
			}
		}
	}
}
