package fingerprint

import "encoding/binary"

// JPEG markers (ITU-T T.81, table B.1).
const (
	markSOF0  = 0xC0
	markDHT   = 0xC4
	markJPG   = 0xC8
	markDAC   = 0xCC
	markSOF15 = 0xCF
	markSOS   = 0xDA
	markEOI   = 0xD9
	markAPP1  = 0xE1
	markAPP11 = 0xEB
)

// sniffJPEG walks the segments up to the first scan. A credential is in APP11
// segments that begin with "JP" (C2PA 2.2, A.3.1; ISO 19566-5, D.2).
func sniffJPEG(w *window) header {
	h := header{mediaType: "image/jpeg"}
	off := int64(2)
	for range maxParts {
		b := w.at(off, 16)
		if len(b) < 4 || b[0] != 0xFF {
			return h
		}
		mark, n := b[1], int64(binary.BigEndian.Uint16(b[2:]))
		switch {
		case mark == 0xFF: // padding
			off++
			continue
		case mark == markSOS, mark == markEOI, n < 2:
			return h
		case mark == markAPP11 && len(b) >= 6 && string(b[4:6]) == "JP":
			if !h.credential && len(b) == 16 {
				// A header-only reading then fetches all segments of the box at once.
				w.expect(off, boxSpan(int64(binary.BigEndian.Uint32(b[12:]))))
			}
			h.credential = true
		case mark == markAPP1 && len(b) >= 10 && string(b[4:8]) == "Exif":
			h.noteExif(w, off+4, n-2)
		case markSOF0 <= mark && mark <= markSOF15 && mark != markDHT && mark != markJPG &&
			mark != markDAC && len(b) >= 9:
			h.height = int(binary.BigEndian.Uint16(b[5:]))
			h.width = int(binary.BigEndian.Uint16(b[7:]))
		}
		off += 2 + n
	}
	h.credential = true
	return h
}

// boxSpan returns roughly how many bytes of a file the segments of a box of n bytes take (ISO 19566-5, D.2),
// including the segments that follow them.
func boxSpan(n int64) int64 {
	// most is how much of a box one segment holds, and around is how much each segment adds.
	const most, around = 0xFFFF - 20, 2 + 20
	return n + (n/most+1)*around + headerBehind
}
