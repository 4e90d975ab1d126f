package fingerprint

import "time"

// sealState is what became of a Content Credential.
type sealState uint8

const (
	noSeal         sealState = iota
	sealBroken               // it does not match these bytes: edited, cut short, transplanted
	sealOther                // intact, and OpenAI has no part in it
	sealUnanchored           // intact, says OpenAI, and no pinned anchor vouches for it
	sealDerived              // intact, signed by another maker over an OpenAI image
	sealGenuine              // intact, OpenAI's, anchored
)

// seal is what a Content Credential comes to for the question at hand.
type seal struct {
	state   sealState
	product Product   // Unstated when it names none
	signer  string    // whose certificate it was
	made    time.Time // when it was signed; zero where nothing trustworthy says
	expired bool      // the certificate expired since, and no token says when it was used
}

// maker is the signer for a sentence.
func (s seal) maker() string {
	if s.signer == "" {
		return "another maker"
	}
	return s.signer
}
