package fingerprint

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"sweepd/fingerprint/c2pa"
	"sweepd/fingerprint/filename"
)

// Version changes whenever the same bytes under the same name might get
// another verdict than before; cached verdicts of other versions are void.
const Version = 1

// File is what a classifier may know of a file.
type File struct {
	Name  string      // the last path element, as it is: bytes
	Size  int64       // of Bytes
	Bytes io.ReaderAt // read only where a detector needs to; an error, or an end before Size, ends the examination

	// Skim has only those parts read that say where the picture comes from, in
	// few reads: each may be a request to a far storage. See Verdict.Skimmed.
	Skim bool
}

// Classifier weighs the detectors' evidence. It is safe for use by several
// goroutines.
type Classifier struct {
	names       *filename.Matcher
	credentials *c2pa.Verifier
	windows     sync.Pool // of *window, so that an ordinary file allocates nothing
	skimmers    sync.Pool // of *skimmer
}

// Options change what a classifier believes.
type Options struct {
	Anchors *c2pa.Anchors // instead of the built-in ones
}

// New returns a classifier with the built-in names, rules and trust anchors.
// Keep it: reading those takes a few milliseconds.
func New() *Classifier { return NewWith(Options{}) }

// NewWith is New with options.
func NewWith(o Options) *Classifier {
	if o.Anchors == nil {
		o.Anchors = c2pa.BuiltIn()
	}
	return &Classifier{
		names:       filename.New(),
		credentials: c2pa.New(o.Anchors),
		windows:     sync.Pool{New: func() any { return new(window) }},
		skimmers:    sync.Pool{New: func() any { return new(skimmer) }},
	}
}

// Classify gives the verdict on f, reading as little of it as will do. An
// error is a reader's error, or io.ErrUnexpectedEOF where that ends before
// f.Size; whatever the bytes are, they are no error.
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
	if f.Skim {
		skim := c.skimmers.Get().(*skimmer)
		defer c.skimmers.Put(skim)
		skim.reset(f.Bytes, f.Size)
		defer skim.reset(nil, 0)
		f.Bytes, w.skim = skim, skim
	}
	w.reset(f.Bytes, f.Size)
	defer func() { w.skim = nil; w.reset(nil, 0) }()

	s := sight{header: sniff(w)}
	if s.header.mediaType != "" {
		s.name, _ = c.names.Match(f.Name)
	}
	if s.name.Family != "" && !s.header.cut {
		s.header.lookAtEnd(w)
	}
	if s.header.spent = errors.Is(w.err, errSpent); w.err != nil && !s.header.spent {
		return Verdict{}, w.err
	}
	r.header(s.header, w.read)
	if s.header.mediaType == "" {
		return Verdict{}, nil
	}
	r.name(s)
	if s.header.exif != nil {
		s.labs = readLabs(s.header.exif)
		r.exif(s)
	}
	if s.header.credential && !s.header.spent {
		err := c.readSeal(f, &s, r)
		if s.header.spent = errors.Is(err, errSpent); err != nil && !s.header.spent {
			return Verdict{}, err
		}
	}
	return s.weigh(), nil
}

// readSeal reads and verifies the credential. It counts by itself what is read
// for it.
func (c *Classifier) readSeal(f File, s *sight, r *Report) error {
	counted := counter{r: f.Bytes}
	read := c.credentials.Read
	if f.Skim {
		read = c.credentials.Skim
	}
	credential, err := read(&counted, f.Size, s.header.mediaType)
	if err != nil {
		return fmt.Errorf("read the credential: %w", err)
	}
	s.seal = sealOf(credential)
	r.credential(*s, credential, counted.read.Load())
	return nil
}
