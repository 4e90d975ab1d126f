// Package content is the bytes of the files in a rehearsal: kept in memory, or computed from a seed whenever they are
// read, so that a million of them need memory only for their description.
//
// Content never changes. So any number of files in any number of clouds may share it, and its checksums are computed
// once.
//
// The package knows no service and does no I/O.
package content
