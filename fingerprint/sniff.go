package fingerprint

import (
	"bytes"
	"encoding/binary"
)

// header is what a file's structure says of it, up to the first pixels.
type header struct {
	mediaType     string // "" when it is no image
	width, height int
	credential    bool   // there is, or may be, a Content Credential, in a container that package c2pa reads
	exif          []byte // the start of an EXIF block that mentions OpenAI
	cut           bool   // the file ends before its own header says
	endOpen       bool   // whether its end is there was not looked at
	spent         bool   // the skim ended before it came to the pixels, or through the credential
}

// maxParts bounds a walk over a file's chunks or segments. Real files have a
// few dozen before their pixels; after so many, nobody can say.
const maxParts = 1024

// maxExif bounds how much of an EXIF block is looked at. The Labs blocks have
// at most 122 bytes; a camera's maker notes are of no interest.
const maxExif = 2048

// sniff tells an image by its first bytes, whatever its name says. Non-images
// give the zero header. See w.err for a reader's failure.
func sniff(w *window) header {
	b := w.at(0, firstRead)
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return sniffPNG(w)
	case bytes.HasPrefix(b, []byte{0xFF, 0xD8, 0xFF}):
		return sniffJPEG(w)
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return sniffWebP(w)
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return sniffGIF(b)
	case len(b) >= 16 && string(b[4:8]) == "ftyp":
		return sniffHEIF(b)
	case len(b) >= 26 && string(b[:2]) == "BM":
		return sniffBMP(b)
	case isTIFF(b):
		return header{mediaType: "image/tiff"}
	}
	return header{}
}

// noteExif keeps the block of n bytes at off if it may be Labs'.
func (h *header) noteExif(w *window, off, n int64) {
	b := w.at(off, int(min(n, maxExif)))
	if bytes.Contains(b, []byte("OpenAI")) {
		h.exif = bytes.TrimPrefix(bytes.Clone(b), []byte("Exif\x00\x00"))
	}
}

// sniffGIF reads the logical screen descriptor (GIF89a, 18).
func sniffGIF(b []byte) header {
	h := header{mediaType: "image/gif"}
	if len(b) >= 10 {
		h.width = int(binary.LittleEndian.Uint16(b[6:]))
		h.height = int(binary.LittleEndian.Uint16(b[8:]))
	}
	return h
}

// heifBrands are the still images among the brands of ISO 14496-12 files, from
// ISO 23008-12 and the AVIF specification. The rest are videos.
var heifBrands = map[string]string{
	"avif": "image/avif", "avis": "image/avif",
	"heic": "image/heic", "heix": "image/heic", "heim": "image/heic", "heis": "image/heic", "hevc": "image/heic", "hevx": "image/heic",
	"mif1": "image/heif", "mif2": "image/heif", "mif3": "image/heif", "msf1": "image/heif", "j2ki": "image/heif",
}

// sniffHEIF goes by the major brand; a general one leaves the word to the
// compatible brands.
func sniffHEIF(b []byte) header {
	end := min(uint64(binary.BigEndian.Uint32(b)), uint64(len(b)))
	h := header{mediaType: heifBrands[string(b[8:12])]}
	for i := uint64(16); i+4 <= end && h.mediaType == "image/heif"; i += 4 {
		if t := heifBrands[string(b[i:i+4])]; t != "" {
			h.mediaType = t
		}
	}
	return h
}

// sniffBMP wants a header of a known size too: two letters are too little.
func sniffBMP(b []byte) header {
	switch binary.LittleEndian.Uint32(b[14:]) {
	case 12:
		return header{mediaType: "image/bmp", width: int(binary.LittleEndian.Uint16(b[18:])), height: int(binary.LittleEndian.Uint16(b[20:]))}
	case 40, 52, 56, 64, 108, 124:
		width, height := int32(binary.LittleEndian.Uint32(b[18:])), int32(binary.LittleEndian.Uint32(b[22:]))
		return header{mediaType: "image/bmp", width: max(0, int(width)), height: max(int(height), -int(height))} // negative: stored top down
	}
	return header{}
}

func isTIFF(b []byte) bool {
	for _, magic := range []string{"II*\x00", "MM\x00*", "II+\x00", "MM\x00+"} {
		if len(b) >= 8 && string(b[:4]) == magic {
			return true
		}
	}
	return false
}
