// Package cloudhttp is the one way to a cloud service: an http.RoundTripper for
// one account that signs each request, keeps a pace the service puts up with,
// repeats what may be repeated, and says of everything else what is known.
//
// The one idea: an answer, or the lack of one, has a Meaning, and only the
// meaning decides. A call that was certainly not carried out may be sent again
// by anybody. One that may have been carried out is sent again only if it
// changes nothing, or if the caller says that twice is as good as once; else
// its error is ErrUnknownOutcome, and the caller looks.
//
// A failure comes back as an *Error, not as a response: a client library that
// parses bodies cannot lose the status then. An answer is never read as "the
// file is gone": Missing says what the service said, and what it means is for
// a provider to find out.
//
// It knows no service: what an answer means beyond its status is told by the
// Classify of the Options.
package cloudhttp
