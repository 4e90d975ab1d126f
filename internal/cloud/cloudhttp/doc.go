// Package cloudhttp calls cloud services. Its Transport is an http.RoundTripper for one account that signs each
// request, keeps a pace that the service accepts, repeats calls that may be repeated, and returns an error with all
// that is known about every other failure.
//
// An answer, or the lack of one, has a Meaning, and only the meaning decides what happens next. A call that was
// certainly not carried out may always be sent again. A call that may have been carried out is sent again only if it
// changes nothing, or if the caller has marked it as Repeatable; otherwise its error is ErrUnknownOutcome, and the
// caller looks.
//
// A failed call returns an *Error, not a response, so that a client library that parses bodies cannot lose the
// status. No answer means "the file is gone": Missing only reports the service's answer, and the provider finds out
// what it means.
//
// The package knows no service: the Classify of the Options interprets an answer beyond its status.
package cloudhttp
