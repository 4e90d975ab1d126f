// Package dropbox sweeps one Dropbox account through the Dropbox API v2
// (https://www.dropbox.com/developers/documentation/http/documentation): the user's own folder, or the space of their
// team.
//
// A file's Ref is its path in lower case. Dropbox itself distinguishes files by it, and its change history names
// deleted files by path only, without an id. A Revision is the rev that Dropbox gives each state of a file, with
// everything else that a person may have changed.
//
// Deletion is conditional: by path, and only while the file there is at that rev (parent_rev), so that Dropbox itself
// refuses a file that was changed, moved or replaced since. Folders are never deleted. Dropbox has no trash bin but
// the history of each path; list_revisions finds the files in it, and they are restored by path and rev, never over
// another file. Only an app that a team has linked can delete for good.
//
// docs/dropbox.md lists what can differ on the real service.
package dropbox
