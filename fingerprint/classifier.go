package fingerprint

import "io"

// Version changes whenever the same bytes under the same name might get
// another verdict than before; cached verdicts of other versions are void.
const Version = 1

// File is what a classifier may know of a file.
type File struct {
	Name  string      // the last path element, as it is: bytes
	Size  int64       // of Bytes
	Bytes io.ReaderAt // read only where a detector needs to; errors other than io.EOF end the examination
}

// Finding is what one detector did with one file, for a person who asks why.
type Finding struct {
	Detector  string     `json:"detector"`
	Evidence  []Evidence `json:"evidence,omitempty"`
	Steps     []Step     `json:"steps,omitempty"` // in the order taken
	BytesRead int64      `json:"bytes_read"`
}

// Step is one check that a detector made.
type Step struct {
	Check  string `json:"check"`            // what was looked at: "claim signature"
	OK     bool   `json:"ok"`               // it is as it should be
	Detail string `json:"detail,omitempty"` // what was seen
}

// Report is a verdict with all that led to it.
type Report struct {
	Verdict  Verdict
	Findings []Finding
}

// Classifier weighs the detectors' evidence. It is safe for use by several
// goroutines.
type Classifier struct{}

// New returns a classifier with the built-in names, rules and trust anchors.
func New() *Classifier { return &Classifier{} }

// Classify gives the verdict on f, reading as little of it as will do. An
// error is a reader's error; whatever the bytes are, they are no error.
func (c *Classifier) Classify(f File) (Verdict, error) {
	r, err := c.Examine(f)
	return r.Verdict, err
}

// Examine is Classify with everything that each detector looked at.
func (c *Classifier) Examine(f File) (Report, error) { return Report{}, nil }

// Interesting reports whether a file of that name can be an image at all: an
// image's extension, or none. It is what a driver is told to list.
func Interesting(name string) bool { return true }
