// Package losefs is a file system in memory that forgets, as a power cut
// makes a disk forget, what was not synced. Real, unmodified processes use it
// through FUSE; a test cuts the power at the nth change and goes on with what
// a disk could hold then. Linux, as root, and nothing but tests uses it.
//
// # What is durable
//
//   - The bytes and the size of a file: after fsync(2) or fdatasync(2) of it;
//     its mode, owner and times after fsync(2).
//   - A name: after fsync(2) of the directory that it is in. This is all that
//     POSIX promises; most file systems do more (ext4 commits everything that
//     its log holds), but nobody owes it.
//   - A new file or directory is there as soon as one of its names is, though
//     perhaps empty: its bytes, or the names in it, are synced for themselves.
//   - A rename is durable as a whole as soon as one of its two directories is
//     synced, because file systems with a log write it as one. With
//     Options.Halves each side waits for the sync of its own directory, so
//     that a file can come back with two names, or with none.
//   - What happened to one name is durable in the order in which it happened.
//
// What was not synced may survive nevertheless, in any order: any part of the
// changes of names, and of the bytes any 512-byte sectors.
//
// # What differs from a disk
//
// Locks and leases are the kernel's own. syncfs(2) and sync(2) do not reach a
// FUSE file system and make nothing durable. Memory that a process has mapped
// is written when the kernel likes; such a write is not counted as a change.
// There are no symbolic links, devices, or extended attributes.
package losefs
