package documents

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/sweepd/sweepd/fingerprint"
)

// Known looks up the pictures whose bytes are known, such as those of a data export. It is used by all goroutines that
// use the Reader.
type Known interface {
	// MayBe reports whether a picture of that size and CRC-32 (IEEE) may be known.
	MayBe(size int64, crc uint32) bool
	// Weigh returns the verdict of the detectors with what is known of the bytes.
	Weigh(size int64, sum [sha256.Size]byte, v fingerprint.Verdict) fingerprint.Verdict
	// Pixels returns the SHA-256 of the known PNG whose IDAT chunks together have the given one, and the verdict on it.
	// The verdict is none if there is no such picture.
	Pixels(sum [sha256.Size]byte) (original [sha256.Size]byte, v fingerprint.Verdict)
}

// Picture is a picture in a document for which there is evidence that it is from ChatGPT.
type Picture struct {
	// Member is the place in the document: the path of a part, "byte 1234" or "object 12". A part in a document in the
	// document has the paths of both.
	Member  string
	Size    int64             // bytes, unpacked
	SHA256  [sha256.Size]byte // of the bytes; of a PNG in a PDF, of the known picture with these pixels
	Verdict fingerprint.Verdict
	Pixels  bool // only the pixels are those of the known picture with SHA256, which the verdict is on
}

// Report is the result of reading a document.
type Report struct {
	Pictures []Picture // in the order of the document
	Images   int       // that were looked at, with those in Pictures
	Repacked int       // in a PDF, in a form in which no original can be recognised
	// Incomplete is the reason why a part of the document was not looked at; nil if all of it was.
	Incomplete error
}

// ErrLimit is the reason for a document, or a part of it, that is larger than any that is read.
var ErrLimit = errors.New("larger than sweepd reads")

// Reader reads documents. It is safe for concurrent use.
type Reader struct {
	classifier *fingerprint.Classifier
	known      Known
	limits     limits
}

// New returns a Reader.
func New(c *fingerprint.Classifier, known Known) *Reader {
	return &Reader{classifier: c, known: known, limits: realistic()}
}

// Read reads the document of that name and size in r. The error is that of r; what is wrong with the document itself is
// in Report.Incomplete.
func (d *Reader) Read(name string, r io.ReaderAt, size int64) (Report, error) {
	source := &source{r: r}
	x := &reading{Reader: d, unpacked: d.limits.Unpacked}
	x.document(name, "", source, size, 0)
	if source.err != nil {
		return Report{}, fmt.Errorf("read the document: %w", source.err)
	}
	return x.report, nil
}

// reading is the reading of one document.
type reading struct {
	*Reader
	report   Report
	unpacked int64 // bytes that may still be unpacked
}

// document reads a document at a place in another one, "" for the outermost, at that depth.
func (x *reading) document(name, at string, r io.ReaderAt, size int64, depth int) {
	switch kindOf(name) {
	case zipped:
		x.zip(at, r, size, depth)
	case text:
		x.base64(at, r, size)
	case pdf:
		x.pdf(at, r, size)
	}
}

// fail records why a part of the document was not looked at; the first reason is enough.
func (x *reading) fail(at string, err error) {
	if x.report.Incomplete == nil {
		if at != "" {
			err = fmt.Errorf("%s: %w", at, err)
		}
		x.report.Incomplete = err
	}
}

// full reports whether no more pictures are looked at.
func (x *reading) full(at string) bool {
	if x.report.Images < x.limits.Pictures {
		return false
	}
	x.fail(at, ErrLimit)
	return true
}

// picture judges the picture in r by its own bytes, and looks it up if it may be a known one or has evidence of its
// own. It returns an error of r.
func (x *reading) picture(name, at string, r io.ReaderAt, size int64, maybe bool) error {
	v, err := x.classifier.Classify(fingerprint.File{Name: name, Size: size, Bytes: r})
	if err != nil || v.MediaType == "" {
		return err
	}
	x.report.Images++
	if !maybe && v.Confidence == fingerprint.None {
		return nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(r, 0, size)); err != nil {
		return err
	}
	sum := [sha256.Size]byte(h.Sum(nil))
	x.add(Picture{Member: at, Size: size, SHA256: sum, Verdict: x.known.Weigh(size, sum, v)})
	return nil
}

// add adds a picture to the report, unless there is no evidence that it is from ChatGPT.
func (x *reading) add(p Picture) {
	if p.Verdict.Confidence > fingerprint.None {
		x.report.Pictures = append(x.report.Pictures, p)
	}
}

// source keeps the first error of the source, because the readers above it replace errors by their own. A document may
// be shorter than its size, because it was cut off; that is no error.
type source struct {
	r   io.ReaderAt
	err error
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.ReadAt(p, off)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
