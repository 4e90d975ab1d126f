package fingerprint

import "encoding/binary"

// sniffPNG walks the chunks up to the first pixels (PNG, 5.3). A valid credential lies before them (C2PA 2.2, A.3.3),
// and so does all that OpenAI writes.
func sniffPNG(w *window) header {
	h := header{mediaType: "image/png"}
	if b := w.at(0, 24); len(b) == 24 && string(b[12:16]) == "IHDR" {
		// In a valid file the highest bit is 0 (PNG, 7.1).
		h.width = int(binary.BigEndian.Uint32(b[16:]) & 0x7FFFFFFF)
		h.height = int(binary.BigEndian.Uint32(b[20:]) & 0x7FFFFFFF)
	}
	off := int64(8)
	for range maxParts {
		b := w.at(off, 8)
		if len(b) < 8 {
			return h
		}
		n := int64(binary.BigEndian.Uint32(b))
		switch string(b[4:8]) {
		case "IDAT", "IEND":
			return h
		case "caBX":
			h.credential = true
			w.expect(off, 12+n)
			return h
		case "eXIf":
			h.noteExif(w, off+8, n)
		}
		off += 12 + n
	}
	h.credential = true
	return h
}
