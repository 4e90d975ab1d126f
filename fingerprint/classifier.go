package fingerprint

import (
	"io"
	"sync"

	"sweepd/fingerprint/filename"
)

// Version changes whenever the same bytes under the same name might get
// another verdict than before; cached verdicts of other versions are void.
const Version = 1

// File is what a classifier may know of a file.
type File struct {
	Name  string      // the last path element, as it is: bytes
	Size  int64       // of Bytes
	Bytes io.ReaderAt // read only where a detector needs to; errors other than io.EOF end the examination
}

// Classifier weighs the detectors' evidence. It is safe for use by several
// goroutines.
type Classifier struct {
	names   *filename.Matcher
	windows sync.Pool // of *window, so that an ordinary file allocates nothing
}

// New returns a classifier with the built-in names, rules and trust anchors.
func New() *Classifier {
	return &Classifier{
		names:   filename.New(),
		windows: sync.Pool{New: func() any { return new(window) }},
	}
}

// Classify gives the verdict on f, reading as little of it as will do. An
// error is a reader's error; whatever the bytes are, they are no error.
func (c *Classifier) Classify(f File) (Verdict, error) { return c.examine(f, nil) }

// Examine is Classify with everything that each detector looked at.
func (c *Classifier) Examine(f File) (Report, error) {
	var r Report
	v, err := c.examine(f, &r)
	r.Verdict = v
	return r, err
}

// examine asks the detectors in order of cost: the name, the header with the
// EXIF that it comes with, the credential. What is no image none of them says
// anything of. The report may be nil.
func (c *Classifier) examine(f File, r *Report) (Verdict, error) {
	w := c.windows.Get().(*window)
	defer c.windows.Put(w)
	w.reset(f.Bytes, f.Size)
	defer w.reset(nil, 0)

	var s sight
	s.header = sniff(w)
	if w.err != nil {
		return Verdict{}, w.err
	}
	r.header(s.header, w.read)
	if s.header.mediaType == "" {
		return Verdict{}, nil
	}
	s.name, _ = c.names.Match(f.Name)
	r.name(s)
	if s.header.exif != nil {
		s.labs = readLabs(s.header.exif)
	}
	r.exif(s)
	return s.weigh(), nil
}
