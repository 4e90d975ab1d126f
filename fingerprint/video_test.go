package fingerprint

import (
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// A video is shown for what it is, and never has a confidence: no rule can apply to it.
func TestVideosAreRecognisedAndHaveNoConfidence(t *testing.T) {
	s, c := signing(t)
	plain := c2patest.PlainMP4(1)
	quick := append([]byte("\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  "), plain[plain[3]:]...)
	sora := c2patest.Options{Generator: "Sora", StampedAt: madeThen}
	broken := s.Sign(plain, sora)
	broken[len(broken)-1] ^= 1
	named := strings.TrimSuffix(soraName, "png") + "mp4"
	for _, v := range []struct {
		what, name string
		bytes      []byte
		product    Product
		detectors  string
	}{
		{"Sora's", "harbour.mp4", s.Sign(plain, sora), Sora, "c2pa.verified header.video"},
		{"Sora's, as it is named", named, s.Sign(plain, sora), Sora, "c2pa.verified filename.download header.video"},
		{"Sora's, in QuickTime", "harbour.mov", s.Sign(quick, sora), Sora, "c2pa.verified header.video"},
		{"of its name", named, plain, Sora, "filename.download header.video"},
		{
			"of its name, as QuickTime", strings.TrimSuffix(soraName, "png") + "MOV", quick, Sora,
			"filename.download header.video",
		},
		{"changed", "harbour.mp4", broken, NoProduct, ""},
		{
			"somebody else's", "harbour.mp4", s.Sign(plain, c2patest.Options{By: s.Other, Generator: "Paint"}),
			NoProduct, "",
		},
		{"of a camera", "harbour.mp4", plain, NoProduct, ""},
		{"with ChatGPT's name", downloadName, plain, NoProduct, ""},
	} {
		f, _ := fileOf(v.name, v.bytes)
		r, err := c.Examine(f)
		got := r.Verdict
		if err != nil || got.Confidence != None || got.MediaType != "" || got.Product != v.product ||
			detectors(got) != v.detectors {
			t.Errorf("%s: %+v, %v, want none, %q, %s", v.what, got, err, v.product, v.detectors)
		}
		for _, finding := range r.Findings {
			for _, e := range finding.Evidence {
				if e.Confidence != None {
					t.Errorf("%s: evidence %+v, want none of any level", v.what, e)
				}
			}
		}
		if v.product == Sora && !strings.Contains(got.String(), "a video, which no rule moves") {
			t.Errorf("%s: %q does not say that it is a video", v.what, got)
		}
		f, reads := fileOf(v.name, v.bytes)
		if got, err := c.Classify(headerOnly(f)); err != nil || got.Confidence != None || got.MediaType != "" ||
			reads.calls > 2 {
			t.Errorf("%s, header only: %+v, %v after %d reads", v.what, got, err, reads.calls)
		}
	}
	f, reads := fileOf("VID_0001", append(plain, make([]byte, 100_000)...))
	if v, err := c.Classify(f); err != nil || v.Confidence != None || reads.calls != 1 {
		t.Errorf("an ordinary video: %v, %v after %d reads, want nothing after one", v, err, reads.calls)
	}
}
