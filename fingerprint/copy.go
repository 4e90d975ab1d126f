package fingerprint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/internal/language"
)

// CopyDetector is the detector of the evidence that a picture looks like a known one. Nothing else shows that the two
// have the same origin: a person's own picture looks like the one that ChatGPT made of it.
const CopyDetector = "known.copy"

// UncheckedDetector is the detector of the evidence that a picture which looks like a known one may as well be a copy
// of a picture that the person gave to ChatGPT: of that one it is not known what it looks like.
const UncheckedDetector = "known.unchecked"

// LooksLike reports whether v has evidence of CopyDetector.
func (v Verdict) LooksLike() bool { return v.has(CopyDetector) }

// Unchecked reports whether v has evidence of UncheckedDetector.
func (v Verdict) Unchecked() bool { return v.has(UncheckedDetector) }

// Unsettled reports whether it is worth comparing the picture with known ones by what it looks like: its type is one
// that can be decoded, and no other evidence shows where it comes from.
func (v Verdict) Unsettled() bool {
	switch v.MediaType {
	case "image/png", "image/jpeg", "image/webp":
	default:
		return false
	}
	return v.Confidence < Likely && !slices.ContainsFunc(v.Evidence, func(e Evidence) bool {
		group, _, _ := strings.Cut(e.Detector, ".")
		return group == "known" || group == "c2pa" && e.Detector != "c2pa.broken"
	})
}

// As returns an unsettled v with the evidence that the picture looks like the known one of that name, from which its
// hash is so far away; see perceptual.Same. The picture is then likely at most, and derived.
func (v Verdict) As(name string, distance int, by Product) Verdict {
	e := Evidence{Detector: CopyDetector, Found: fmt.Sprintf("looks like %s, at a distance of %d", name, distance)}
	switch {
	case distance <= perceptual.Same:
		e.Confidence = Likely
	case distance <= perceptual.Near:
		e.Confidence = Possible
	default:
		return v
	}
	v.Evidence = append([]Evidence{e}, v.Evidence...)
	if by != NoProduct && (e.Confidence > v.Confidence || v.Product == NoProduct) {
		v.Product = by
	}
	v.Confidence, v.Derived = max(v.Confidence, e.Confidence), true
	return v
}

// Uncheck returns v, as As returned it, with the evidence of UncheckedDetector. It is possible at most.
func (v Verdict) Uncheck() Verdict {
	v.Evidence = slices.Clone(v.Evidence)
	for i, e := range v.Evidence {
		if e.Detector == CopyDetector {
			v.Evidence[i].Confidence = min(e.Confidence, Possible)
		}
	}
	v.Evidence = append(v.Evidence, Evidence{
		Detector: UncheckedDetector, Found: "a picture that you gave to ChatGPT could not be compared with it",
	})
	v.Confidence = min(v.Confidence, Possible)
	return v
}

// saidOfCopy returns what As found as a text in any language; ok is false for any other finding.
func saidOfCopy(found string) (_ language.Message, ok bool) {
	rest, looks := strings.CutPrefix(found, "looks like ")
	i := strings.LastIndex(rest, ", at a distance of ")
	if !looks || i < 0 {
		return language.Message{}, false
	}
	return language.Messagef("looks like %s, at a distance of %s", rest[:i],
		strings.TrimPrefix(rest[i:], ", at a distance of ")), true
}
