package fingerprint

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// signing returns a made-up authority with OpenAI's names, and a classifier that trusts it.
func signing(t *testing.T) (*c2patest.Signer, *Classifier) {
	t.Helper()
	s := c2patest.New(t, madeThen)
	anchors, err := c2pa.ParseAnchors(strings.NewReader(s.Anchors()))
	if err != nil {
		t.Fatal(err)
	}
	return s, NewWith(Options{Anchors: anchors})
}

const unstatedGenerator = "OpenAI Media Service API"

func TestSignedImages(t *testing.T) {
	s, c := signing(t)
	unstated := c2patest.Options{Generator: unstatedGenerator, StampedAt: madeThen}
	composite := c2patest.Options{Source: c2patest.Composite}
	edit := c2patest.Options{
		By:          s.Other,
		Generator:   "Paint",
		Source:      "-",
		Ingredients: []c2patest.Ingredient{{Of: &c2patest.Options{}}},
	}
	newLeaf := s.Issue("OpenAI OpCo, LLC", "OpenAI Media Service", madeThen.AddDate(0, -1, 0),
		madeThen.AddDate(1, 0, 0))
	for _, v := range []struct {
		what     string
		name     string
		bytes    []byte
		level    Confidence
		product  Product
		derived  bool
		evidence string
	}{
		{"for ChatGPT", ownName, s.PNG(1, c2patest.Options{}), Proven, ChatGPT, false, "c2pa.verified c2pa.untimed"},
		{"JPEG", "harbour.jpg", s.JPEG(1, c2patest.Options{}), Proven, ChatGPT, false, "c2pa.verified c2pa.untimed"},
		{
			"WebP", dalleName, s.WebP(c2patest.Options{}), Proven, ChatGPT, false,
			"c2pa.verified filename.download c2pa.untimed",
		},
		{
			"stamped", downloadName, s.PNG(1, c2patest.Options{StampedAt: madeThen}), Proven, ChatGPT, false,
			"c2pa.verified filename.download",
		},
		{"for nobody, under its name", downloadName, s.PNG(1,
			unstated), Proven, ChatGPT, false, "c2pa.verified filename.download"},
		{
			"for nobody, under the name of an older one", olderName, s.PNG(1, unstated), Strong, Unstated, false,
			"c2pa.verified filename.older",
		},
		{"for nobody, as the app saves", assetName, s.PNG(1,
			unstated), Proven, ChatGPT, false, "c2pa.verified filename.download"},
		{"for nobody, renamed", ownName, s.PNG(1, unstated), Strong, Unstated, false, "c2pa.verified"},
		{"for the API", downloadName, s.PNG(1,
			c2patest.Options{Generator: "API"}), Strong, API, false, "c2pa.verified filename.download c2pa.untimed"},
		{"for Sora", downloadName, s.PNG(1,
			c2patest.Options{Generator: "Sora"}), Strong, Sora, false, "c2pa.verified filename.download c2pa.untimed"},
		{"new certificate, no time stamp", downloadName, s.PNG(1,
			c2patest.Options{By: newLeaf}), Strong, ChatGPT, false, "c2pa.verified filename.download c2pa.untimed"},
		{
			"new certificate, stamped", downloadName, s.PNG(1, c2patest.Options{By: newLeaf, StampedAt: madeThen}),
			Proven,
			ChatGPT, false, "c2pa.verified filename.download",
		},

		{"signed by itself", ownName, s.PNG(1,
			c2patest.Options{By: s.Forger}), Possible, NoProduct, false, "c2pa.unanchored"},
		{"a person's photo, edited in ChatGPT", downloadName, s.PNG(1,
			composite), Likely, ChatGPT, true, "c2pa.derived filename.download"},
		{"edited elsewhere, signed anew", downloadName, s.PNG(1,
			edit), Likely, ChatGPT, true, "c2pa.derived filename.download"},
		{"edited elsewhere, renamed", ownName, s.PNG(1, edit), Likely, NoProduct, true, "c2pa.derived"},
		{
			"somebody else's", downloadName,
			s.PNG(1, c2patest.Options{By: s.Other, Generator: "Paint", Agent: "Brush"}),
			Possible, ChatGPT, true, "c2pa.other filename.download",
		},
		{"somebody else's, renamed", ownName, s.PNG(1,
			c2patest.Options{By: s.Other, Generator: "Paint", Agent: "Brush"}), None, NoProduct, false, "c2pa.other"},
	} {
		f, _ := fileOf(v.name, v.bytes)
		got, err := c.Classify(f)
		if err != nil || got.Confidence != v.level || got.Product != v.product || got.Derived != v.derived ||
			detectors(got) != v.evidence {
			t.Errorf("%s: %v; product %q, derived %v, evidence %s, error %v\n\twant %v; %q, %v, %s",
				v.what, got, got.Product, got.Derived, detectors(got), err, v.level, v.product, v.derived, v.evidence)
		}
	}
}

func detectors(v Verdict) string {
	var names []string
	for _, e := range v.Evidence {
		names = append(names, e.Detector)
	}
	return strings.Join(names, " ")
}

// A WebP's own size may leave the credential out. Such a credential still does not match these bytes.
func TestACredentialBeyondAWebPsEndIsPossibleAtMostUnderAPerfectName(t *testing.T) {
	s, c := signing(t)
	signed, plain := s.WebP(c2patest.Options{}), c2patest.PlainWebP()
	for what, b := range map[string][]byte{
		"its own, left out":      append(bytes.Clone(plain), signed[len(plain):]...),
		"another's, put behind":  append(aWebP(vp8(5000)), signed[len(plain):]...),
		"and something after it": append(append(bytes.Clone(plain), signed[len(plain):]...), "more of it"...),
	} {
		f, _ := fileOf(downloadName, b)
		if v, err := c.Classify(f); err != nil || v.Confidence != Possible || v.Evidence[0].Detector != "c2pa.broken" {
			t.Errorf("%s: %v, %v, want possible, because it does not match", what, v, err)
		}
	}
}

// A tool that packs the pixels anew keeps the credential or drops it, as its authors like. Both files are the same to
// a person, so both get the same verdict.
func TestChangedBytesUnderAPerfectNameAreAsIfTheyHadNoCredential(t *testing.T) {
	s, c := signing(t)
	signed := s.PNG(1, c2patest.Options{})
	changed := func(at int) []byte {
		b := bytes.Clone(signed)
		b[at] ^= 1
		return b
	}
	chunk := credentialChunk(signed)
	f, _ := fileOf(downloadName, c2patest.PlainPNG(16, 16, 1))
	dropped, err := c.Classify(f)
	if err != nil || dropped.Confidence != Likely || !dropped.Derived ||
		detectors(dropped) != "filename.download filename.unsigned" {
		t.Errorf("without its credential: %v (%s), %v, want likely and derived", dropped, detectors(dropped), err)
	}
	for what, b := range map[string][]byte{
		"a pixel changed":   changed(len(signed) - 20),
		"the width changed": changed(19),
		"bytes appended":    append(bytes.Clone(signed), 0),
		"a chunk put in":    slices.Insert(bytes.Clone(signed), 33, c2patest.PNGChunk("gAMA", make([]byte, 4))...),
		"moved to another picture": slices.Insert(c2patest.PlainPNG(16, 16, 9), 33,
			chunk...),
	} {
		for name, want := range map[string]Confidence{downloadName: Likely, dalleName: Possible, ownName: None} {
			f, _ := fileOf(name, b)
			v, err := c.Classify(f)
			if err != nil || v.Confidence != want || v.Derived != (want > None) ||
				!strings.HasPrefix(detectors(v), "c2pa.broken") || !v.Made.IsZero() {
				t.Errorf("%s, as %s: %v (%s), %v, want %v, because of a broken credential", what, name, v,
					detectors(v), err, want)
			}
		}
	}
}

func TestADamagedCredentialIsPossibleAtMostUnderAPerfectName(t *testing.T) {
	s, c := signing(t)
	signed := s.PNG(1, c2patest.Options{})
	chunk := credentialChunk(signed)
	changed := bytes.Clone(signed)
	changed[33+len(chunk)/5] ^= 1
	forged := s.PNG(1, c2patest.Options{By: s.Forger})
	forged[len(forged)-20] ^= 1
	otherTime := func(token []byte) []byte { token[len(token)-1] ^= 1; return token }
	for what, b := range map[string][]byte{
		"the credential changed":        changed,
		"cut behind the credential":     signed[:33+len(chunk)+10],
		"cut in the credential":         signed[:33+len(chunk)/2],
		"the credential there twice":    slices.Insert(bytes.Clone(signed), 33, chunk...),
		"a later file in another shape": s.JPEG(1, c2patest.Options{})[:900],
		"a forger's, and a pixel":       forged,
		"the time stamp changed":        s.PNG(1, c2patest.Options{StampedAt: madeThen, Token: otherTime}),
	} {
		for name, most := range map[string]Confidence{downloadName: Possible, ownName: None} {
			f, _ := fileOf(name, b)
			v, err := c.Classify(f)
			if err != nil || v.Confidence > most ||
				!strings.HasPrefix(detectors(v), "c2pa.broken") || !v.Made.IsZero() {
				t.Errorf("%s, as %s: %v (%s), %v, want at most %v, because of a broken credential", what, name, v,
					detectors(v), err, most)
			}
		}
	}
}

// credentialChunk returns the caBX chunk of a signed PNG.
func credentialChunk(signed []byte) []byte {
	return signed[33 : 33+12+int(binary.BigEndian.Uint32(signed[33:]))]
}

func TestATagAddedSinceIsNotedAndLowersNothing(t *testing.T) {
	s, c := signing(t)
	signed := s.PNG(1, c2patest.Options{StampedAt: madeThen})
	for name, product := range map[string]Product{ownName: ChatGPT, downloadName: ChatGPT} {
		b := slices.Insert(bytes.Clone(signed), 33, c2patest.PNGChunk("tEXt", []byte("Rating\x005"))...)
		f, _ := fileOf(name, b)
		v, err := c.Classify(f)
		if err != nil || v.Confidence != Proven || v.Product != product || v.Derived || !v.Tagged() {
			t.Errorf("%s: %v (%s), %v, want proven and tagged", name, v, detectors(v), err)
		}
	}
	f, _ := fileOf(ownName, signed)
	if v, err := c.Classify(f); err != nil || v.Tagged() {
		t.Errorf("as signed: %v, %v, want no tag", v, err)
	}
}

func TestTheBuiltInAnchorsBelieveNoOtherAuthority(t *testing.T) {
	s, _ := signing(t)
	f, _ := fileOf(ownName, s.PNG(1, c2patest.Options{StampedAt: madeThen}))
	v, err := New().Classify(f)
	if err != nil || v.Confidence != Possible || detectors(v) != "c2pa.unanchored" {
		t.Errorf("%v, %v, want possible, of an authority that is not known", v, err)
	}
}

func TestMadeIsTheTimeOfTheStampInUTC(t *testing.T) {
	s, c := signing(t)
	at := madeThen.In(time.FixedZone("", 2*3600))
	f, _ := fileOf(ownName, s.PNG(1, c2patest.Options{StampedAt: at}))
	v, err := c.Classify(f)
	if err != nil || v.Made != madeThen {
		t.Errorf("made %v, %v, want %v", v.Made, err, madeThen)
	}
}

func TestExamineTellsTheCredentialsStepsAndBytes(t *testing.T) {
	s, c := signing(t)
	b := s.PNG(1, c2patest.Options{})
	f, reads := fileOf(downloadName, b)
	r, err := c.Examine(f)
	if err != nil {
		t.Fatal(err)
	}
	last := r.Findings[len(r.Findings)-1]
	if last.Detector != "c2pa" || len(last.Steps) < 4 || len(last.Evidence) != 2 || last.BytesRead < int64(len(b)) {
		t.Errorf("%+v, want the steps of a credential over all %d bytes", last, len(b))
	}
	for _, step := range last.Steps {
		if !step.OK || step.Check == "" {
			t.Errorf("step %+v of a genuine credential", step)
		}
	}
	var read int64
	for _, finding := range r.Findings {
		read += finding.BytesRead
	}
	if read != int64(reads.bytes) {
		t.Errorf("findings account for %d bytes, want the %d read", read, reads.bytes)
	}
}

func TestATagIsNotedWhateverTheCredentialIsWorth(t *testing.T) {
	s, c := signing(t)
	edit := c2patest.Options{
		By: s.Other, Generator: "Paint", Source: "-", Ingredients: []c2patest.Ingredient{{Of: &c2patest.Options{}}},
	}
	for evidence, o := range map[string]c2patest.Options{
		"c2pa.derived filename.download c2pa.tagged":    edit,
		"c2pa.unanchored filename.download c2pa.tagged": {By: s.Forger},
	} {
		b := slices.Insert(s.PNG(1, o), 33, c2patest.PNGChunk("tEXt", []byte("Rating\x005"))...)
		f, _ := fileOf(downloadName, b)
		if v, err := c.Classify(f); err != nil || !v.Tagged() || detectors(v) != evidence {
			t.Errorf("%v (%s), %v, want %s", v, detectors(v), err, evidence)
		}
	}
}
