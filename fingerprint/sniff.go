package fingerprint

import (
	"bytes"
	"encoding/binary"
)

// header describes a file's structure up to the first pixels.
type header struct {
	mediaType     string // "" if it is not an image
	video         string // the media type of a video; mediaType is "" then
	width, height int
	// credential is true if there is, or may be, a Content Credential in a container that package c2pa reads.
	credential bool
	exif       []byte // the start of an EXIF block that mentions OpenAI
	camera     bool   // an EXIF block names the maker of a camera or a scanner
	cut        bool   // the file is shorter than its header states
	endOpen    bool   // the end of the file was not read
	limited    bool   // the header-only reading ended before the pixels or within the credential
}

// maxParts limits the chunks or segments that a walk visits. Real files have a few dozen before their pixels; after
// maxParts, header.credential is true to be safe.
const maxParts = 1024

// maxExif limits the bytes of an EXIF block that are searched. The Labs blocks have at most 122 bytes; a camera's
// maker notes are not needed.
const maxExif = 2048

// sniff returns the header of an image, recognised by its first bytes and not by its name. It returns the zero header
// if the file is not an image. A reader's failure is in w.err.
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
		return sniffBMFF(w)
	case len(b) >= 26 && string(b[:2]) == "BM":
		return sniffBMP(b)
	case isTIFF(b):
		return header{mediaType: "image/tiff"}
	}
	return header{}
}

// MediaType returns the media type of an image, such as "image/png", by its first 4 KiB or all of a shorter file. It
// returns "" if the file is not an image.
func MediaType(first []byte) string {
	var w window
	w.reset(bytes.NewReader(first), int64(len(first)))
	return sniff(&w).mediaType
}

// noteExif keeps the block of n bytes at off if it mentions OpenAI, as the Labs blocks do, and notes a camera's.
func (h *header) noteExif(w *window, off, n int64) {
	b := bytes.TrimPrefix(w.at(off, int(min(n, maxExif))), []byte("Exif\x00\x00"))
	if bytes.Contains(b, []byte("OpenAI")) {
		h.exif = bytes.Clone(b)
	}
	h.camera = h.camera || namesMaker(b)
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

// sniffBMP also requires a header of a known size, because the two letters of the magic number are not enough.
func sniffBMP(b []byte) header {
	switch binary.LittleEndian.Uint32(b[14:]) {
	case 12:
		return header{
			mediaType: "image/bmp",
			width:     int(binary.LittleEndian.Uint16(b[18:])),
			height:    int(binary.LittleEndian.Uint16(b[20:])),
		}
	case 40, 52, 56, 64, 108, 124:
		width, height := int32(binary.LittleEndian.Uint32(b[18:])), int32(binary.LittleEndian.Uint32(b[22:]))
		// A negative height means that the rows are stored from the top down.
		return header{mediaType: "image/bmp", width: max(0, int(width)), height: max(int(height), -int(height))}
	}
	return header{}
}

// isTIFF reports whether b begins with the header of TIFF or BigTIFF, in either byte order.
func isTIFF(b []byte) bool {
	for _, magic := range []string{"II*\x00", "MM\x00*", "II+\x00", "MM\x00+"} {
		if len(b) >= 8 && string(b[:4]) == magic {
			return true
		}
	}
	return false
}
