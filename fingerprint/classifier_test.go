package fingerprint

import (
	"strings"
	"testing"
)

func TestWhatIsNoImageHasNoVerdictWhateverItsName(t *testing.T) {
	c := New()
	for what, b := range map[string]string{
		"an empty file":     "",
		"a text":            "a note about " + downloadName,
		"a Git LFS pointer": "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
		"Java's objects":    "\xac\xed\x00\x05sr\x00\x10ChatGPT Image",
		"a sidecar":         `<x:xmpmeta xmlns:x="adobe:ns:meta/">OpenAI</x:xmpmeta>`,
		"a sign-in page":    "<!doctype html><title>ChatGPT</title>",
		"half a magic":      "\x89PNG\r\n",
		"a video":           "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomavc1",
	} {
		f, _ := fileOf(downloadName, []byte(b))
		v, err := c.Classify(f)
		if err != nil || v.Confidence != None || v.MediaType != "" || v.Evidence != nil {
			t.Errorf("%s: %+v, %v, want nothing", what, v, err)
		}
	}
}

func TestWordsInTheBytesAreNoEvidence(t *testing.T) {
	c := New()
	for what, b := range map[string][]byte{
		"a text chunk":             aPNG(part{"tEXt", []byte("Comment\x00made by ChatGPT, OpenAI")}),
		"EXIF by somebody else":    aPNG(part{"eXIf", labsExif("Nikon", "after a picture by OpenAI")}),
		"a store after the end":    append(aPNG(), "\x00\x00\x00\x50jumb\x00\x00\x00\x2djumdc2pa ChatGPT OpenAI"...),
		"a comment":                aJPEG(part{"\xFE", []byte("ChatGPT, OpenAI, c2pa")}),
		"an unknown chunk of WebP": aWebP(vp8(100), part{"NOTE", []byte("OpenAI c2pa")}),
	} {
		f, _ := fileOf("harbour.png", b)
		if v, err := c.Classify(f); err != nil || v.Confidence != None || v.Evidence != nil {
			t.Errorf("%s: %v, %v, want none", what, v, err)
		}
	}
}

func TestAnExtensionThatLiesChangesNothing(t *testing.T) {
	c := New()
	f, _ := fileOf("DALL·E 2024-11-19 05.35.03.png", aWebP(vp8(5000)))
	if v, err := c.Classify(f); err != nil || v.Confidence != Likely || v.MediaType != "image/webp" {
		t.Errorf("%v %s, %v, want a likely image/webp", v, v.MediaType, err)
	}
}

func TestAPartialDownloadIsPossibleAtMost(t *testing.T) {
	c := New()
	for what, b := range map[string][]byte{
		"WebP": aWebP(vp8(50_000), part{"C2PA", make([]byte, 60_000)}),
		"PNG":  aPNG(part{"IDAT", make([]byte, 50_000)}),
		"JPEG": aJPEG(padding("\xE2", 50_000)),
	} {
		f, _ := fileOf(dalleName, b[:30_000])
		v, err := c.Classify(f)
		if err != nil || v.Confidence != Possible || v.Evidence[0].Detector != "header.cut" {
			t.Errorf("%s: %v, %v, want possible, because the end is missing", what, v, err)
		}
	}
}

func TestBytesAfterTheEndOrAMissingPadDoNotMakeAFilePartial(t *testing.T) {
	c := New()
	odd := aWebP(vp8(5001))
	for what, b := range map[string][]byte{
		"a PNG with a tool's trailer":    append(aPNG(part{"IDAT", make([]byte, 9000)}), make([]byte, 100)...),
		"a JPEG with a camera's":         append(aJPEG(), make([]byte, 100)...),
		"a WebP without its last pad":    odd[:len(odd)-1],
		"a WebP with something after it": append(aWebP(vp8(5000)), 0, 0, 0),
	} {
		f, _ := fileOf(dalleName, b)
		if v, err := c.Classify(f); err != nil || v.Confidence != Likely {
			t.Errorf("%s: %v, %v, want likely", what, v, err)
		}
	}
}

func TestLabsImagesAreStrong(t *testing.T) {
	c := New()
	f, reads := fileOf("harbour.png", aPNG(part{"eXIf", labsExif(aNote, aComment)}))
	v, err := c.Classify(f)
	if err != nil || v.Confidence != Strong || v.Product != Labs || v.Derived {
		t.Errorf("%v, product %q, derived %v, %v, want strong, of labs, as it was", v, v.Product, v.Derived, err)
	}
	if reads.calls != 1 {
		t.Errorf("%d reads, want the first alone", reads.calls)
	}
}

func TestAnOrdinaryImageCostsOneReadAndNoAllocation(t *testing.T) {
	c := New()
	for what, b := range ordinary() {
		f, reads := fileOf("IMG_20250402_103211.jpg", b)
		if n := testing.AllocsPerRun(100, func() { c.Classify(f) }); n != 0 {
			t.Errorf("%s: %v allocations, want none", what, n)
		}
		if got := reads.calls / 101; got != 1 { // AllocsPerRun runs once more to warm up
			t.Errorf("%s: %d reads, want one", what, got)
		}
	}
}

func ordinary() map[string][]byte {
	return map[string][]byte{
		"PNG": aPNG(part{"sRGB", []byte{0}}, padding("iCCP", 2600), padding("pHYs", 9),
			part{"IDAT", make([]byte, 60_000)}),
		"JPEG": aJPEG(padding("\xE0", 14), padding("\xE1", 2000), padding("\xDB", 130), padding("\xC4", 400)),
		"WebP": aWebP(vp8(60_000)),
		"HEIC": aPhone(60_000),
		"text": []byte(strings.Repeat("words ", 1000)),
	}
}

func TestExamineSaysWhatEachDetectorSaw(t *testing.T) {
	f, _ := fileOf(editedName, aPNG(padding("iCCP", 9000), part{"eXIf", labsExif(aNote, "a harbour")}))
	r, err := New().Examine(f)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, finding := range r.Findings {
		seen = append(seen, finding.Detector)
		if len(finding.Steps) == 0 {
			t.Errorf("%s tells no step", finding.Detector)
		}
	}
	if got, want := strings.Join(seen, " "), "header filename exif"; got != want {
		t.Errorf("findings of %s, want %s", got, want)
	}
}

func TestFindingsAccountForAllEvidenceAndEveryByteRead(t *testing.T) {
	c := New()
	files := ordinary()
	for what, h := range hostile() {
		files[what] = h.bytes
	}
	for what, b := range files {
		for _, name := range []string{downloadName, editedName, soraName, bareName, ownName} {
			f, reads := fileOf(name, b)
			r, err := c.Examine(f)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			found := map[Evidence]bool{}
			var read int64
			for _, finding := range r.Findings {
				read += finding.BytesRead
				for _, e := range finding.Evidence {
					found[e] = true
				}
			}
			for _, e := range r.Verdict.Evidence {
				if !found[e] {
					t.Errorf("%s as %s: %+v is in no finding", what, name, e)
				}
			}
			if read != int64(reads.bytes) {
				t.Errorf("%s as %s: findings account for %d bytes, want %d", what, name, read, reads.bytes)
			}
			if v, err := c.Classify(f); err != nil || v.String() != r.Verdict.String() {
				t.Errorf("%s as %s: Classify gives %v, %v, and Examine %v", what, name, v, err, r.Verdict)
			}
		}
	}
}

func FuzzClassify(f *testing.F) {
	for _, h := range hostile() {
		f.Add(downloadName, h.bytes)
	}
	f.Add("harbour.png", aPNG(part{"eXIf", labsExif(aNote, aComment)}))
	c := New()
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		file, _ := fileOf(name, b)
		v, err := c.Classify(file)
		if err != nil {
			t.Fatalf("bytes are no error, got %v", err)
		}
		if v.Confidence > Strong || v.MediaType == "" && v.Confidence > None {
			t.Errorf("%v: nothing here is signed", v)
		}
	})
}

func BenchmarkOrdinary(b *testing.B) {
	c := New()
	for what, image := range ordinary() {
		b.Run(what, func(b *testing.B) {
			f, _ := fileOf("IMG_20250402_103211_holiday.jpg", image)
			b.ReportAllocs()
			for b.Loop() {
				c.Classify(f)
			}
		})
	}
}
