package fingerprint

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/internal/language"
)

func TestWhatIsKnownOfTheBytesIsWeighedWithTheVerdict(t *testing.T) {
	plain := Verdict{MediaType: "image/png"}
	partial := Verdict{MediaType: "image/png", Confidence: Likely, Product: ChatGPT, Derived: true, Partial: true}
	proven := Verdict{MediaType: "image/png", Confidence: Proven, Product: API}
	others := Verdict{MediaType: "image/png", Evidence: []Evidence{{Detector: "c2pa.other"}}}
	edited := Verdict{
		MediaType: "image/png", Confidence: Possible, Derived: true, Evidence: []Evidence{{Detector: "c2pa.broken"}},
	}
	made := Verdict{
		MediaType: "image/png", Confidence: Likely, Derived: true, Evidence: []Evidence{{Detector: "c2pa.derived"}},
	}
	for _, c := range []struct {
		what     string
		v        Verdict
		k        Knowledge
		by       Product
		level    Confidence
		product  Product
		derived  bool
		partial  bool
		evidence string
	}{
		{"exported", plain, Exported, ChatGPT, Proven, ChatGPT, false, false, "known.export"},
		{"exported, read in part", partial, Exported, ChatGPT, Proven, ChatGPT, false, false, "known.export"},
		{"exported, another credential", edited, Exported, ChatGPT, Proven, ChatGPT, false, false, "known.export"},
		{"exported, made of another picture", made, Exported, ChatGPT, Proven, ChatGPT, true, false, "known.export"},
		{"exported, and another's", others, Exported, ChatGPT, None, NoProduct, false, false, "known.export"},
		{"a twin", plain, Stripped, API, Strong, API, false, false, "known.twin"},
		{"a twin under a name", partial, Stripped, Unstated, Strong, Unstated, false, false, "known.twin"},
		{"a twin that is proven", proven, Stripped, ChatGPT, Proven, API, false, false, "known.twin"},
		{"named", plain, Named, Unstated, Likely, Unstated, false, false, "known.named"},
		{"named, as sure by its name", partial, Named, Unstated, Likely, ChatGPT, true, true, "known.named"},
		{"named, and another's", others, Named, Unstated, None, NoProduct, false, false, "known.named"},
		{"named, and edited", edited, Named, Unstated, Possible, NoProduct, true, false, "known.named"},
		{"an upload", plain, Given, NoProduct, None, NoProduct, false, false, "known.upload"},
		{"an upload that is proven", proven, Given, NoProduct, None, NoProduct, false, false, "known.upload"},
		{"an upload under a name", partial, Given, NoProduct, None, NoProduct, false, false, "known.upload"},
	} {
		before := len(c.v.Evidence)
		v := c.v.With(c.k, c.by)
		if v.Confidence != c.level || v.Product != c.product || v.Derived != c.derived || v.Partial != c.partial ||
			v.Evidence[0].Detector != c.evidence || len(c.v.Evidence) != before || !v.KnownElsewhere() ||
			c.v.KnownElsewhere() {
			t.Errorf("%s: %+v", c.what, v)
		}
		text := v.Clause(v.Evidence[0])
		if text.String() != v.Evidence[0].Found || text.In(language.For("de")) == text.String() {
			t.Errorf("%s: it is said as %q", c.what, text)
		}
	}
}

func TestTheTwinOfAVerifiedPictureIsInItsVerdict(t *testing.T) {
	s, c := signing(t)
	b := s.PNG(1, c2patest.Options{})
	f, _ := fileOf("a.png", b)
	v, err := c.Classify(f)
	if err != nil || v.Twin.Size == 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back Verdict
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, v) {
		t.Errorf("%s is read as %+v, want %+v; %v", text, back, v, err)
	}
	b[len(b)-1] ^= 1
	f, _ = fileOf("a.png", b)
	if v, err := c.Classify(f); err != nil || v.Twin != (Twin{}) {
		t.Errorf("of other bytes it is %+v, %v", v.Twin, err)
	}
}
