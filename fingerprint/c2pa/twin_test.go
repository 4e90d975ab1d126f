package c2pa

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// The picture that was signed is the twin of the signed file.
func TestAVerifiedFileTellsItsTwin(t *testing.T) {
	s, v := world(t)
	for what, picture := range map[string][]byte{
		"PNG": c2patest.PlainPNG(9, 7, 1), "JPEG": c2patest.PlainJPEG(9, 7, 1), "WebP": c2patest.PlainWebP(),
	} {
		for _, agent := range []string{"GPT-4o", "GPT-4oo"} { // of an even and of an odd length
			b := s.Sign(picture, c2patest.Options{Agent: agent})
			want := Twin{sha256.Sum256(picture), int64(len(picture))}
			c, err := v.Read(bytes.NewReader(b), int64(len(b)), mediaType(b))
			if err != nil || c.Class != Verified || c.Twin != want {
				t.Errorf("%s: %v, %+v, want %+v; %v", what, c.Class, c.Twin, want, err)
			}
			// Bytes that were not compared with the signed ones have none, and neither have those of others.
			c, err = v.ReadHeader(bytes.NewReader(b), int64(len(b)), mediaType(b))
			if err != nil || c.Twin != (Twin{}) {
				t.Errorf("%s, its header: %+v, %v", what, c.Twin, err)
			}
			b[len(b)-1-len(b)%2] ^= 1
			if c, err := v.Read(bytes.NewReader(b), int64(len(b)), mediaType(b)); err != nil || c.Twin != (Twin{}) {
				t.Errorf("%s, changed: %+v, %v", what, c.Twin, err)
			}
		}
	}
	for what, b := range tagged(s) {
		c, err := v.Read(bytes.NewReader(b), int64(len(b)), mediaType(b))
		if err != nil || !c.Tagged || c.Twin != (Twin{}) {
			t.Errorf("%s: tagged %v, %+v, %v", what, c.Tagged, c.Twin, err)
		}
	}
	edit := s.PNG(1, c2patest.Options{
		By: s.Other, Generator: "Paint", Source: "-", Ingredients: []c2patest.Ingredient{{Of: &c2patest.Options{}}},
	})
	if c, err := v.Read(bytes.NewReader(edit), int64(len(edit)), "image/png"); err != nil || c.Twin != (Twin{}) {
		t.Errorf("another's work: %+v, %v", c.Twin, err)
	}
}

func TestATwinIsReadAsItIsWritten(t *testing.T) {
	want := Twin{sha256.Sum256(nil), 12345}
	text, _ := want.MarshalText() // never fails
	var got Twin
	if err := got.UnmarshalText(text); err != nil || got != want {
		t.Errorf("%s is read as %+v, %v", text, got, err)
	}
	for _, text := range []string{"", "5", "5 00", "-1" + string(text[5:]), string(text) + "0", "x" + string(text)} {
		if err := new(Twin).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a twin", text)
		}
	}
}
