// Package discovery checks requests and answers of a Google API against the
// discovery document that Google ships in its Go client: names and types of
// fields, int64 as strings, times, parameters, scopes. It is how a test lets
// somebody else say whether our Drive speaks as Drive does. Tests only.
//
// It knows nothing of what an answer means, only of how it is written.
package discovery
