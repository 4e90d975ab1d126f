package c2pa

import "errors"

// Limits. OpenAI's stores have 22 to 137 KB.
const (
	maxStore = 32 << 20
	maxParts = 4096 // chunks or segments before the pixels
)

var (
	errCut  = errors.New("the file ends before the credential does")
	errHuge = errors.New("the credential is larger than 32 MiB")
	errTwo  = errors.New("the file has more than one credential")
)

// span is where a credential sits in a file.
type span struct {
	off, len int64 // the container's bytes, which the hard binding leaves out
	store    int64 // of them, the JUMBF's: the size; PNG and WebP have it 8 bytes after off
	parts    []part
}

// part is a piece of the JUMBF.
type part struct {
	off int64
	len int
}

// locate finds the credential of a file of that media type; nil without an
// error when there is none. With an error the span is what can be said of it.
func locate(s *source, mediaType string) (*span, error) {
	switch mediaType {
	case "image/png":
		return locatePNG(s)
	case "image/webp":
		return locateWebP(s)
	case "image/jpeg":
		return locateJPEG(s)
	}
	return nil, nil
}

// one is a span of a single chunk whose JUMBF follows an 8-byte header.
func one(s *source, off, header, body, trailer int64) (*span, error) {
	sp := &span{off: off, len: header + body + trailer, store: body}
	if body > maxStore {
		return sp, errHuge
	}
	if sp.len > s.size-off {
		sp.store = s.size - off - header
		sp.parts = []part{{off + header, int(max(0, min(sp.store, 128<<10)))}}
		return sp, errCut
	}
	sp.parts = []part{{off + header, int(body)}}
	return sp, nil
}

// readStore is the JUMBF of sp, in buf where it is large enough. It allocates
// no more than the file has.
func readStore(s *source, sp *span, buf []byte) ([]byte, bool) {
	n := 0
	for _, p := range sp.parts {
		n += p.len
	}
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	at := 0
	for _, p := range sp.parts {
		if !s.fill(buf[at:at+p.len], p.off) {
			return buf[:at], false
		}
		at += p.len
	}
	return buf, true
}
