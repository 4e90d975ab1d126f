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
//
// # Guards
//
// A guard that cannot look holds the file. What each of them does not see:
//
//   - open: writers on file systems without leases (NFS, most of FUSE), and of
//     other people's files; a program that only reads it.
//   - partial: a program that leaves no file of the same name beside it, or one
//     of a random name, as rsync and newer versions of Firefox do (theirs are
//     moved to the final name when they are whole).
//   - placeholder: sync programs that say it neither by blocks nor by the
//     attributes of Nextcloud, ownCloud and OpenCloud. That a file which is here
//     is also in a cloud does not hold it: who sweeps a synced folder sweeps the
//     cloud, and is to know that from the folder's place.
//   - git: work trees whose repository is told by the environment or by
//     core.worktree alone (a home under yadm), or is out of sight: a container
//     into which only a folder of it is mounted cannot know of it; what is
//     committed and no longer in the index; Mercurial, Subversion and the rest.
//   - mentioned: see package mentions; documents above the root, in another
//     root, behind links and on other mounts; what was written since the
//     listing began, or in a long run within the last two seconds, or twenty
//     times as long as it takes to read the documents again. A list of the very
//     files, a plan of a sweep among them, names them too: it is best kept
//     outside of the root.
//   - library: one without a marker that is its program's alone (Shotwell,
//     Joplin and others keep theirs elsewhere); one that the root is, or is in.
//   - tagged: stars that programs keep in a database, in GVfs, or in the picture
//     itself.
package local
