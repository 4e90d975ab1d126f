package cloudhttp

import (
	"net/http"
	"time"
)

// Answer is what a service answered, for a Classify to judge. Only answers with
// a status of 400 and above are judged.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte    // its first 64 KiB
	Now    time.Time // when it came
}

// Meaning is what an answer says about its request.
type Meaning struct {
	Kind    Kind
	Reason  string        // the service's own word for it, if it has one
	Text    string        // what the service says to people, if anything
	Until   time.Time     // Exhausted: when it is worth asking again; zero: not known
	After   time.Duration // what the body asks to wait, 0 if nothing; the header Retry-After is not Classify's
	Lasting bool          // Exhausted: no other call would fare better until then
}

// ByStatus judges by the status alone (RFC 9110, section 15; RFC 6585,
// section 4), for services of which no more is known.
func ByStatus(a Answer) Meaning {
	switch {
	case a.Status < 400:
		return Meaning{Kind: Pass}
	case a.Status == http.StatusUnauthorized:
		return Meaning{Kind: Unauthorized}
	case a.Status == http.StatusForbidden:
		return Meaning{Kind: Denied}
	case a.Status == http.StatusNotFound:
		return Meaning{Kind: Missing}
	case a.Status == http.StatusTooManyRequests:
		return Meaning{Kind: Limited}
	case a.Status == http.StatusRequestTimeout, a.Status >= 500:
		return Meaning{Kind: Unavailable}
	}
	return Meaning{Kind: Refused}
}
