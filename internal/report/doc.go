// Package report says what a run did: in words for a person, as JSON, as the
// fields of a log record, and as a page to look at. It reads the journal and
// decides nothing.
//
// Whatever may leave the machine - a subject, a text without names, fields -
// has no path and no file name in it.
package report
