package fingerprint

import "encoding/binary"

// sniffWebP walks the RIFF chunks (RFC 9649, 2.7). A credential comes last, after the pixels; the sizes in the first
// bytes show whether anything follows the pixels.
func sniffWebP(w *window) header {
	h := header{mediaType: "image/webp"}
	end := 8 + int64(binary.LittleEndian.Uint32(w.at(0, 12)[4:]))
	h.cut = end > w.size+1 // some writers leave out the last pad byte
	off := int64(12)
	// The walk also continues after the end that the header states: a credential there does not match the file.
	for range maxParts {
		b := w.at(off, 18)
		if len(b) < 8 {
			return h
		}
		n := int64(binary.LittleEndian.Uint32(b[4:]))
		switch string(b[:4]) {
		case "VP8X", "VP8 ", "VP8L":
			if h.width == 0 {
				h.width, h.height = webpSize(b)
			}
		case "C2PA":
			h.credential = true
		case "EXIF":
			h.noteExif(w, off+8, n)
		}
		off += 8 + n + n&1
		if string(b[:3]) == "VP8" && b[3] != 'X' {
			w.expect(off, headerTail) // few bytes follow the pixels
		}
	}
	h.credential = true
	return h
}

// webpSize returns the dimensions in pixels from the first 18 bytes of a chunk (RFC 9649, 2.5 to 2.7; RFC 6386, 9.1).
func webpSize(b []byte) (width, height int) {
	if len(b) < 18 {
		return 0, 0
	}
	switch string(b[:4]) {
	case "VP8X":
		return 1 + uint24(b[12:]), 1 + uint24(b[15:])
	case "VP8L":
		bits := binary.LittleEndian.Uint32(b[9:])
		return 1 + int(bits&0x3FFF), 1 + int(bits>>14&0x3FFF)
	}
	return int(binary.LittleEndian.Uint16(b[14:]) & 0x3FFF), int(binary.LittleEndian.Uint16(b[16:]) & 0x3FFF)
}

// uint24 returns the number of three bytes, the lowest first.
func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
