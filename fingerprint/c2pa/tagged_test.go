package c2pa

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// tagged returns genuine files of each container with the parts that taggers add, in the places where they add them.
func tagged(s *c2patest.Signer) map[string][]byte {
	png, jpeg, webp := s.PNG(1, c2patest.Options{}), s.JPEG(1, c2patest.Options{}), s.WebP(c2patest.Options{})
	odd := s.WebP(c2patest.Options{Agent: "GPT-4oo"})
	behind := 33 + len(chunkOf(png))
	exif := c2patest.PNGChunk("eXIf", []byte("MM\x00*"))
	comment := []byte("\xff\xfe\x00\x04ok")
	text := c2patest.PNGChunk("tEXt", []byte("Comment\x00my best one"))
	xmp := c2patest.PNGChunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), make([]byte, 6000)...))
	vp8x := append([]byte("VP8X\x0a\x00\x00\x00\x0c\x00\x00\x00"), make([]byte, 6)...)
	chunk := func(kind string, n int) []byte { // of an even or odd length
		c := binary.LittleEndian.AppendUint32([]byte(kind), uint32(n))
		return append(c, make([]byte, n+n&1)...)
	}
	riff := func(b []byte) []byte {
		binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
		return b
	}
	return map[string][]byte{
		"PNG, behind the credential":    insert(png, behind, text),
		"PNG, before it":                insert(png, 33, text),
		"PNG, long, before it":          insert(png, 33, xmp),
		"PNG, on both sides":            insert(insert(png, behind, exif), 33, xmp),
		"PNG, before its end":           insert(png, len(png)-12, c2patest.PNGChunk("tIME", make([]byte, 7))),
		"JPEG, Exif":                    insert(jpeg, 2, []byte("\xff\xe1\x00\x0aExif\x00\x00MM")),
		"JPEG, IPTC and a comment":      insert(insert(jpeg, 2, []byte("\xff\xed\x00\x04PS")), 2, comment),
		"WebP, Exif":                    riff(insert(append(bytes.Clone(webp), chunk("EXIF", 8)...), 12, vp8x)),
		"WebP, XMP before it":           riff(insert(insert(webp, 12, chunk("XMP ", 7)), 12, vp8x)),
		"WebP, XMP, an odd credential":  riff(insert(append(bytes.Clone(odd), chunk("XMP ", 7)...), 12, vp8x)),
		"WebP, only the announcement":   riff(insert(webp, 12, vp8x)),
		"JPEG, a comment in the middle": insert(jpeg, 2+jpegCredential(jpeg), comment),
	}
}

// jpegCredential returns the number of bytes of the credential's segments, which follow the first two bytes.
func jpegCredential(b []byte) (n int) {
	for b[2+n+1] == 0xEB {
		n += 2 + int(binary.BigEndian.Uint16(b[2+n+2:]))
	}
	return n
}

// withoutTagParts is a second implementation for tests: it returns a file without the parts that taggers add.
func withoutTagParts(b []byte) []byte {
	var out []byte
	switch mediaType(b) {
	case "image/png":
		out, b = bytes.Clone(b[:8]), b[8:]
		for len(b) >= 12 {
			n := min(12+int(binary.BigEndian.Uint32(b)), len(b))
			if kind := string(b[4:8]); !slices.Contains([]string{"tEXt", "iTXt", "zTXt", "eXIf", "tIME"}, kind) {
				out = append(out, b[:n]...)
				if kind == "IEND" {
					return append(out, b[n:]...)
				}
			}
			b = b[n:]
		}
	case "image/webp":
		out, b = bytes.Clone(b[:12]), b[12:]
		for len(b) >= 8 {
			n := int(binary.LittleEndian.Uint32(b[4:]))
			n = min(8+n+n&1, len(b))
			if !slices.Contains([]string{"VP8X", "EXIF", "XMP "}, string(b[:4])) {
				out = append(out, b[:n]...)
			}
			b = b[n:]
		}
		out = append(out, b...)
		binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
		return out
	case "image/jpeg":
		out, b = bytes.Clone(b[:2]), b[2:]
		for len(b) >= 4 && b[0] == 0xFF && b[1] != 0xDA && b[1] != 0xD9 {
			n := min(2+int(binary.BigEndian.Uint16(b[2:])), len(b))
			if b[1] == 0xFF {
				n = 1
			}
			if b[1] != 0xE1 && b[1] != 0xED && b[1] != 0xFE {
				out = append(out, b[:n]...)
			}
			b = b[n:]
		}
	}
	return append(out, b...)
}

func TestTagsAddedSinceLeaveAPictureAsItWasSigned(t *testing.T) {
	s, v := world(t)
	for what, file := range tagged(s) {
		c := read(t, v, file)
		if got, why := class(c); got != "verified" || !c.Tagged || c.Intact.Answer != Yes {
			t.Errorf("%s: %s (%s), tagged %v, want verified and tagged", what, got, why, c.Tagged)
		}
		h, err := v.ReadHeader(bytes.NewReader(file), int64(len(file)), mediaType(file))
		if err != nil || h.Class != Verified || !h.Open {
			t.Errorf("%s, header only: %+v, %v, want verified but for the bytes", what, h, err)
		}
	}
	for what, file := range map[string][]byte{"PNG": s.PNG(1, c2patest.Options{}), "WebP": s.WebP(c2patest.Options{})} {
		if c := read(t, v, file); c.Tagged {
			t.Errorf("%s as it was signed is tagged", what)
		}
	}
}

func TestATaggedPictureWithAnySignedByteChangedIsBroken(t *testing.T) {
	t.Parallel()
	s, v := world(t)
	step := 7
	if testing.Short() {
		step = 61
	}
	for what, file := range tagged(s) {
		if len(file) > 30000 {
			t.Fatalf("%s: %d bytes are too many for this test", what, len(file))
		}
		for i := 0; i < len(file); i += step {
			bad := bytes.Clone(file)
			bad[i] ^= 1 << (i % 8)
			c := read(t, v, bad)
			if c == nil || c.Class != Verified {
				continue
			}
			rest, was := withoutTagParts(bad), withoutTagParts(file)
			if !bytes.Equal(rest, was) && !onlyPadding(was, rest) {
				t.Errorf("%s, byte %d of %d changed: got verified", what, i, len(file))
			}
		}
	}
}

func TestABrokenCredentialNamesItsSigner(t *testing.T) {
	s, v := world(t)
	c := read(t, v, flipLast(s.PNG(1, c2patest.Options{})))
	if c.Class != Broken || c.Anchored.Answer != Yes {
		t.Errorf("OpenAI's, over other bytes: %v, %+v, want broken and anchored", c.Class, c.Anchored)
	}
	c = read(t, v, flipLast(s.PNG(1, c2patest.Options{By: s.Forger})))
	if c.Class != Broken || c.Anchored.Answer != No {
		t.Errorf("a stranger's: %v, %+v, want broken and not anchored", c.Class, c.Anchored)
	}
}

func TestBytesBehindATaggedPictureAreNoTag(t *testing.T) {
	s, v := world(t)
	webp := s.WebP(c2patest.Options{})
	long := append(bytes.Clone(webp), "EXIF\x09\x00\x00\x00Exif"...)
	binary.LittleEndian.PutUint32(long[4:], uint32(len(long)-8))
	for what, file := range map[string][]byte{
		"behind the size that the file states": append(bytes.Clone(webp), "EXIF\x04\x00\x00\x00Exif"...),
		"longer than the file":                 long,
	} {
		if c := read(t, v, file); c.Class != Broken || c.Tagged {
			t.Errorf("%s: %v, tagged %v, want broken", what, c.Class, c.Tagged)
		}
	}
}

func TestAReadersErrorWhileTagsAreLeftOutIsReturned(t *testing.T) {
	s, v := world(t)
	unplugged := errors.New("unplugged")
	for what, file := range tagged(s) {
		whole := &counter{b: file}
		read2(t, v, whole)
		for n := range whole.reads {
			c, err := v.Read(&failing{bytes.NewReader(file), n, unplugged}, int64(len(file)), mediaType(file))
			if c != nil || !errors.Is(err, unplugged) {
				t.Errorf("%s, read %d: got %v, %v, want error %v", what, n, c, err, unplugged)
			}
		}
	}
}
