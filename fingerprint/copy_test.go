package fingerprint

import (
	"testing"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/internal/language"
)

func TestACopyIsLikelyAtMost(t *testing.T) {
	plain := Verdict{MediaType: "image/jpeg"}
	named := Verdict{MediaType: "image/png", Confidence: Possible, Evidence: []Evidence{{Detector: "filename.loose"}}}
	for _, c := range []struct {
		what     string
		v        Verdict
		distance int
		level    Confidence
	}{
		{"the same pixels", plain, 0, Likely},
		{"encoded anew", plain, 24, Likely},
		{"probably", plain, 26, Possible},
		{"at the limit", plain, 50, Possible},
		{"possible by its name", named, 50, Possible},
		{"possible by its name, and the same", named, 2, Likely},
	} {
		before := len(c.v.Evidence)
		v := c.v.As(`"harbour, at a distance of 3.png"`, c.distance, ChatGPT)
		if v.Confidence != c.level || !v.Derived || v.Product != ChatGPT || !v.LooksLike() || v.Unsettled() ||
			len(c.v.Evidence) != before || v.Evidence[0].Detector != CopyDetector {
			t.Errorf("%s: got %+v", c.what, v)
		}
	}
	if v := plain.As("another", 52, ChatGPT); v.LooksLike() || v.Confidence != None || v.Derived {
		t.Errorf("too far away: got %+v", v)
	}
}

func TestOnlyAPictureWithoutOtherEvidenceIsCompared(t *testing.T) {
	with := func(level Confidence, detectors ...string) Verdict {
		v := Verdict{MediaType: "image/png", Confidence: level}
		for _, d := range detectors {
			v.Evidence = append(v.Evidence, Evidence{Detector: d})
		}
		return v
	}
	for _, c := range []struct {
		what string
		v    Verdict
		want bool
	}{
		{"a plain picture", with(None), true},
		{"a changed name", with(Possible, "filename.derived"), true},
		{"a credential for other bytes", with(None, "c2pa.broken"), true},
		{"a download name", with(Likely, "filename.download"), false},
		{"another maker's credential", with(None, "c2pa.other"), false},
		{"an unknown issuer", with(Possible, "c2pa.unanchored"), false},
		{"an upload", with(None, "known.upload"), false},
		{"a verified picture", with(Strong, "c2pa.verified"), false},
		{"no picture", Verdict{}, false},
		{"a type that is not decoded", Verdict{MediaType: "image/gif"}, false},
	} {
		if got := c.v.Unsettled(); got != c.want {
			t.Errorf("%s: got %v", c.what, got)
		}
	}
}

func TestACopyIsSaidInAnyLanguage(t *testing.T) {
	v := Verdict{MediaType: "image/png"}.As(`"a, at a distance of b"`, 12, NoProduct)
	got := v.Clause(v.Evidence[0])
	want := language.Messagef("looks like %s, at a distance of %s", `"a, at a distance of b"`, "12")
	if got.String() != v.Evidence[0].Found || got.String() != want.String() {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A rule on the product of the name must still see it.
func TestALookalikeKeepsTheProductThatIsAsSure(t *testing.T) {
	sora := Verdict{MediaType: "image/jpeg", Confidence: Possible, Product: Sora}
	if v := sora.As("x.png", perceptual.Near, ChatGPT); v.Product != Sora {
		t.Errorf("a possible one of Sora's name is of %q", v.Product)
	}
	if v := sora.As("x.png", perceptual.Same, ChatGPT); v.Product != ChatGPT {
		t.Errorf("a likely one is of %q, want that of the original", v.Product)
	}
}
