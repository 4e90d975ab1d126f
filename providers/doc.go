// Package providers says what a storage is: the words (Entry, Ref, Revision,
// Receipt), the small interface that a kind of storage implements (Driver), and
// the one concrete type through which everything else reads and deletes
// (Storage).
//
// The one idea: a driver does what it is told, exactly, or says why not; every
// rule that must never be skipped - stay inside the roots, act only on the
// revision that was examined, write the journal first - is written once, in
// Storage. There is no other way to a deletion. A Storage without a Recorder
// cannot delete at all: that is the dry run.
//
// The package decides nothing about which files go; it knows neither policies
// nor fingerprints.
package providers
