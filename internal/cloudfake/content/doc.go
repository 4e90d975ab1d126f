// Package content is the bytes of the files in a rehearsal: kept in memory, or
// computed from a seed whenever they are read, so that a million of them cost no
// memory but their description.
//
// The one idea: content never changes, and so it may be given to any number of
// files in any number of clouds, and its checksums are computed once.
//
// It knows no service and does no I/O.
package content
