// Package guards answers what speaks against deleting a file on a local disk: more names, another owner, a program that
// is at work on it, Git, a document that mentions it, a library that it is part of, and a star that it was given.
//
// A guard that cannot look holds the file. The limits of each guard:
//
//   - open: misses writers on file systems without leases (NFS, most of FUSE), writers of other users' files, and
//     programs that only read the file.
//   - partial: misses programs that leave no file of the same name beside it, or one with a random name, as rsync and
//     newer versions of Firefox do (they move theirs to the final name when it is complete).
//   - placeholder: misses sync programs that mark placeholders neither by missing blocks nor by the attributes of
//     Nextcloud, ownCloud and OpenCloud. A file that is here and also in a cloud is not held: sweeping a synced folder
//     sweeps the cloud, as the user can see from the folder's place.
//   - git: misses work trees whose repository is named only by the environment or by core.worktree (a home under
//     yadm), or is not visible: a container into which only a folder of it is mounted cannot detect it; files that are
//     committed and no longer in the index; Mercurial, Subversion and the rest.
//   - mentioned: see package mentions; misses documents above the roots, in another storage, behind links and on other
//     mounts, and those of another root that cannot be read; text written since the listing began, or in a long run
//     within the last two seconds, or twenty times as long as it takes to read the documents again. A list of the files
//     themselves, such as a plan of a sweep, names them too: keep it outside of the roots.
//   - library: misses libraries without a marker of their own program (Shotwell, Joplin and others keep theirs
//     elsewhere), and a library that the root is, or is in.
//   - tagged: misses stars that programs keep in a database, in GVfs, or in the picture itself.
package guards
