// Package providers defines what a storage is: the types (Entry, Ref, Revision, Receipt), the small interface that a
// kind of storage implements (Driver), and the one concrete type through which everything else reads and deletes
// (Storage).
//
// A driver does exactly what it is asked to do, or returns an error. Every rule that must never be skipped - stay
// inside the roots, act only on the revision that was examined, write the journal first - is implemented once, in
// Storage. There is no other way to delete a file. A Storage without a Recorder cannot delete at all: that is the dry
// run.
//
// The package does not decide which files are deleted; it knows neither policies nor fingerprints.
package providers
