// Package xdgtrash puts files into the trash of the person who runs the program, lists them there, restores them, and
// deletes them for good, by the freedesktop.org Trash specification 1.0
// (https://specifications.freedesktop.org/trash-spec/1.0/). It runs no other program. Entries that other programs made
// are listed, restored and purged alike.
//
// The sections of the specification, and what follows from them here:
//
//   - "Trash directories": a file goes to the home trash, $XDG_DATA_HOME/Trash, if that is in the same volume. If not,
//     it goes to $topdir/.Trash/$uid, if an administrator made .Trash, with the sticky bit and no symbolic link, and
//     otherwise to $topdir/.Trash-$uid. No file is copied to another file system. $topdir is the top of a mount; on
//     btrfs that of a subvolume too, out of which no file can be renamed.
//   - "Contents of a trash directory": the .trashinfo is complete, and durable, before the file moves into files/. Both
//     have the same name, which contains the caller's key, so that no other program can have it. Path= is absolute in
//     the home trash, and in others relative to $topdir; one with ".." is not followed. If a key comes twice the first
//     one counts.
//   - "Directory size cache": List reads directorysizes. As no folder is put into the trash or taken out of it, it
//     is never written.
//   - "Implementation notes": the name in the trash begins and ends as the file's own. Nothing is deleted but by Purge.
//
// Put, Restore and Purge are for regular files: folders, links and the rest are listed, and left alone.
//
// # What is safe
//
// A path only serves to find a file. Put holds the file open, moves it by its name, compares what has moved with what
// is open, and puts it back if it is another. Nothing is ever replaced: where the file system has no rename that
// refuses to (NFS, 9p, many on FUSE), the file goes in by a rename to a name that only this move can have, and comes
// out by a hard link. No symbolic link is followed, in no part of a path, and no folder is removed. Each step is
// durable before the next one begins, so that after a crash at any moment Settle finds what became of a file, by the
// key that Put was given.
//
// All but Home and ResolveHome is for Linux 5.6 and later.
package xdgtrash
