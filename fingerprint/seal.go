package fingerprint

import (
	"strings"
	"time"
	"unicode"

	"sweepd/fingerprint/c2pa"
)

// sealState is what became of a Content Credential.
type sealState uint8

const (
	noSeal         sealState = iota
	sealBroken               // it does not match these bytes: edited, cut short, transplanted
	sealOther                // OpenAI has no part in it
	sealUnanchored           // it says OpenAI, and no pinned anchor vouches for it
	sealDerived              // OpenAI's work and others'
	sealGenuine              // OpenAI signed exactly these bytes and says it made them
)

// seal is what a Content Credential comes to for the question at hand.
type seal struct {
	state   sealState
	open    bool      // that these are the bytes is taken for granted: they were not compared
	intact  bool      // of a derived one: the bytes are as they were signed
	product Product   // Unstated when a genuine one names none
	reason  string    // for the state, a clause
	made    time.Time // when a genuine one was signed; zero where nothing trustworthy says
	untimed bool      // no time stamp says when
	pinned  bool      // the certificate itself is a known one of OpenAI's
}

// sealOf reads c for the question at hand; c may be nil. Its texts, other than
// a genuine credential's, are anybody's.
func sealOf(c *c2pa.Credential) seal {
	if c == nil {
		return seal{}
	}
	s := seal{reason: printable(c.Reason), open: c.Open, intact: c.Intact.Answer == c2pa.Yes || c.Open}
	switch c.Class {
	case c2pa.Other:
		s.state = sealOther
	case c2pa.Unproven:
		s.state = sealUnanchored
	case c2pa.Derived:
		s.state = sealDerived
	case c2pa.Verified:
		s.state, s.product = sealGenuine, productOf(c.Product)
		s.made, s.untimed, s.pinned = c.Made.UTC(), c.Time.Answer != c2pa.Yes, c.Pinned
	default:
		s.state = sealBroken
	}
	return s
}

// unsure reports whether a genuine credential might have been made with an old
// key long after its time: nothing says when, and the certificate is not one
// that OpenAI is known to have used.
func (s seal) unsure() bool { return s.untimed && !s.pinned }

// productOf takes a product that is not known here for unstated: less than
// ChatGPT.
func productOf(word string) Product {
	switch p := Product(word); p {
	case ChatGPT, API, Sora:
		return p
	}
	return Unstated
}

// printable makes a text from a file fit for a sentence on a terminal.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 240 {
		s = string(runes[:240]) + "…"
	}
	return s
}
