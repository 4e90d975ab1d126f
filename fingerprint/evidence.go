package fingerprint

import (
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// evidence returns the evidence for and against, the weightiest kind first.
func (s findings) evidence() []Evidence {
	var all []Evidence
	for _, e := range []Evidence{
		s.sealEvidence(), s.labs.evidence(), s.cutEvidence(),
		s.nameEvidence(), s.unsignedEvidence(), s.taggedEvidence(), s.untimedEvidence(),
	} {
		if e.Detector != "" {
			all = append(all, e)
		}
	}
	return all
}

// sealEvidence returns the evidence of the credential. One that is broken or not OpenAI's has the level None
// here, and lowers the verdict by ceiling.
func (s findings) sealEvidence() Evidence {
	switch s.credential.state {
	case sealGenuine:
		return Evidence{
			Detector:   "c2pa.verified",
			Found:      s.credential.signed().String(),
			Confidence: findings{credential: s.credential}.genuine(),
		}
	case sealBroken:
		return Evidence{
			Detector: "c2pa.broken",
			Found:    string(s.credential.mismatch()) + s.credential.because(),
		}
	case sealOther:
		return Evidence{Detector: "c2pa.other", Found: "its credential is not OpenAI's" + s.credential.because()}
	case sealUnanchored:
		return Evidence{
			Detector:   "c2pa.unanchored",
			Found:      "its credential is signed by an unknown issuer" + s.credential.because(),
			Confidence: Possible,
		}
	case sealDerived:
		e := Evidence{
			Detector:   "c2pa.derived",
			Found:      "OpenAI made only a part of it" + s.credential.because(),
			Confidence: Possible,
		}
		if s.credential.intact {
			e.Confidence = Likely
		}
		return e
	}
	return Evidence{}
}

// mismatch returns the clause about a broken credential.
func (s credential) mismatch() language.Phrase {
	if s.openAI {
		return language.Phrase("OpenAI's credential does not match these bytes")
	}
	return language.Phrase("its credential does not match these bytes")
}

// taggedEvidence returns the note that a person or a program put metadata on a picture since, whatever its credential
// is worth. The guard "tagged" holds such a picture.
func (s findings) taggedEvidence() Evidence {
	if !s.credential.tagged {
		return Evidence{}
	}
	return Evidence{Detector: TaggedDetector, Found: "a rating, a comment or the like was added to it since"}
}

// unsignedEvidence returns the note that a picture has lost the credential that ChatGPT puts into every picture with
// such a name: it was saved anew. The note alone supports no level.
func (s findings) unsignedEvidence() Evidence {
	if !s.rewritten() || s.credential.state != noSeal {
		return Evidence{}
	}
	return Evidence{Detector: "filename.unsigned", Found: "without the credential that ChatGPT writes"}
}

// untimed is the finding of a missing time stamp that lowers nothing.
const untimed = "no time stamp says when it was signed"

// untimedEvidence returns the evidence of a missing time stamp. It lowers the verdict only if the certificate is
// unknown: OpenAI's files of 2025 carry no time stamp, and all their certificates have expired since.
func (s findings) untimedEvidence() Evidence {
	switch {
	case s.credential.state != sealGenuine || !s.credential.untimed:
		return Evidence{}
	case s.credential.unsure():
		return Evidence{
			Detector: "c2pa.untimed",
			Found:    untimed + ", by a certificate not seen before",
		}
	}
	return Evidence{Detector: "c2pa.untimed", Found: untimed}
}

// because returns the reason in parentheses.
func (s credential) because() string {
	if s.reason == "" {
		return ""
	}
	return " (" + s.reason + ")"
}

// signed returns a clause that names the signer, the product and the date.
func (s credential) signed() language.Message {
	clause := signed(s.product, s.made)
	switch {
	case s.open:
		return clause
	case s.tagged:
		return pixelsUnchanged(clause)
	}
	return unchanged(clause)
}

// cutEvidence returns the evidence that the file is incomplete or was not read far enough. A genuine credential
// shows that nothing is missing.
func (s findings) cutEvidence() Evidence {
	if s.header.limited {
		return Evidence{Detector: "header.unread", Found: "it is too large to examine fully"}
	}
	if s.header.cut && s.credential.state != sealGenuine {
		return Evidence{Detector: "header.cut", Found: "the end of the file is missing"}
	}
	return Evidence{}
}

// evidence returns the evidence of the mark alone. Labs always wrote both texts; one of them alone may have another
// origin.
func (m labsMark) evidence() Evidence {
	switch {
	case m.whole():
		return Evidence{
			Detector:   "exif.labs",
			Found:      "its EXIF says that it was made with OpenAI Labs",
			Confidence: Strong,
		}
	case m.note != "" || m.comment:
		return Evidence{Detector: "exif.mention", Found: "its EXIF mentions OpenAI", Confidence: Possible}
	}
	return Evidence{}
}

// nameEvidence returns the evidence of the name alone on an image of this type.
func (s findings) nameEvidence() Evidence {
	switch p := Product(s.name.Product); {
	case s.name.Family == "":
		return Evidence{}
	case s.foreignName():
		return Evidence{
			Detector: "filename.older",
			Found: otherPicture(s.nameDate.Format(time.DateOnly),
				s.credential.made.Format(time.DateOnly)).String(),
		}
	case s.name.Telling && savedType(s.header.mediaType):
		return Evidence{Detector: "filename.download", Found: "ChatGPT download name", Confidence: Likely}
	case s.name.Untouched && p != ChatGPT && p != NoProduct:
		return Evidence{
			Detector:   "filename.download",
			Found:      downloadOf(p.text()).String(),
			Confidence: Possible,
		}
	case s.name.Untouched:
		return Evidence{Detector: "filename.download", Found: "download name", Confidence: Possible}
	case s.name.Derived:
		return Evidence{Detector: "filename.derived", Found: "changed download name", Confidence: Possible}
	}
	return Evidence{Detector: "filename.loose", Found: "name similar to a download", Confidence: Possible}
}

// savedType reports whether ChatGPT saves images of the media type.
func savedType(mediaType string) bool {
	switch mediaType {
	case "image/png", "image/webp", "image/jpeg", "image/avif":
		return true
	}
	return false
}

// name returns p for use in a sentence, or "" if p names no product.
func (p Product) name() string {
	switch p {
	case ChatGPT:
		return "ChatGPT"
	case Sora:
		return "Sora"
	case API:
		return "the API"
	case Labs:
		return "OpenAI Labs"
	}
	return ""
}
