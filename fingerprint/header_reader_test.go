package fingerprint

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

func headerOnly(f File) File {
	f.HeaderOnly = true
	return f
}

func TestAHeaderOnlyReadingOfCollectedImagesSaysWhatAllOfThemSaysUnlessTheRestIsWrong(t *testing.T) {
	dir, pictures := corpus(t)
	c := New()
	costs := map[string]*headerCost{"positive": {}, "negative": {}, "gray": {}}
	for _, p := range pictures {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p.path)))
		if err != nil {
			t.Fatal(err)
		}
		f, reads := fileOf(filepath.Base(p.path), b)
		partial, err := c.Classify(headerOnly(f))
		if err != nil {
			t.Fatal(err)
		}
		class, _, _ := strings.Cut(p.path, "/")
		if class == "positive" && (reads.calls > 2 || reads.bytes > 160<<10) || reads.calls > headerCalls ||
			reads.bytes > headerBytes {
			t.Errorf("%s: %d reads of %d bytes together", p.path, reads.calls, reads.bytes)
		}
		costs[class].add(len(b), reads)
		whole, err := c.Classify(f)
		if err != nil {
			t.Fatal(err)
		}
		wrong := strings.Contains(detectors(whole), "c2pa.broken") || strings.Contains(detectors(whole), "header.cut")
		if partial.Confidence < whole.Confidence ||
			partial.Confidence != whole.Confidence && !(wrong && partial.Partial) {
			t.Errorf("%s: header only %v, whole %v", p.path, partial, whole)
		}
		if partial.Confidence > None && !wrong && partial.Product != whole.Product {
			t.Errorf("%s: header only %v, whole %v", p.path, partial.Product, whole.Product)
		}
	}
	for class, c := range costs {
		t.Log(class, c)
	}
}

// headerCost is the cost of header-only readings of some files.
type headerCost struct {
	size        int
	calls, read []int
}

func (c *headerCost) add(size int, r *readCount) {
	c.size, c.calls, c.read = c.size+size, append(c.calls, r.calls), append(c.read, r.bytes)
}

func (c *headerCost) String() string {
	slices.Sort(c.calls)
	slices.Sort(c.read)
	sum, n, at := 0, len(c.read), len(c.read)*9/10
	for _, b := range c.read {
		sum += b
	}
	return fmt.Sprintf("%d files of %d bytes: %d bytes read; of one the median %d in %d reads, of nine in ten %d in "+
		"%d, at most %d in %d",
		n, c.size, sum, c.read[n/2], c.calls[n/2], c.read[at], c.calls[at], c.read[n-1], c.calls[n-1])
}

func TestAHeaderOnlyReadingReadsTheHeadOfAPlainImageAndNoMore(t *testing.T) {
	c := New()
	for what, b := range ordinary() {
		f, reads := fileOf(ownName, b)
		v, err := c.Classify(headerOnly(f))
		if err != nil || v.Confidence != None || v.Partial || reads.calls != 1 || reads.bytes > firstRead {
			t.Errorf("%s: %+v, %v after %d reads of %d bytes; want none, for good, after one", what, v, err,
				reads.calls, reads.bytes)
		}
	}
}

// large returns signed pictures with many pixels, which are not read whole by chance.
func large(s *c2patest.Signer, o c2patest.Options) map[string][]byte {
	png := slices.Insert(c2patest.PlainPNG(16, 16, 1), 33, c2patest.PNGChunk("IDAT", make([]byte, 1_000_000))...)
	return map[string][]byte{
		"PNG":  s.Sign(png, o),
		"JPEG": append(s.JPEG(1, o), make([]byte, 500_000)...),
		"WebP": s.WebP(o),
	}
}

func TestAHeaderOnlyReadingVerifiesTheCredentialAndLeavesItsBindingOpen(t *testing.T) {
	s, c := signing(t)
	for what, b := range map[string][]byte{
		"PNG":  large(s, c2patest.Options{StampedAt: madeThen})["PNG"],
		"WebP": s.WebP(c2patest.Options{StampedAt: madeThen}),
		"JPEG": s.JPEG(1, c2patest.Options{StampedAt: madeThen}),
		"AVIF": s.Sign(append(c2patest.PlainAVIF(64, 64, 1), aBox("free", make([]byte, 500_000))...),
			c2patest.Options{StampedAt: madeThen}),
	} {
		f, reads := fileOf(ownName, b)
		v, err := c.Classify(headerOnly(f))
		if err != nil || v.Confidence != Proven || !v.Partial || v.Product != ChatGPT ||
			v.Made != madeThen || reads.calls > 2 {
			t.Errorf("%s: %v (partial %v), %v, after %d reads; want proven as far as was read, after two", what, v,
				v.Partial, err, reads.calls)
		}
		if text := v.String(); strings.Contains(text, "unchanged") ||
			!strings.Contains(text, "to be read whole before it is moved") {
			t.Errorf("%s: it says %q of what nobody has looked at", what, text)
		}
		whole, err := c.Classify(f)
		if err != nil || whole.Partial || whole.Confidence != Proven {
			t.Errorf("%s: read whole %+v, %v, want proven without more ado", what, whole, err)
		}
	}
}

func TestWhatIsWrongWithTheCredentialItselfAHeaderOnlyReadingSees(t *testing.T) {
	s, c := signing(t)
	signed := large(s, c2patest.Options{})["PNG"]
	shifted := slices.Insert(bytes.Clone(signed), 33, c2patest.PNGChunk("gAMA", make([]byte, 4))...)
	changed := bytes.Clone(signed)
	changed[33+(len(signed)-1_000_000)/5] ^= 1
	for what, b := range map[string][]byte{
		"a chunk that is no tag put before it": shifted,
		"its own bytes changed":                changed,
		"cut in it":                            signed[:5000],
	} {
		f, _ := fileOf(downloadName, b)
		if v, err := c.Classify(headerOnly(f)); err != nil || v.Confidence > Likely ||
			!strings.HasPrefix(detectors(v), "c2pa.broken") || !v.Derived {
			t.Errorf("%s: %v (%s), %v; want likely and derived at most", what, v, detectors(v), err)
		}
	}
}

func TestWhatOnlyTheRestShowsTheWholeReadingTakesBack(t *testing.T) {
	s, c := signing(t)
	signed := large(s, c2patest.Options{})["PNG"]
	edited := bytes.Clone(signed)
	edited[len(edited)-1000] ^= 1
	plain := slices.Insert(c2patest.PlainPNG(16, 16, 9), 33, c2patest.PNGChunk("IDAT", make([]byte, 1_000_000))...)
	store := signed[33 : len(signed)-len(plain)+33]
	moved := slices.Insert(bytes.Clone(plain), 33, store...)
	twice := slices.Insert(bytes.Clone(signed), len(signed)-12, store...)
	for what, b := range map[string][]byte{
		"a pixel":                  edited,
		"moved to another picture": moved,
		"a second one behind":      twice,
		"cut":                      signed[:len(signed)/2],
	} {
		f, _ := fileOf(downloadName, b)
		partial, err := c.Classify(headerOnly(f))
		if err != nil || !partial.Partial {
			t.Errorf("%s: %v (partial %v), %v; want it left open", what, partial, partial.Partial, err)
		}
		if whole, err := c.Classify(f); err != nil || whole.Confidence > Likely || !whole.Derived || whole.Partial {
			t.Errorf("%s: read whole %v, %v; want likely and derived at most", what, whole, err)
		}
	}
}

func TestAHeaderOnlyReadingLeavesTheEndOpenWhereTheNameSpeaks(t *testing.T) {
	c := New()
	f, reads := fileOf(downloadName, aPNG(part{"IDAT", make([]byte, 50_000)}))
	v, err := c.Classify(headerOnly(f))
	if err != nil || v.Confidence != Likely || !v.Partial || reads.calls != 1 {
		t.Errorf("%v (partial %v), %v, after %d reads; want likely, to be read whole, after one", v,
			v.Partial, err, reads.calls)
	}
	f, _ = fileOf(downloadName, aPNG())
	if v, err := c.Classify(headerOnly(f)); err != nil || v.Confidence != Likely || v.Partial {
		t.Errorf("%v (partial %v), %v; want likely: all of it was read", v, v.Partial, err)
	}
}

func TestAHeaderOnlyReadingIsGivenUpBeforeItReadsMuch(t *testing.T) {
	c := New()
	var long []part
	for range 20 {
		long = append(long, padding("\xE2", 65_000))
	}
	files := map[string][]byte{
		"a JPEG of many segments": aJPEG(long...),
		"a credential of 3 MB":    aPNG(part{"caBX", make([]byte, 3<<20)}, part{"IDAT", make([]byte, 1<<20)}),
	}
	for what, b := range files {
		for name, most := range map[string]Confidence{downloadName: Possible, ownName: None} {
			f, reads := fileOf(name, b)
			v, err := c.Classify(headerOnly(f))
			if err != nil || v.Confidence != most || !v.Partial || !strings.HasPrefix(detectors(v), "header.unread") {
				t.Errorf("%s as %s: %v (partial %v), %v; want %v, not read to the end", what, name,
					v, v.Partial, err, most)
			}
			if reads.calls > headerCalls || reads.bytes > headerBytes {
				t.Errorf("%s: %d reads of %d bytes", what, reads.calls, reads.bytes)
			}
		}
	}
}

// FuzzHeaderOnlyReading checks that no input causes an error or many reads, and that a header-only reading never
// returns a lower level than reading the whole file.
func FuzzHeaderOnlyReading(f *testing.F) {
	for _, h := range hostile() {
		f.Add(downloadName, h.bytes)
	}
	f.Add("harbour.png", aPNG(part{"eXIf", labsExif(aNote, aComment)}))
	f.Add(ownName, aJPEG(part{"\xEB", []byte("JP\x00\x01\x00\x00\x00\x01\xff\xff\xff\xffjumb")}))
	c := New()
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		file, reads := fileOf(name, b)
		partial, err := c.Classify(headerOnly(file))
		if err != nil || reads.calls > headerCalls || reads.bytes > headerBytes {
			t.Fatalf("%v after %d reads of %d bytes", err, reads.calls, reads.bytes)
		}
		whole, err := c.Classify(file)
		if err != nil {
			t.Fatal(err)
		}
		if whole.Partial || partial.MediaType != whole.MediaType {
			t.Errorf("header only %+v, whole %+v", partial, whole)
		}
		if partial.Confidence != whole.Confidence && !partial.Partial {
			t.Errorf("header only %v for good, whole %v", partial, whole)
		}
	})
}
