package c2pa

import "encoding/binary"

// locatePNG returns the place of the caBX chunk (C2PA 2.2, A.3.2) before the first IDAT; all of OpenAI's files have
// it there, directly after IHDR. It ignores a later chunk in a file without an earlier one. A chunkWatch finds a
// second chunk while the file is hashed.
func locatePNG(s *source) (*span, error) {
	off := int64(8)
	for range maxParts {
		h := s.at(off, 8)
		if h == nil {
			return nil, nil
		}
		n := int64(binary.BigEndian.Uint32(h))
		switch string(h[4:8]) {
		case "IDAT", "IEND":
			return nil, nil
		case "caBX":
			return one(s, off, 8, n, 4)
		}
		off += 12 + n
	}
	return nil, nil
}

// chunkWatch scans a PNG file's bytes in order, starting at a chunk's start, and reports another caBX in found.
type chunkWatch struct {
	// head has have bytes of the next chunk's length and type. skip is what is left of this chunk, including its
	// CRC.
	head  [8]byte
	have  int
	skip  int64
	ended bool
	found bool
}

// see takes the next bytes of the file. They may end anywhere in a chunk.
func (w *chunkWatch) see(p []byte) {
	for len(p) > 0 && !w.ended {
		if w.skip > 0 {
			n := min(w.skip, int64(len(p)))
			w.skip -= n
			p = p[n:]
			continue
		}
		n := copy(w.head[w.have:], p)
		w.have += n
		p = p[n:]
		if w.have < len(w.head) {
			return
		}
		w.have = 0
		w.skip = int64(binary.BigEndian.Uint32(w.head[:4])) + 4
		switch string(w.head[4:]) {
		case "caBX":
			w.found = true
		case "IEND":
			w.ended = true
		}
	}
}
