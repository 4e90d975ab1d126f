package fingerprint

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"io"
)

// maxTexts limits the bytes of all compressed texts of a PNG that are searched. Real ones have some KiB. Each text
// counts as textCost more, which is about what its decoder takes.
const (
	maxTexts = 16 << 20
	textCost = 32 << 10
)

// maxDirectories limits the TIFF structures that are read. A camera's picture has a few; noise of 50 MiB has none.
const maxDirectories = 1000

// NamesCamera reports whether metadata in a picture names the maker of a camera or a scanner. picture is the whole
// file, a PNG, JPEG or WebP. A scan reads no further than the pixels and looks for EXIF alone. Other programs write
// the EXIF of a PNG behind the pixels, or pack it into a text as Exiv2 and ImageMagick do, or leave XMP alone. A text
// that cannot be unpacked, and one that is too long, counts as one that names a camera.
func NamesCamera(picture []byte) bool {
	return namesCamera(picture) || bytes.HasPrefix(picture, []byte("\x89PNG\r\n\x1a\n")) && textNamesCamera(picture)
}

// namesCamera reports whether b has an EXIF block or XMP that names a maker, at whatever place.
func namesCamera(b []byte) bool {
	if bytes.Contains(b, []byte("tiff:Make")) { // XMP specification, part 2, 3.2
		return true
	}
	directories := 0
	for _, magic := range []string{"II*\x00", "MM\x00*"} {
		for rest := b; ; rest = rest[1:] {
			i := bytes.Index(rest, []byte(magic))
			if i < 0 {
				break
			}
			if rest = rest[i:]; namesMaker(rest) || directories == maxDirectories {
				return true
			}
			directories++
		}
	}
	return false
}

// textNamesCamera reports whether a text of a PNG, which is compressed or in hexadecimal, names a maker.
func textNamesCamera(png []byte) bool {
	left := int64(maxTexts)
	for png = png[8:]; len(png) >= 8; {
		n, kind := uint64(binary.BigEndian.Uint32(png)), string(png[4:8])
		data := png[8:min(8+n, uint64(len(png)))]
		png = png[min(12+n, uint64(len(png))):]
		keyword, text, packed := pngText(kind, data)
		if packed {
			z, err := zlib.NewReader(bytes.NewReader(text))
			if err == nil {
				text, err = io.ReadAll(io.LimitReader(z, left+1))
			}
			left -= int64(len(text)) + textCost
			if err != nil || left < 0 {
				return true
			}
		}
		if bytes.HasPrefix(keyword, []byte("Raw profile type ")) {
			profile, ok := rawProfile(text)
			if !ok || namesCamera(profile) {
				return true
			}
		} else if packed && namesCamera(text) {
			return true
		}
	}
	return false
}

// pngText returns the parts of a chunk that holds a text (PNG, 11.3.3). packed is true if the text is a zlib stream.
func pngText(kind string, data []byte) (keyword, text []byte, packed bool) {
	keyword, text, _ = bytes.Cut(data, []byte{0})
	switch kind {
	case "tEXt":
		return keyword, text, false
	case "zTXt":
		if len(text) > 0 {
			text = text[1:] // the method, which is always 0
		}
		return keyword, text, true
	case "iTXt":
		if len(text) < 2 {
			return nil, nil, false
		}
		packed = text[0] != 0
		_, text, _ = bytes.Cut(text[2:], []byte{0}) // the language
		_, text, _ = bytes.Cut(text, []byte{0})     // the keyword in that language
		return keyword, text, packed
	}
	return nil, nil, false
}

// rawProfile returns the bytes of a profile in ImageMagick's form: a line break, its name, its length, and its bytes in
// lines of hexadecimal digits. ok is false if the text has another form.
func rawProfile(text []byte) (profile []byte, ok bool) {
	lines := bytes.SplitN(text, []byte("\n"), 4)
	if len(lines) < 4 {
		return nil, false
	}
	digits := bytes.Join(bytes.Fields(lines[3]), nil)
	profile = make([]byte, hex.DecodedLen(len(digits)))
	n, err := hex.Decode(profile, digits)
	return profile[:n], err == nil
}
