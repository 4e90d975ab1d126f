package fingerprint

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// cameraExif is an EXIF block that has the maker "Canon" alone.
const cameraExif = "II*\x00\x08\x00\x00\x00\x01\x00" + // one entry: Make, a text of 6 bytes
	"\x0f\x01\x02\x00\x06\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00Canon\x00"

// otherExif is the same with a model in place of the maker.
var otherExif = strings.Replace(cameraExif, "\x0f\x01", "\x10\x01", 1)

const cameraXMP = `<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Make="Canon"/>`

// deflated returns the text as a zlib stream.
func deflated(text string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(text)) // into memory
	z.Close()
	return b.String()
}

// rawExif returns an EXIF block as ImageMagick and Exiv2 write it into a text.
func rawExif(exif string) string {
	digits := hex.EncodeToString([]byte("Exif\x00\x00" + exif))
	var lines []string
	for line := range slices.Chunk([]byte(digits), 72) {
		lines = append(lines, string(line))
	}
	return fmt.Sprintf("\nexif\n%8d\n%s\n", len(digits)/2, strings.Join(lines, "\n"))
}

func TestACameraIsNamedAnywhereInAPicture(t *testing.T) {
	behind := func(kind, data string) []byte {
		return slices.Concat(aPNG(), c2patest.PNGChunk(kind, []byte(data)))
	}
	empty := c2patest.PNGChunk("zTXt", []byte("Comment\x00\x00"+deflated("")))
	for _, c := range []struct {
		what    string
		picture []byte
		want    bool
	}{
		{"PNG without metadata", aPNG(), false},
		{"EXIF behind the pixels", behind("eXIf", cameraExif), true},
		{"EXIF without a maker", behind("eXIf", otherExif), false},
		{"a raw profile", behind("zTXt", "Raw profile type exif\x00\x00"+deflated(rawExif(cameraExif))), true},
		{"one without a maker", behind("zTXt", "Raw profile type exif\x00\x00"+deflated(rawExif(otherExif))), false},
		{"a raw profile as plain text", behind("tEXt", "Raw profile type APP1\x00"+rawExif(cameraExif)), true},
		{"a raw profile of another form", behind("tEXt", "Raw profile type exif\x00none"), true},
		{"XMP", behind("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+cameraXMP), true},
		{"compressed XMP", behind("iTXt", "XML:com.adobe.xmp\x00\x01\x00en\x00XMP\x00"+deflated(cameraXMP)), true},
		{"another compressed text", behind("iTXt", "Comment\x00\x01\x00\x00\x00"+deflated("a canon")), false},
		{"another plain text", behind("tEXt", "Comment\x00a canon"), false},
		{"a text that is not compressed as it says", behind("zTXt", "Comment\x00\x00a canon"), true},
		{"a text that never ends", behind("zTXt", "Comment\x00\x00"+deflated(strings.Repeat("a", maxTexts+1))), true},
		{"texts without end", slices.Concat(aPNG(), bytes.Repeat(empty, maxTexts/textCost+1)), true},
		{"some texts", slices.Concat(aPNG(), bytes.Repeat(empty, 100)), false},
		{"cut texts", behind("iTXt", "Comment"), false},
		{"a JPEG without metadata", aJPEG(), false},
		{"a JPEG's XMP", aJPEG(part{"\xE1", []byte("http://ns.adobe.com/xap/1.0/\x00" + cameraXMP)}), true},
		{"a JPEG's EXIF", aJPEG(part{"\xE1", []byte("Exif\x00\x00" + cameraExif)}), true},
		{"structures without end", []byte(strings.Repeat("II*\x00", maxDirectories+2)), true},
	} {
		if got := NamesCamera(c.picture); got != c.want {
			t.Errorf("%s: got %v", c.what, got)
		}
	}
}

func TestACameraIsSeenWhereverAToolPutsIt(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it runs other programs")
	}
	plain := map[string][]byte{"png": c2patest.PlainPNG(64, 64, 1), "jpg": c2patest.PlainJPEG(64, 64, 1)}
	tag := func(tag string) []string { return []string{"exiftool", "-q", "-overwrite_original", tag, "IN"} }
	exif := tag("-EXIF:Make=Canon")
	then := func(command string) []string { return []string{"sh", "-c", strings.Join(exif, " ") + " && " + command} }
	for _, x := range []tool{
		{"exiftool, EXIF", "png", "png", exif},
		{"exiftool, XMP", "png", "png", tag("-XMP-tiff:Make=Canon")},
		{
			"exiftool, compressed XMP", "png", "png",
			[]string{"exiftool", "-q", "-z", "-overwrite_original", "-XMP-tiff:Make=Canon", "IN"},
		},
		{"exiv2", "png", "png", []string{"exiv2", "-Mset Exif.Image.Make Canon", "IN"}},
		{"ImageMagick, from a JPEG", "jpg", "png", then("convert-im6.q16 IN OUT")},
		{"ImageMagick, a JPEG", "jpg", "jpg", then("convert-im6.q16 IN OUT")},
		{"cwebp, from a JPEG", "jpg", "webp", then("cwebp -quiet -metadata all IN -o OUT")},
	} {
		if !NamesCamera(x.run(t, "", plain[x.in])) {
			t.Errorf("%s: not seen", x.what)
		}
		if NamesCamera(plain[x.in]) {
			t.Fatalf("a %s without metadata names a camera", x.in)
		}
	}
}

func FuzzNamesCamera(f *testing.F) {
	f.Add(aPNG(part{"zTXt", []byte("Raw profile type exif\x00\x00" + deflated(rawExif(otherExif)))}))
	f.Add(aPNG(part{"tEXt", []byte("Raw profile type exif\x00" + rawExif(otherExif))}))
	f.Add(aPNG(part{"iTXt", []byte("XML:com.adobe.xmp\x00\x01\x00\x00\x00" + deflated("nothing"))}))
	f.Fuzz(func(t *testing.T, b []byte) {
		NamesCamera(b)
		if !NamesCamera(append(b, cameraExif...)) {
			t.Error("a camera behind it is not seen")
		}
	})
}
