package fingerprint

import (
	"bytes"
	"encoding/binary"
	"testing"
)

const (
	aNote    = "OpenAI--ImageGeneration--generation-0123456789abcdefABCDEFGH"
	aComment = "Made with OpenAI Labs"
)

func TestLabsMarkIsFoundInEveryContainerThatKeepsIt(t *testing.T) {
	exif := labsExif(aNote, aComment)
	withID := append([]byte("Exif\x00\x00"), exif...)
	for what, b := range map[string][]byte{
		"PNG":                     aPNG(part{"eXIf", exif}),
		"PNG after a profile":     aPNG(padding("iCCP", 5000), part{"eXIf", exif}),
		"WebP":                    aWebP(vp8(5000), part{"EXIF", exif}),
		"WebP with JPEG's prefix": aWebP(vp8(5000), part{"EXIF", withID}),
		"JPEG":                    aJPEG(part{"\xE1", withID}),
	} {
		if got := readLabs(sniffed(b).exif); got.note != aNote || !got.comment {
			t.Errorf("%s: %+v, want note %q and the comment", what, got, aNote)
		}
	}
}

// littleEndian returns a block with its texts in the EXIF directory, as libraries that rewrite EXIF put them, and
// with a comment that has the standard's character code.
func littleEndian() []byte {
	texts := []string{"OpenAI\x00", "ASCII\x00\x00\x00" + aComment}
	b := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	le := binary.LittleEndian
	entry := func(tag uint16, count, value uint32) {
		b = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, tag), 2), count), value)
	}
	entry(tagExifIFD, 1, 26)
	b = append(b, 0, 0, 0, 0)
	b = append(b, 2, 0)
	entry(tagMakerNote, uint32(len(texts[0])), 56)
	entry(tagUserComment, uint32(len(texts[1])), 56+uint32(len(texts[0])))
	b = append(b, 0, 0, 0, 0)
	return append(append(b, texts[0]...), texts[1]...)
}

func TestLabsMarkIsReadInBothByteOrdersAndDirectories(t *testing.T) {
	if got, want := readLabs(littleEndian()), (labsMark{note: "OpenAI", comment: true}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestOnlyBothTextsOfLabsAreTheMark(t *testing.T) {
	for _, c := range []struct {
		note, comment string
		want          Confidence
	}{
		{aNote, aComment, Strong},
		{"OpenAI", aComment, Strong},
		{aNote, "a harbour", Possible},
		{"Nikon", aComment, Possible},
		{"Nikon", "drawn after OpenAI's DALL·E", None},
		{"OpenAI Fan Club", "Made with OpenAI Labs and love", None},
	} {
		if got := readLabs(labsExif(c.note, c.comment)).evidence(); got.Confidence != c.want {
			t.Errorf("note %q, comment %q: %v, want %v", c.note, c.comment, got.Confidence, c.want)
		}
	}
}

func TestEXIFThatMentionsNobodyIsNotKept(t *testing.T) {
	if h := sniffed(aPNG(part{"eXIf", []byte("MM\x00*\x00\x00\x00\x08\x00\x00")})); h.exif != nil {
		t.Errorf("kept %q", h.exif)
	}
}

func TestBrokenTIFFSaysNothing(t *testing.T) {
	whole := labsExif(aNote, aComment)
	cut := whole[:60]
	endless := bytes.Clone(whole)
	binary.BigEndian.PutUint16(endless[8:], 0xFFFF)
	far := bytes.Clone(whole)
	binary.BigEndian.PutUint32(far[4:], 0xFFFFFFF8)
	for what, b := range map[string][]byte{
		"nothing":              nil,
		"four bytes":           whole[:4],
		"no TIFF":              []byte("OpenAI OpenAI OpenAI"),
		"cut":                  cut,
		"a directory far away": far,
	} {
		if got := readLabs(b); got != (labsMark{}) {
			t.Errorf("%s: %+v", what, got)
		}
	}
	if got := readLabs(endless); got.note != aNote {
		t.Errorf("a directory that claims 65535 entries: %+v, want those it has", got)
	}
}

func FuzzReadLabs(f *testing.F) {
	f.Add(labsExif(aNote, aComment))
	f.Add(littleEndian())
	f.Add([]byte("MM\x00*\xff\xff\xff\xff"))
	// A directory that refers to itself.
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m := readLabs(b); len(m.note) > len(b) || m.whole() && !bytes.Contains(b, []byte(aComment)) {
			t.Errorf("%+v is not in %q", m, b)
		}
	})
}
