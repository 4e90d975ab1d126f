package language

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

// English is plain fmt, also for texts inside of others; JSON is English whatever the user reads.
func TestATextIsEnglishUnlessItIsAskedForInALanguage(t *testing.T) {
	t.Parallel()
	days := Duration(36 * time.Hour)
	m := Messagef("its grace of %s ends on %s", days, "2026-04-20")
	const english = "its grace of 1 day 12 hours ends on 2026-04-20"
	if got := m.In(For("en")); got != english || m.String() != english {
		t.Errorf("got %q and %q", got, m.String())
	}
	if got := m.In(For("de")); got != "die Schonfrist (1 Tag 12 Stunden) endet am 2026-04-20" {
		t.Errorf("got %q", got)
	}
	text, err := json.Marshal([]Message{m})
	if err != nil || string(text) != `["`+english+`"]` {
		t.Errorf("got %s, %v", text, err)
	}
	var back []Message
	if err := json.Unmarshal(text, &back); err != nil || back[0].In(For("de")) != english {
		t.Errorf("got %v, %v", back, err)
	}
}

func TestQuantitiesAndListsAreOfTheLanguage(t *testing.T) {
	t.Parallel()
	moved := func(n int64) Message { return Messagef("moved %s to the trash", Count(n, "file")) }
	for _, c := range []struct {
		text       Text
		en, de, fr string
	}{
		{Count(1, "file"), "1 file", "1 Datei", "1 fichier"},
		{Count(2000, "file"), "2,000 files", "2.000 Dateien", "2\u00a0000 fichiers"},
		{CountPlainly(2000, "file"), "2000 files", "2.000 Dateien", "2\u00a0000 fichiers"},
		{Count(0, "file"), "0 files", "0 Dateien", "0 fichier"},
		{
			moved(0), "moved 0 files to the trash", "0 Dateien in den Papierkorb verschoben",
			"0 fichier déplacé vers la corbeille",
		},
		{
			moved(2), "moved 2 files to the trash", "2 Dateien in den Papierkorb verschoben",
			"2 fichiers déplacés vers la corbeille",
		},
		{Size(1_234_567), "1.2 MB", "1,2 MB", "1,2 Mo"},
		{ExactSize(5e9), "5 GB", "5 GB", "5 Go"},
		{Percent(0.125), "12.5%", "12,5\u00a0%", "12,5\u00a0%"},
		{Decimal(0.25), "0.2", "0,2", "0,2"},
		{AndNames([]string{"a", "b", "c"}), "a, b and c", "a, b und c", "a, b et c"},
		{OrQuoted([]string{"a", "b"}), `"a" or "b"`, `"a" oder "b"`, `"a" ou "b"`},
		{AndNames([]string{"a"}), "a", "a", "a"},
		{AndNames([]string(nil)), "", "", ""},
		{
			Messagef("nobody has translated %v", errors.New("this")), "nobody has translated this",
			"nobody has translated this", "nobody has translated this",
		},
	} {
		if got := c.text.String(); got != c.en {
			t.Errorf("en: got %q, want %q", got, c.en)
		}
		for tag, want := range map[string]string{"en": c.en, "de": c.de, "fr": c.fr} {
			if got := c.text.In(For(tag)); got != want {
				t.Errorf("%s: got %q, want %q", tag, got, want)
			}
		}
	}
}

// White space around a text is no matter of its translation, and neither is a text of other origin.
func TestWhatIsAroundATextStays(t *testing.T) {
	t.Parallel()
	de := For("de")
	if got := de.Sprintf("\n  nothing was changed\n\n"); got != "\n  nichts wurde geändert\n\n" {
		t.Errorf("got %q", got)
	}
	if got := de.Sprintf("%s\n", "due"); got != "due\n" {
		t.Errorf("got %q", got)
	}
	if got := Capital("étoile"); got != "Étoile" || Capital("") != "" {
		t.Errorf("got %q", got)
	}
}
