// Package report describes a run: as text for the user, as JSON, as the fields of a log record, and as a page to look
// at. It reads the journal and decides nothing.
//
// Everything that may leave the machine (a subject, a text without names, fields) contains no path and no file name.
package report
