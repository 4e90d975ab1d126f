// Package dropbox sweeps one Dropbox account through the Dropbox API v2
// (https://www.dropbox.com/developers/documentation/http/documentation): the
// person's own folder, or the space of their team.
//
// A file's Ref is its path in lower case, which is how Dropbox itself tells
// files apart, and how its change history names what is gone: it gives no id
// then. A Revision is the rev that Dropbox gives each state of a file, with all
// that a person may have changed.
//
// Deletion is conditional: by path, and only while the file there is at that rev
// (parent_rev), so that Dropbox itself refuses what was changed, moved or
// replaced since. Folders are never deleted. There is no trash bin but the
// history of each path; what is in it is found by list_revisions, and restored
// by path and rev, never over another file. Only an app that a team has linked
// can delete for good.
//
// docs/dropbox.md has what can differ on the real service.
package dropbox
