package fingerprint

import (
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// Evidence that was kept in English is said in another language, with its arguments.
func TestEvidenceIsSaidInAnyLanguage(t *testing.T) {
	t.Parallel()
	v := Verdict{Product: API, Made: time.Date(2026, 4, 20, 1, 17, 0, 0, time.UTC)}
	for english, german := range map[string]string{
		"its credential is not OpenAI's": "der Herkunftsnachweis ist nicht von OpenAI",
		"its credential is not OpenAI's (signed by X (Y))": "der Herkunftsnachweis ist nicht von OpenAI " +
			"(signed by X (Y))",
		"download name of Sora":    "Download-Name für Sora",
		"download name of the API": "Download-Name für die API",
		"signed by OpenAI for the API on 2026-04-20, unchanged since": "von OpenAI signiert für die API " +
			"am 2026-04-20, seitdem unverändert",
		"its name is another picture's: of 2026-01-02, and this one was signed on 2026-04-20": "der Name gehört zu " +
			"einem anderen Bild: vom 2026-01-02, und dieses wurde am 2026-04-20 signiert",
		"what another version found": "what another version found",
	} {
		clause := v.Clause(Evidence{Found: english})
		if got := clause.In(language.For("de")); clause.String() != english || got != german {
			t.Errorf("%q: got %q and %q, want %q", english, clause, got, german)
		}
	}
}
