package fingerprint

import (
	"fmt"
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/internal/language"
)

// Confidence is how sure a verdict is that a person made the image in ChatGPT
// and saved it. The zero value is None.
type Confidence uint8

// The levels in ascending order; the package comment defines each.
const (
	None Confidence = iota
	Possible
	Likely
	Strong
	Proven
)

// confidences are the names in policies and in the journal, and so never change.
var confidences = [...]string{"none", "possible", "likely", "strong", "proven"}

// String returns the name of c as policies spell it.
func (c Confidence) String() string {
	if int(c) < len(confidences) {
		return confidences[c]
	}
	return fmt.Sprintf("Confidence(%d)", uint8(c))
}

// MarshalText returns the text of String.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText accepts the names that String returns and no others.
func (c *Confidence) UnmarshalText(text []byte) error {
	for i, word := range confidences {
		if word == string(text) {
			*c = Confidence(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not a confidence: none, possible, likely, strong or proven", text)
}

// Product is the OpenAI product that an image claims to come from.
type Product string

// The products. Unstated means a genuine OpenAI image that names none.
const (
	NoProduct Product = ""
	ChatGPT   Product = "chatgpt"
	Sora      Product = "sora"
	API       Product = "api"
	Labs      Product = "labs"
	Unstated  Product = "unstated"
)

// Evidence is one observation of one detector.
type Evidence struct {
	// Detector is the detector, a dot and the kind of finding: "c2pa.verified", "filename.download", "exif.labs".
	// docs/detection.md lists them.
	Detector   string     `json:"detector"`
	Found      string     `json:"found"`      // a clause for the user
	Confidence Confidence `json:"confidence"` // the level that this evidence alone supports
}

// TaggedDetector is the detector of the evidence that a signed picture got a rating, a comment or other metadata
// since. The level is not lowered by it, but the guard "tagged" of a policy holds such a picture.
const TaggedDetector = "c2pa.tagged"

// Tagged reports whether v has evidence of TaggedDetector.
func (v Verdict) Tagged() bool {
	return slices.ContainsFunc(v.Evidence, func(e Evidence) bool { return e.Detector == TaggedDetector })
}

// Twin is the size and the SHA-256 of a file.
type Twin = c2pa.Twin

// Verdict is the result of weighing all evidence.
type Verdict struct {
	MediaType string `json:"media_type,omitempty"` // by magic bytes, not by name: "image/png"; "" if not an image
	Width     int    `json:"width,omitempty"`      // in pixels; 0 if the header does not state it
	Height    int    `json:"height,omitempty"`

	Confidence Confidence `json:"confidence"`
	Product    Product    `json:"product,omitempty"`
	Made       time.Time  `json:"made,omitzero"`     // signing time by a trusted token or claim, in UTC
	Derived    bool       `json:"derived,omitempty"` // the image was changed after it was made
	Camera     bool       `json:"camera,omitempty"`  // its metadata names the maker of a camera or a scanner

	// Twin is the file that is left without the credential, if that is verified. Programs that take the credential out
	// and change nothing else make it.
	Twin Twin `json:"twin,omitzero"`

	// Partial means that the file was not read to the end; the verdict then assumes that the rest is in order.
	// Reading the whole file may lower the level and never raises it, unless the evidence "header.unread" shows that
	// the header-only reading ended early. A partial verdict is not enough to delete a file.
	Partial bool `json:"skimmed,omitempty"`

	Evidence []Evidence `json:"evidence,omitempty"`
}

// String returns v in one sentence: the level, then the finding of each detector.
func (v Verdict) String() string { return v.Sentence().String() }

// Sentence returns the same in any language.
func (v Verdict) Sentence() language.Message {
	return language.Messagef("%s: %s", v.Confidence, v.clauses(v.Evidence))
}

// Brief returns v as Sentence does, without the level and without the findings that do not change it.
func (v Verdict) Brief() language.Message {
	idle := func(e Evidence) bool { return e.Found == untimed }
	return language.Messagef("%s", v.clauses(slices.DeleteFunc(slices.Clone(v.Evidence), idle)))
}

// clauses returns the findings of that evidence and the state of the file.
func (v Verdict) clauses(evidence []Evidence) language.Text {
	var clauses []language.Text
	for _, e := range evidence {
		clauses = append(clauses, v.Clause(e))
	}
	switch {
	case len(clauses) > 0:
	case v.MediaType == "":
		clauses = append(clauses, language.Messagef("not an image"))
	default:
		clauses = append(clauses, language.Messagef("no evidence of its origin"))
	}
	if v.Derived {
		clauses = append(clauses, language.Messagef("edited since"))
	}
	if v.Partial && v.Confidence > None {
		clauses = append(clauses, language.Messagef("to be read whole before it is moved"))
	}
	return language.Join(clauses, ", ")
}
