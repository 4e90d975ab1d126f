package c2pa

import "encoding/binary"

// A JUMBF segment consists of FF EB, a length, "JP", a box instance number, a packet sequence number and a piece of
// the box. In later packets the piece begins with a copy of the box's header (ISO 19566-5, D.2).
const (
	jpHeader = 2 + 2 + 2 + 2 + 4
	jpRepeat = 8
)

// run is a sequence of adjacent segments of one box.
type run struct {
	instance uint16
	packet   uint32 // sequence number of the last packet
	size     uint32 // of the box, as its header states
	ours     bool   // the box is a C2PA store
	span     span
}

// locateJPEG returns the place of the APP11 segments of the C2PA store (C2PA 2.2, A.3.1) before the first scan.
func locateJPEG(s *source) (*span, error) {
	var runs []run
	off := int64(2)
	for range maxParts {
		h := s.at(off, 4)
		if h == nil || h[0] != 0xFF {
			break
		}
		if h[1] == 0xFF { // fill
			off++
			continue
		}
		if h[1] == 0xDA || h[1] == 0xD9 {
			break
		}
		n := int64(binary.BigEndian.Uint16(h[2:]))
		if n < 2 {
			break
		}
		if h[1] == 0xEB {
			runs = addSegment(s, runs, off, 2+n)
		}
		off += 2 + n
	}
	return pickRun(s, runs)
}

// addSegment returns runs with the segment added to the last run or as a new run.
func addSegment(s *source, runs []run, off, n int64) []run {
	// The headers of the box and of its description follow, and then the type, which has 16 bytes.
	h := s.at(off, int(min(n, jpHeader+8+8+16)))
	if len(h) < jpHeader+8 || string(h[4:6]) != "JP" {
		return runs
	}
	instance, packet := binary.BigEndian.Uint16(h[6:]), binary.BigEndian.Uint32(h[8:])
	body := int(n) - jpHeader
	if len(runs) > 0 {
		last := &runs[len(runs)-1]
		if last.instance == instance && last.packet+1 == packet && last.span.off+last.span.len == off {
			last.packet = packet
			last.span.len += n
			last.span.parts = append(last.span.parts, part{off + jpHeader + jpRepeat, body - jpRepeat})
			return runs
		}
	}
	return append(runs, run{
		instance: instance, packet: packet,
		size: binary.BigEndian.Uint32(h[jpHeader:]),
		// The C2PA store's type is the first thing in its description box.
		ours: packet > 1 || (len(h) >= jpHeader+20 && string(h[jpHeader+16:jpHeader+20]) == "c2pa"),
		span: span{off: off, len: n, parts: []part{{off + jpHeader, body}}},
	})
}

// pickRun returns the one run that is a C2PA store. A run that begins in the middle of a box counts as one, so that
// swapped segments are not overlooked.
func pickRun(s *source, runs []run) (*span, error) {
	var found *run
	for i := range runs {
		if !runs[i].ours {
			continue
		}
		if found != nil {
			return &found.span, errTwo
		}
		found = &runs[i]
	}
	if found == nil {
		return nil, nil
	}
	sp, store := &found.span, int64(0)
	for _, p := range sp.parts {
		store += int64(p.len)
	}
	switch {
	case store > maxStore:
		// The first segment is enough to show whether it mentions OpenAI.
		sp.parts = sp.parts[:1]
		return sp, errHuge
	case sp.off+sp.len > s.size, store < int64(found.size):
		return sp, errCut
	}
	return sp, nil
}
