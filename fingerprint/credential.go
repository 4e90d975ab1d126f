package fingerprint

import (
	"strings"
	"time"
	"unicode"

	"github.com/sweepd/sweepd/fingerprint/c2pa"
)

// sealState is the classifier's result for a Content Credential.
type sealState uint8

const (
	noSeal         sealState = iota
	sealBroken               // it does not match these bytes: edited, cut short, transplanted
	sealOther                // no part of it is OpenAI's
	sealUnanchored           // it names OpenAI, and no pinned anchor confirms that
	sealDerived              // partly OpenAI's work
	sealGenuine              // OpenAI signed exactly these bytes and claims to have made them
)

// credential is the part of a Content Credential that the verdict depends on.
type credential struct {
	state   sealState
	open    bool      // the bytes were not compared with the signed ones
	tagged  bool      // a rating, a comment or other metadata was added since, and all else is as signed
	openAI  bool      // of a broken one: OpenAI signed it, for other bytes
	intact  bool      // of a derived one: the bytes are as signed
	product Product   // of a genuine one; Unstated if it names none
	reason  string    // a clause that explains the state
	made    time.Time // when a genuine one was signed; zero if no trustworthy source states it
	untimed bool      // no verified time stamp
	twin    c2pa.Twin // of a genuine one whose bytes were compared
	pinned  bool      // the certificate is a known one of OpenAI's
}

// credentialOf returns the credential of c, which may be nil. Only a genuine credential's texts come from OpenAI; the
// author of the others is unknown.
func credentialOf(c *c2pa.Credential) credential {
	if c == nil {
		return credential{}
	}
	s := credential{
		reason: printable(c.Reason), open: c.Open, tagged: c.Tagged, intact: c.Intact.Answer == c2pa.Yes || c.Open,
	}
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
		s.twin = c.Twin
	default:
		s.state, s.openAI = sealBroken, c.OtherBytes
	}
	return s
}

// sameDay is how much later than its download name, in hours of any time zone, a picture may have been signed: the name
// has the local time of the download, which is after the signing, and local time is at most 12 hours behind UTC.
const sameDay = 12 * time.Hour

// olderName returns the latest time that the name of a picture can mean if the picture was signed after it, and the
// zero time otherwise.
func (c *Classifier) olderName(name string, s findings) time.Time {
	if s.credential.state != sealGenuine || s.credential.made.IsZero() || s.name.Family == "" {
		return time.Time{}
	}
	latest, ok := c.names().Latest(name)
	if !ok || !latest.Add(sameDay).Before(s.credential.made) {
		return time.Time{}
	}
	return latest
}

// unsure reports whether a genuine credential might have been made with an old key long after its time: it has no
// verified time stamp, and OpenAI is not known to have used the certificate.
func (s credential) unsure() bool { return s.untimed && !s.pinned }

// productOf returns the product of that name, or Unstated, which is worth less than ChatGPT, if the name is unknown.
func productOf(word string) Product {
	switch p := Product(word); p {
	case ChatGPT, API, Sora:
		return p
	}
	return Unstated
}

// printable returns the text s of a file without unprintable characters and cut to 240 characters, for a sentence on
// a terminal.
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
