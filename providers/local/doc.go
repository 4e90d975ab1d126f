// Package local is the storage that a local disk is: folders below given roots, and the freedesktop.org trash bin of
// the person who runs it.
//
// Its principle: a path only serves to find a file; each operation acts on the descriptor that was compared with the
// examined revision. The kernel resolves every step from a root downward beneath the root's own descriptor, through
// no symbolic link and onto no other mount (openat2). A file is moved first, then compared with the descriptor, and
// put back if it is another.
//
// The package reads no environment and does not decide which files go; package guards answers what holds one. It never
// copies, never removes a directory and has no recursive delete. Deleting is for Linux; on other systems the package
// lists and reads, and refuses the rest.
package local
