// Package discovery checks requests and answers of a Google API against the discovery document that Google ships in
// its Go client: names and types of fields, int64 as strings, times, parameters, scopes. With it a test lets Google's
// own documents decide whether our Drive and our Directory have the form of the real ones. Only tests use it.
//
// It checks only the form of an answer, not its meaning.
package discovery
