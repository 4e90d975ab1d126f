package fingerprint

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"
)

func TestWhatIsSettledIsNotAskedAbout(t *testing.T) {
	photo := Verdict{MediaType: "image/jpeg", Width: 1536, Height: 1024}
	with := func(change func(*Verdict)) Verdict {
		v := photo
		change(&v)
		return v
	}
	has := func(detector string, level Confidence) func(*Verdict) {
		return func(v *Verdict) {
			v.Evidence, v.Confidence = []Evidence{{Detector: detector, Confidence: level}}, level
		}
	}
	for _, c := range []struct {
		what string
		v    Verdict
		size int64
		want bool
	}{
		{"a picture without evidence", photo, 1e6, true},
		{"the largest that is examined", photo, MaxAsked, true},
		{"ChatGPT's name alone", with(has("filename.download", Likely)), 1e6, true},
		{"the smallest", with(func(v *Verdict) { v.Height = minAsked }), 1e6, true},
		{"an empty file", photo, 0, false},
		{"one that is too large", photo, MaxAsked + 1, false},
		{"an icon", with(func(v *Verdict) { v.Width = minAsked - 1 }), 1e6, false},
		{"a GIF", with(func(v *Verdict) { v.MediaType = "image/gif" }), 1e6, false},
		{"no image", Verdict{}, 1e6, false},
		{"a camera's", with(func(v *Verdict) { v.Camera = true }), 1e6, false},
		{"another's credential", with(has("c2pa.other", None)), 1e6, false},
		{"a broken credential", with(has("c2pa.broken", None)), 1e6, false},
		{"one that is cut off", with(has("header.cut", None)), 1e6, false},
		{"a Labs picture", with(has("exif.labs", Strong)), 1e6, false},
		{"the person's own upload", with(has("known.upload", None)), 1e6, false},
		{"one that is answered", photo.Answered(Answer{SynthID: true}), 1e6, false},
	} {
		if got := c.v.Askable(c.size); got != c.want {
			t.Errorf("%s: got %v", c.what, got)
		}
	}
}

func TestOnlyAWatermarkRaisesALevel(t *testing.T) {
	at := time.Date(2026, 11, 30, 23, 0, 0, 0, time.FixedZone("", -3600))
	photo := Verdict{MediaType: "image/png"}
	name := func(e Evidence, p Product) Verdict {
		return Verdict{MediaType: "image/png", Confidence: e.Confidence, Product: p, Evidence: []Evidence{e}}
	}
	download := name(Evidence{"filename.download", "ChatGPT download name", Likely}, ChatGPT)
	sora := name(Evidence{"filename.download", "download name of Sora", Possible}, Sora)
	for _, c := range []struct {
		what    string
		v       Verdict
		a       Answer
		level   Confidence
		product Product
	}{
		{"not detected", photo, Answer{At: at}, None, NoProduct},
		{"refused", photo, Answer{At: at, SynthID: true, Refused: "too large"}, None, NoProduct},
		{"not detected, with a name", download, Answer{At: at}, Likely, ChatGPT},
		{"detected", photo, Answer{At: at, SynthID: true}, Likely, Unstated},
		{"detected, with ChatGPT's name", download, Answer{At: at, SynthID: true}, Strong, ChatGPT},
		{"detected, with another's name", sora, Answer{At: at, SynthID: true}, Likely, Sora},
	} {
		before := len(c.v.Evidence)
		v := c.v.Answered(c.a)
		detected := c.a.SynthID && c.a.Refused == ""
		if v.Confidence != c.level || v.Product != c.product || v.Derived != detected || v.HasAnswer() != detected {
			t.Errorf("%s: got %+v", c.what, v)
		}
		if detected && !strings.Contains(v.String(), "OpenAI found its watermark in it on 2026-12-01") {
			t.Errorf("%s: got %q, want the date in UTC", c.what, v)
		}
		if len(c.v.Evidence) != before {
			t.Errorf("%s: it changes the verdict that it was given", c.what)
		}
	}
}

func TestAnAnswerIsAFinding(t *testing.T) {
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		a     Answer
		steps int
		ok    bool // of the last step
	}{
		{Answer{At: at}, 2, false},
		{Answer{At: at, SynthID: true}, 2, true},
		{Answer{At: at, SynthID: true, Model: "gpt-image\x1b[2J"}, 3, true},
		{Answer{At: at, Refused: "too\x07 large"}, 2, false},
	} {
		f := c.a.Finding()
		last := f.Steps[len(f.Steps)-1]
		if len(f.Steps) != c.steps || last.OK != c.ok ||
			!strings.Contains(f.Steps[0].Detail.String(), "2026-11-30 12:00:00") ||
			strings.ContainsAny(last.Detail.String(), "\x07\x1b") {
			t.Errorf("%+v: got %+v", c.a, f)
		}
	}
}

func TestACameraIsKnownByItsMaker(t *testing.T) {
	tiff := func(tag uint16, count uint32) []byte {
		b := append([]byte("II*\x00"), 8, 0, 0, 0, 1, 0)
		b = binary.LittleEndian.AppendUint16(b, tag)
		b = binary.LittleEndian.AppendUint16(b, 2)
		return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, count), 26)
	}
	for _, c := range []struct {
		what string
		exif []byte
		want bool
	}{
		{"a maker", tiff(0x010F, 6), true},
		{"an empty maker", tiff(0x010F, 1), false},
		{"a model alone", tiff(0x0110, 6), false},
		{"a directory that is cut off", tiff(0x010F, 6)[:14], false},
		{"no TIFF", []byte("nothing of the kind"), false},
	} {
		png := aPNG(part{"eXIf", c.exif})
		if got := sniffed(png).camera; got != c.want {
			t.Errorf("%s: got %v", c.what, got)
		}
	}
}
