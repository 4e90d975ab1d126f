package c2pa

import "errors"

// Limits of the container. OpenAI's stores have 22 to 137 KB.
const (
	maxStore = 32 << 20
	maxParts = 4096 // chunks or segments before the pixels
)

// If the container has one of these errors, the credential is Broken.
var (
	errCut  = errors.New("the file ends before the credential does")
	errHuge = errors.New("the credential is larger than 32 MiB")
	errTwo  = errors.New("the file has more than one credential")

	errPurpose = errors.New("its box has another purpose than a manifest")
)

// span is the place of a credential in a file.
type span struct {
	off, len int64  // the container's bytes, which the hard binding excludes
	parts    []part // of the JUMBF, in order
}

// part is a piece of the JUMBF.
type part struct {
	off int64
	len int
}

// locate returns the place of the credential in a file of that media type, or nil without an error if there is none.
// If it returns an error, the span covers as much as could be located.
func locate(s *source, mediaType string) (*span, error) {
	var walk func(*source) (*span, error)
	switch mediaType {
	case "image/png":
		walk = locatePNG
	case "image/webp":
		walk = locateWebP
	case "image/jpeg":
		walk = locateJPEG
	default:
		if hasBoxes(mediaType) {
			walk = locateBMFF
		}
	}
	// A file that is shorter than the first bytes that the walks look at has no credential.
	if walk == nil || s.at(0, 12) == nil {
		return nil, nil
	}
	return walk(s)
}

// hasBoxes reports whether files of that type consist of the boxes of ISO 14496-12.
func hasBoxes(mediaType string) bool {
	switch mediaType {
	case "image/avif", "image/heic", "image/heif", "video/mp4", "video/quicktime":
		return true
	}
	return false
}

// one returns a span of a single chunk whose JUMBF follows a header of that size.
func one(s *source, off, header, body, trailer int64) (*span, error) {
	sp := &span{off: off, len: header + body + trailer}
	var err error
	switch {
	case body > maxStore:
		err = errHuge
	case sp.len > s.size-off:
		err = errCut
	}
	if err != nil { // enough to show whether it mentions OpenAI
		body = max(0, min(body, s.size-off-header, 128<<10))
	}
	sp.parts = []part{{off + header, int(body)}}
	return sp, err
}

// readStore returns the JUMBF of sp, in buf if that is large enough, and reports whether the file had all of it. It
// allocates no more than the file has.
func readStore(s *source, sp *span, buf []byte) ([]byte, bool) {
	n := 0
	for _, p := range sp.parts {
		n += p.len
	}
	if n > maxStore {
		return nil, false
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
