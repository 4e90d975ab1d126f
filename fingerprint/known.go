package fingerprint

import (
	"slices"
	"strings"
)

// Knowledge is what is known of exactly the bytes of a file from elsewhere.
type Knowledge uint8

// The kinds of knowledge.
const (
	// Exported means that the person's data export has the bytes as a picture that ChatGPT made.
	Exported Knowledge = iota + 1
	// Stripped means that the bytes are a picture that OpenAI signed, without the credential; see Verdict.Twin.
	Stripped
	// Named means that the person named the picture as one from ChatGPT.
	Named
	// Given means that the person gave the picture to ChatGPT.
	Given
)

// known is the evidence for each Knowledge.
var known = [...]Evidence{
	Exported: {
		Detector: "known.export", Found: "your data export has exactly this picture, as made by ChatGPT",
		Confidence: Proven,
	},
	Stripped: {
		Detector: "known.twin", Found: "a picture that OpenAI signed, without its credential",
		Confidence: Strong,
	},
	Named: {Detector: "known.named", Found: "you said that it is from ChatGPT", Confidence: Likely},
	Given: {Detector: "known.upload", Found: "you gave it to ChatGPT"},
}

// With returns v with what is known of the bytes, of which the hash of the whole file was compared. by is the product,
// if it is known. If the person gave the picture to ChatGPT, nothing else counts. A picture that another maker signed
// gets no other level, and one that has another picture in it, by OpenAI's credential, stays derived: the other may be
// the person's own. A file that is no image keeps its verdict.
func (v Verdict) With(k Knowledge, by Product) Verdict {
	if v.MediaType == "" {
		return v
	}
	e := known[k]
	v.Evidence = append([]Evidence{e}, v.Evidence...)
	switch k {
	case Given:
		v.Confidence, v.Product, v.Derived, v.Partial = None, NoProduct, false, false
		return v
	case Named:
		// A person may be wrong about a picture that another maker signed.
		if v.has("c2pa.other") || v.has("c2pa.broken") {
			return v
		}
	default:
		if v.has("c2pa.other") {
			return v
		}
		// These are the bytes as they were made, or all of them but for the credential.
		v.Derived, v.Partial = v.has("c2pa.derived"), false
	}
	if e.Confidence > v.Confidence {
		v.Confidence = e.Confidence
		if by != NoProduct {
			v.Product = by
		}
	}
	return v
}

// KnownElsewhere reports whether v has evidence of a Knowledge.
func (v Verdict) KnownElsewhere() bool {
	return slices.ContainsFunc(v.Evidence, func(e Evidence) bool { return strings.HasPrefix(e.Detector, "known.") })
}

// has reports whether v has evidence of that detector.
func (v Verdict) has(detector string) bool {
	return slices.ContainsFunc(v.Evidence, func(e Evidence) bool { return e.Detector == detector })
}
