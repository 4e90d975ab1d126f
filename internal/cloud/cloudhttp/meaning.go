package cloudhttp

import (
	"net/http"
	"time"
)

// Answer is a service's answer, for Classify. Only answers with a status of 400 and above are classified.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte    // its first 64 KiB
	Now    time.Time // when it arrived
}

// Meaning is the meaning of an answer for its request.
type Meaning struct {
	Kind   Kind
	Reason string    // the service's own code, if it has one
	Text   string    // the service's message for users, if any
	Until  time.Time // Exhausted: when a call may succeed again; zero: not known
	// After is how long the body asks to wait, 0 if it does not; Classify does not read the header Retry-After.
	After   time.Duration
	Lasting bool // Exhausted: every other call would fail too until then
}

// ByStatus returns the meaning by the status alone (RFC 9110, section 15; RFC 6585, section 4), for services of which
// no more is known.
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
