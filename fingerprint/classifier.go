package fingerprint

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/fingerprint/filename"
)

// Version identifies the rules of classification. It changes whenever the same bytes under the same name might get
// another verdict; cached verdicts of other versions are void.
const Version = 9

// File describes one file to a classifier.
type File struct {
	Name string // the last path element, as raw bytes
	Size int64  // the length of Bytes
	// Bytes is read only as far as a detector needs. If it returns an error, or ends before Size, the examination
	// ends.
	Bytes io.ReaderAt

	// HeaderOnly limits the reads to the parts that show where the picture comes from, because each read may be a
	// request to a remote storage. See Verdict.Partial.
	HeaderOnly bool

	sum *[sha256.Size]byte // of ClassifyAndHash; nil: not wanted
}

// Classifier weighs the detectors' evidence. It is safe for concurrent use.
type Classifier struct {
	// names and credentials are loaded by the first picture that needs them, which takes a few milliseconds: most scans
	// meet no new picture.
	names         func() *filename.Matcher
	credentials   func() *c2pa.Verifier
	windows       sync.Pool // of *window; avoids an allocation for an ordinary file
	headerReaders sync.Pool // of *headerReader
}

// Options configure a classifier.
type Options struct {
	Anchors *c2pa.Anchors // nil: the built-in anchors
}

// New returns a classifier with the built-in names, rules and trust anchors. Callers should reuse it: it loads these
// once.
func New() *Classifier { return NewWith(Options{}) }

// NewWith returns a classifier with the given options.
func NewWith(o Options) *Classifier {
	return &Classifier{
		names: sync.OnceValue(filename.New),
		credentials: sync.OnceValue(func() *c2pa.Verifier {
			if o.Anchors == nil {
				o.Anchors = c2pa.BuiltIn()
			}
			return c2pa.New(o.Anchors)
		}),
		windows:       sync.Pool{New: func() any { return new(window) }},
		headerReaders: sync.Pool{New: func() any { return new(headerReader) }},
	}
}

// Classify returns the verdict on f and reads as little of f as it can. An error comes from the reader, or is
// io.ErrUnexpectedEOF if the reader ends before f.Size. The content of the file never causes an error.
func (c *Classifier) Classify(f File) (Verdict, error) { return c.examine(f, nil) }

// ClassifyAndHash returns the verdict of Classify. It also returns the SHA-256 of f if it had to read all of it to
// verify a credential, and zero otherwise.
func (c *Classifier) ClassifyAndHash(f File) (v Verdict, sum [sha256.Size]byte, err error) {
	f.sum = &sum
	v, err = c.examine(f, nil)
	return v, sum, err
}

// Examine returns the verdict of Classify together with the steps of each detector.
func (c *Classifier) Examine(f File) (Report, error) {
	var r Report
	v, err := c.examine(f, &r)
	r.Verdict = v
	return r, err
}

// examine runs the detectors in order of cost: the name, the header with its EXIF block, the credential. It returns
// the zero Verdict if f is not an image, and one without confidence for a video. The report may be nil.
func (c *Classifier) examine(f File, r *Report) (Verdict, error) {
	w := c.windows.Get().(*window)
	defer c.windows.Put(w)
	if f.HeaderOnly {
		headers := c.headerReaders.Get().(*headerReader)
		defer c.headerReaders.Put(headers)
		headers.reset(f.Bytes, f.Size)
		defer headers.reset(nil, 0)
		f.Bytes, w.headerOnly = headers, headers
	}
	w.reset(f.Bytes, f.Size)
	// The pools must not keep a caller's reader.
	defer func() { w.headerOnly = nil; w.reset(nil, 0) }()

	s := findings{header: sniff(w)}
	if s.header.mediaType != "" {
		s.name, _ = c.names().Match(f.Name)
	}
	if s.name.Family != "" && !s.header.cut {
		s.header.lookAtEnd(w)
	}
	// A header-only reading that meets its limits is no error: it lowers the verdict.
	if s.header.limited = errors.Is(w.err, errHeaderLimit); w.err != nil && !s.header.limited {
		return Verdict{}, w.err
	}
	r.header(s.header, w.read)
	if s.header.video != "" {
		return c.video(f, s, r)
	}
	if s.header.mediaType == "" {
		return Verdict{}, nil
	}
	if s.header.exif != nil {
		s.labs = readLabs(s.header.exif)
		r.exif(s)
	}
	// After the limits were met, the credential cannot be read whole.
	if s.header.credential && !s.header.limited {
		err := c.readSeal(f, &s, r)
		if s.header.limited = errors.Is(err, errHeaderLimit); err != nil && !s.header.limited {
			return Verdict{}, err
		}
		s.nameDate = c.olderName(f.Name, s)
	}
	r.name(s)
	return s.weigh(), nil
}

// readSeal reads and verifies the credential. It counts the bytes read for the credential separately.
func (c *Classifier) readSeal(f File, s *findings, r *Report) error {
	counted := counter{r: f.Bytes}
	credentials := c.credentials()
	read := credentials.Read
	switch {
	case f.HeaderOnly:
		read = credentials.ReadHeader
	case f.sum != nil:
		read = credentials.ReadHashed
	}
	credential, err := read(&counted, f.Size, cmp.Or(s.header.mediaType, s.header.video))
	if err != nil {
		return fmt.Errorf("read the credential: %w", err)
	}
	if s.credential = credentialOf(credential); f.sum != nil && credential != nil {
		*f.sum = credential.SHA256
	}
	r.credential(*s, credential, counted.read.Load())
	return nil
}
