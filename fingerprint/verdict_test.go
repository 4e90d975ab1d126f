package fingerprint

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAVerdictSurvivesJSON(t *testing.T) {
	full := Verdict{
		MediaType: "image/png", Width: 1024, Height: 1536, Confidence: Strong, Product: Unstated,
		Made: time.Date(2026, 4, 20, 6, 11, 25, 625765000, time.UTC), Derived: true,
		Evidence: []Evidence{
			{Detector: "c2pa", Found: "signed", Confidence: Strong},
			{Detector: "filename.loose", Found: "named"},
		},
	}
	for _, v := range []Verdict{{}, full} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var got Verdict
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(v, got); d != "" {
			t.Errorf("%s comes back changed (-want +got):\n%s", b, d)
		}
	}
}

// Existing journals contain this form.
func TestAVerdictsJSONIsStable(t *testing.T) {
	for want, v := range map[string]Verdict{
		`{"confidence":"none"}`: {},
		`{"media_type":"image/webp","width":3,"height":2,"confidence":"likely","product":"labs",` +
			`"made":"2026-04-20T00:00:00Z","derived":true,"evidence":[{"detector":"filename","found":"f",` +
			`"confidence":"likely"}]}`: {
			MediaType: "image/webp", Width: 3, Height: 2, Confidence: Likely, Product: Labs,
			Made: time.Date(2026, 4, 20, 0, 0, 0, 0, time.UTC), Derived: true,
			Evidence: []Evidence{{Detector: "filename", Found: "f", Confidence: Likely}},
		},
	} {
		if got, err := json.Marshal(v); string(got) != want || err != nil {
			t.Errorf("%s, %v\nwant %s", got, err, want)
		}
	}
}

func TestConfidenceWords(t *testing.T) {
	for c := None; c <= Proven; c++ {
		var back Confidence
		if err := back.UnmarshalText([]byte(c.String())); err != nil || back != c {
			t.Errorf("%q is read as %v, %v", c, back, err)
		}
	}
	for _, word := range []string{"", "Proven", "certain", "4"} {
		if c := Likely; c.UnmarshalText([]byte(word)) == nil {
			t.Errorf("%q is taken for %v, want an error", word, c)
		}
	}
}
