package fingerprint

import (
	"fmt"
	"strings"
	"time"
)

// Confidence is how sure a verdict is that a person made the image in ChatGPT
// and saved it. The zero value is None.
type Confidence uint8

// The levels, from nothing to certain; package fingerprint says when each is
// reached.
const (
	None Confidence = iota
	Possible
	Likely
	Strong
	Proven
)

var confidences = [...]string{"none", "possible", "likely", "strong", "proven"}

// String is the word for c as policies spell it.
func (c Confidence) String() string {
	if int(c) < len(confidences) {
		return confidences[c]
	}
	return fmt.Sprintf("Confidence(%d)", uint8(c))
}

// MarshalText is String.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText takes a word that String gives and no other.
func (c *Confidence) UnmarshalText(text []byte) error {
	for i, word := range confidences {
		if word == string(text) {
			*c = Confidence(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not a confidence: none, possible, likely, strong or proven", text)
}

// Product is the OpenAI product that an image says it comes from.
type Product string

// The products. Unstated is a genuine OpenAI image that names none.
const (
	NoProduct Product = ""
	ChatGPT   Product = "chatgpt"
	Sora      Product = "sora"
	API       Product = "api"
	Labs      Product = "labs"
	Unstated  Product = "unstated"
)

// Evidence is one thing that one detector saw.
type Evidence struct {
	Detector   string     `json:"detector"`   // "c2pa.verified", "filename.download", "exif.labs": the detector, a dot, what it found; docs/detection.md lists them
	Found      string     `json:"found"`      // a clause a person can read
	Confidence Confidence `json:"confidence"` // what this alone would amount to
}

// Verdict is all evidence together.
type Verdict struct {
	MediaType string `json:"media_type,omitempty"` // by magic bytes, never by name: "image/png"; "" when the bytes are no image
	Width     int    `json:"width,omitempty"`      // pixels; 0 where the header does not say
	Height    int    `json:"height,omitempty"`

	Confidence Confidence `json:"confidence"`
	Product    Product    `json:"product,omitempty"`
	Made       time.Time  `json:"made,omitzero"`     // when it was signed, where a trustworthy token or claim says so; UTC
	Derived    bool       `json:"derived,omitempty"` // somebody worked on it since

	// Skimmed: the file was not read to the end, and this is what is said of it
	// if nothing is wrong with the rest. Reading all of it may lower the level
	// and never raises it, except where the evidence "header.unread" says that
	// the skim was given up. It is too little to delete by.
	Skimmed bool `json:"skimmed,omitempty"`

	Evidence []Evidence `json:"evidence,omitempty"`
}

// String says v in one sentence: the level, then what each detector found.
func (v Verdict) String() string {
	var clauses []string
	for _, e := range v.Evidence {
		clauses = append(clauses, e.Found)
	}
	switch {
	case len(clauses) > 0:
	case v.MediaType == "":
		clauses = append(clauses, "not an image")
	default:
		clauses = append(clauses, "nothing tells where it comes from")
	}
	if v.Derived {
		clauses = append(clauses, "worked on since")
	}
	if v.Skimmed && v.Confidence > None {
		clauses = append(clauses, "to be read whole before it is moved")
	}
	return v.Confidence.String() + ": " + strings.Join(clauses, ", ")
}
