package documents

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"github.com/sweepd/sweepd/fingerprint"
)

// The pictures of a PDF are streams (ISO 32000-2, 7.3.8): objects of their own, which are never in a compressed stream
// of objects. So the file is read from its beginning to its end, and no table of it has to be right.

// maxDictionary is how many bytes before the word "stream" the dictionary of a picture takes at most.
const maxDictionary = 4 << 10

// What is read of a dictionary. The value of /Filter may be an array of one.
var (
	isPicture  = regexp.MustCompile(`/Subtype\s*/Image\b`)
	isJPEG     = regexp.MustCompile(`/Filter\s*(?:/DCTDecode\b|\[\s*/DCTDecode\s*\])`)
	isDeflated = regexp.MustCompile(`/Filter\s*(?:/FlateDecode\b|\[\s*/FlateDecode\s*\])`)
	// PNG's filters (PNG, 9), as its IDAT chunks have them: ISO 32000-2, 7.4.4.4.
	isPredicted = regexp.MustCompile(`/Predictor\s+1[0-5]\b`)
	isEncrypted = regexp.MustCompile(`/Encrypt\s*(?:\d+\s+\d+\s+R\b|<<)`)
	lengthIn    = regexp.MustCompile(`/Length\s+(\d{1,15})\b(\s+\d+\s+R\b)?`)
	objectIn    = regexp.MustCompile(`(\d{1,10})\s+\d{1,5}\s+$`)
)

// pdf reads the pictures of a PDF.
func (x *reading) pdf(at string, r io.ReaderAt, size int64) {
	if size > x.limits.Document {
		x.fail(at, ErrLimit)
		return
	}
	end := make([]byte, min(size, maxDictionary))
	n, _ := r.ReadAt(end, size-int64(len(end)))
	locked := isEncrypted.Match(end[:max(n, 0)]) // in the trailer, or in a stream in its place
	s := newScanner(r, size, maxDictionary)
	for s.find("stream") && !x.full(at) {
		before := s.buf[max(0, s.at-maxDictionary):s.at]
		s.at += len("stream")
		if bytes.HasSuffix(before, []byte("end")) {
			continue
		}
		begins := bytes.LastIndex(before, []byte("obj"))
		dictionary := before[begins+1:]
		locked = locked || isEncrypted.Match(dictionary)
		if begins < 0 || !isPicture.Match(dictionary) {
			continue
		}
		place := fmt.Sprintf("byte %d", s.position())
		if number := objectIn.FindSubmatch(before[:begins]); number != nil {
			place = "object " + string(number[1])
		}
		if err := x.stream(within(at, place), s, bytes.Clone(dictionary)); err != nil {
			x.fail(within(at, place), err)
		}
	}
	if locked {
		x.fail(at, errors.New("it is encrypted"))
	}
}

// stream looks at the picture whose stream begins after s.at.
func (x *reading) stream(at string, s *scanner, dictionary []byte) error {
	if len(s.buf)-s.at < 2 {
		s.more()
	}
	// The word is followed by a line feed, or by both: ISO 32000-2, 7.3.8.1.
	if bytes.HasPrefix(s.buf[s.at:], []byte("\r")) {
		s.at++
	}
	if bytes.HasPrefix(s.buf[s.at:], []byte("\n")) {
		s.at++
	}
	begins := s.position()
	lengths := streamLengths(s, dictionary)
	if len(lengths) == 0 {
		return io.ErrUnexpectedEOF
	}
	jpeg := isJPEG.Match(dictionary)
	if !jpeg && !(isDeflated.Match(dictionary) && isPredicted.Match(dictionary)) {
		x.report.Images++
		x.report.Repacked++
		return nil
	}
	if lengths[0] > x.limits.Picture {
		return ErrLimit
	}
	for _, n := range lengths {
		stream := io.NewSectionReader(s.r, begins, n)
		if jpeg && (n == lengths[len(lengths)-1] || endsJPEG(stream)) {
			return x.picture("", at, stream, n, true)
		}
		if jpeg {
			continue
		}
		h := sha256.New()
		if _, err := io.Copy(h, stream); err != nil {
			return err
		}
		if sum, v := x.known.Pixels([sha256.Size]byte(h.Sum(nil))); v.Confidence > fingerprint.None {
			x.add(Picture{Member: at, Size: n, SHA256: sum, Verdict: v, Pixels: true})
			break
		}
	}
	x.report.Images++
	return nil
}

// endsJPEG reports whether the stream ends with the end of a JPEG file (ITU-T T.81, B.1.1.3).
func endsJPEG(stream *io.SectionReader) bool {
	var end [2]byte
	_, err := stream.ReadAt(end[:], stream.Size()-2)
	return (err == nil || err == io.EOF) && end == [2]byte{0xFF, 0xD9}
}

// streamLengths returns the possible lengths of the stream at s.at in bytes, the longest first, and moves s behind it:
// that of the dictionary if the stream ends there, and otherwise those up to "endstream", with and without the line
// break before it. There is none if the file ends first.
func streamLengths(s *scanner, dictionary []byte) []int64 {
	const word = "endstream"
	begins := s.position()
	if found := lengthIn.FindSubmatch(dictionary); found != nil && found[2] == nil {
		n, _ := strconv.ParseInt(string(found[1]), 10, 64) // at most 15 digits
		behind := make([]byte, len("\r\n"+word))
		got, _ := s.r.ReadAt(behind, begins+n)
		if bytes.HasPrefix(bytes.TrimLeft(behind[:max(got, 0)], "\r\n"), []byte(word)) {
			s.move(begins + n)
			return []int64{n}
		}
	}
	if !s.find(word) {
		return nil
	}
	n := s.position() - begins
	lengths := []int64{n}
	for _, c := range []byte("\n\r") {
		if before := s.at - len(lengths); before >= 0 && n > 0 && s.buf[before] == c {
			n--
			lengths = append(lengths, n)
		}
	}
	return lengths
}
