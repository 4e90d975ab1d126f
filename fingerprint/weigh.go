package fingerprint

import "sweepd/fingerprint/filename"

// sight is all that the detectors saw of one image.
type sight struct {
	header header
	name   filename.Match // the zero Match when the name is of no family
	labs   labsMark
	seal   seal
}

// weigh makes one verdict of it: the highest that any evidence amounts to
// alone, capped by what speaks against it; but a genuine credential and the
// name are read together.
func (s sight) weigh() Verdict {
	v := Verdict{
		MediaType: s.header.mediaType,
		Width:     s.header.width,
		Height:    s.header.height,
		Product:   s.product(),
		Evidence:  s.evidence(),
		Skimmed:   s.seal.open || s.header.endOpen || s.header.spent,
	}
	if s.seal.state == sealGenuine {
		v.Confidence, v.Made = s.genuine(), s.seal.made
		return v
	}
	for _, e := range v.Evidence {
		v.Confidence = max(v.Confidence, e.Confidence)
	}
	v.Confidence = min(v.Confidence, s.ceiling())
	v.Derived = v.Confidence > None && s.derived() // of nothing, nothing is derived
	return v
}

// genuine is the level with a verified OpenAI credential. Which product made
// the image it may leave open, and then ChatGPT's own download name tells.
// Where the name is another product's own, the word "ChatGPT" in the
// credential is not enough: images made through the API had it too.
func (s sight) genuine() Confidence {
	switch {
	case s.seal.unsure():
		return Strong
	case s.seal.product == ChatGPT && !s.rivalName():
		return Proven
	case s.seal.product == Unstated && s.ownName():
		return Proven
	}
	return Strong
}

// ceiling is what the evidence against ChatGPT leaves possible at most.
func (s sight) ceiling() Confidence {
	switch {
	case s.header.cut, s.header.spent, s.seal.state == sealBroken, s.seal.state == sealOther:
		return Possible
	case s.seal.state == sealDerived:
		return Likely
	}
	return Proven
}

// ownName reports whether ChatGPT itself names its downloads so.
func (s sight) ownName() bool { return s.name.Untouched && s.name.Product == string(ChatGPT) }

// rivalName reports whether another product itself names its downloads so.
func (s sight) rivalName() bool { return s.name.Untouched && s.name.Product != string(ChatGPT) }

func (s sight) product() Product {
	byName := Product(s.name.Product)
	switch {
	case s.seal.state == sealGenuine && s.seal.product == Unstated && s.ownName():
		return ChatGPT
	case s.seal.state == sealGenuine && s.seal.product == ChatGPT && s.rivalName():
		if byName == NoProduct {
			return Unstated
		}
		return byName
	case s.seal.state == sealGenuine:
		return s.seal.product
	case s.labs.whole():
		return Labs
	}
	return byName
}

// derived reports whether somebody worked on the image. Where a genuine
// credential signs the bytes nobody asks: they are as they were made, whatever
// the name has become.
func (s sight) derived() bool {
	switch s.seal.state {
	case sealBroken, sealDerived, sealOther:
		return true
	}
	resaved := s.labs.whole() && s.header.mediaType != "image/png" // Labs gave PNG files only
	return s.name.Derived || resaved
}
