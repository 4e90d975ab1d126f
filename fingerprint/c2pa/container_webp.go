package c2pa

import "encoding/binary"

// locateWebP returns the place of the RIFF chunk of kind C2PA (C2PA 2.2, A.3.5). In all of OpenAI's files it is the
// last chunk, and there is no VP8X chunk. The chunk's pad byte does not belong to the container.
func locateWebP(s *source) (*span, error) {
	end := 8 + int64(binary.LittleEndian.Uint32(s.at(0, 12)[4:]))
	var found *span
	off := int64(12)
	for range maxParts {
		h := s.at(off, 8)
		if h == nil {
			break
		}
		n := int64(binary.LittleEndian.Uint32(h[4:]))
		if string(h[:4]) == "C2PA" {
			if found != nil {
				return found, errTwo
			}
			sp, err := one(s, off, 8, n, 0)
			if err == nil && off+8+n > end {
				err = errCut
			}
			if err != nil {
				return sp, err
			}
			found = sp
		}
		off += 8 + n + n&1
	}
	return found, nil
}
