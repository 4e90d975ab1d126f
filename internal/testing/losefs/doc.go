// Package losefs is a file system in memory that loses changes that were not synced, as a disk does at a power cut.
// Real, unmodified processes use it through FUSE; a test cuts the power at the nth change and continues with a
// content that a disk could have then. It runs on Linux, as root, and only tests use it.
//
// # What is durable
//
//   - The bytes and the size of a file: after fsync(2) or fdatasync(2) of it; its mode, owner and times after
//     fsync(2).
//   - A name: after fsync(2) of the directory that it is in. POSIX promises no more than this; most file systems do
//     more (ext4 commits everything in its log), but a program must not rely on it.
//   - A new file or directory exists as soon as one of its names does, though it may be empty: its bytes, or the
//     names in it, need a sync of their own.
//   - A rename is durable as a whole as soon as one of its two directories is synced, because file systems with a log
//     write it as one. With Options.Halves each side waits for the sync of its own directory, so that a file can
//     reappear with two names, or with none.
//   - Changes of one name become durable in the order in which they were made.
//
// Changes that were not synced may survive nevertheless, in any order: any part of the changes of names, and any
// 512-byte sectors of the bytes.
//
// # What differs from a disk
//
// Locks and leases are the kernel's own. syncfs(2) and sync(2) do not reach a FUSE file system and make nothing
// durable. The kernel chooses when to write memory that a process has mapped; such a write is not counted as a
// change. There are no symbolic links, devices, or extended attributes.
package losefs
