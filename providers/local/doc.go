// Package local is the storage that a local disk is: folders below given
// roots, and the freedesktop.org trash bin of the person who runs it.
//
// The one idea: a path is only a way to find a file; what is acted on is always
// the descriptor that was compared with the examined revision. Every step from
// a root downward is resolved by the kernel beneath the root's own descriptor,
// through no symbolic link and onto no other mount (openat2), and a file is
// moved first, then compared with the descriptor, and put back if it is another.
//
// The package reads no environment and decides nothing about which files go.
// It never copies, never removes a directory and knows no recursive delete.
// Deleting is for Linux; elsewhere it lists and reads, and refuses the rest.
package local
