package fingerprint

import (
	"time"

	"github.com/sweepd/sweepd/fingerprint/filename"
)

// findings holds what the detectors found in one image.
type findings struct {
	header     header
	name       filename.Match // zero if the name is of no family
	nameDate   time.Time      // the latest time in the name if that is before the signing; zero otherwise
	labs       labsMark
	credential credential
}

// weigh returns the verdict: the highest level that any evidence alone supports, capped by the evidence against. If
// the credential is genuine, the credential and the name decide together.
func (s findings) weigh() Verdict {
	v := Verdict{
		MediaType: s.header.mediaType,
		Width:     s.header.width,
		Height:    s.header.height,
		Product:   s.product(),
		Camera:    s.header.camera,
		Evidence:  s.evidence(),
		Partial:   s.credential.open || s.header.endOpen || s.header.limited,
	}
	if s.credential.state == sealGenuine {
		v.Confidence, v.Made, v.Twin = s.genuine(), s.credential.made, s.credential.twin
		return v
	}
	for _, e := range v.Evidence {
		v.Confidence = max(v.Confidence, e.Confidence)
	}
	v.Confidence = min(v.Confidence, s.ceiling())
	v.Derived = v.Confidence > None && s.derived() // None has no derivation
	return v
}

// genuine returns the level with a verified OpenAI credential. If the credential does not name the product, ChatGPT's
// own download name decides. If the name is another product's own, "ChatGPT" in the credential is not enough: images
// made through the API had it too.
func (s findings) genuine() Confidence {
	switch {
	case s.credential.unsure():
		return Strong
	case s.credential.product == ChatGPT && !s.rivalName():
		return Proven
	case s.credential.product == Unstated && s.ownName():
		return Proven
	}
	return Strong
}

// ceiling returns the highest level that the evidence against ChatGPT allows.
func (s findings) ceiling() Confidence {
	switch {
	case s.header.cut, s.header.limited, s.credential.state == sealOther:
		return Possible
	case s.credential.state == sealBroken && !s.rewritten():
		return Possible
	case s.credential.state == sealDerived:
		return Likely
	}
	return Proven
}

// ownName reports whether the name is an untouched download name of ChatGPT that these bytes can have got.
func (s findings) ownName() bool {
	return s.name.Untouched && s.name.Product == string(ChatGPT) && !s.foreignName()
}

// foreignName reports whether the name was given to another picture: it is older than the signature. A person or a
// tool wrote this picture over one that had the name.
func (s findings) foreignName() bool { return !s.nameDate.IsZero() }

// rivalName reports whether the name is an untouched download name of another product, even if it is older than the
// signature: what is evidence against ChatGPT counts in either case.
func (s findings) rivalName() bool { return s.name.Untouched && s.name.Product != string(ChatGPT) }

// product returns the product that the credential names. If it names none, ChatGPT's own download name does. If
// it names ChatGPT and the file has another product's own name, the name counts, as in genuine.
func (s findings) product() Product {
	byName := Product(s.name.Product)
	if s.foreignName() {
		byName = NoProduct
	}
	switch {
	case s.credential.state == sealGenuine && s.credential.product == Unstated && s.ownName():
		return ChatGPT
	case s.credential.state == sealGenuine && s.credential.product == ChatGPT && s.rivalName():
		if byName == NoProduct {
			return Unstated
		}
		return byName
	case s.credential.state == sealGenuine:
		return s.credential.product
	case s.labs.whole():
		return Labs
	}
	return byName
}

// rewritten reports whether a picture has the untouched name that ChatGPT has used since March 2025, but not the
// credential that it has put into every such picture, or only one that OpenAI signed for other bytes. A program has
// packed the pixels anew; whether it kept the old credential is that program's habit and means nothing.
func (s findings) rewritten() bool {
	if s.name.Family != "chatgpt" || s.header.cut || s.header.limited {
		return false
	}
	return s.credential.state == noSeal && !s.header.credential ||
		s.credential.state == sealBroken && s.credential.openAI
}

// derived reports whether the image was changed after it was made. A genuine credential shows that the bytes are
// unchanged, regardless of the name; weigh does not call derived then.
func (s findings) derived() bool {
	switch s.credential.state {
	case sealBroken, sealDerived, sealOther:
		return true
	}
	resaved := s.labs.whole() && s.header.mediaType != "image/png" // Labs saved PNG files only
	return s.name.Derived || resaved || s.rewritten()
}
