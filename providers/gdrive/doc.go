// Package gdrive sweeps one Google Drive account through the Drive API v3
// (https://developers.google.com/workspace/drive/api/reference/rest/v3): My
// Drive, and the shared drives that are asked for.
//
// A file is listed only if it is the account's own and Google calls it an
// image; one full listing, then the change feed. What the listing says of a
// file (hashes, star, camera) costs no download, and what is read is read by
// range from one revision that cannot change.
//
// Drive has no conditional write. So a move to the trash is: look and compare,
// update, compare what the answer says the file is now, and take it out again
// if it is another. The key of the operation is written on the file in the same
// update (appProperties, which no other program sees), so that what became of a
// lost answer can be told by looking. Only files are ever deleted for good,
// one at a time, never folders.
//
// docs/google-drive.md has what can differ on the real service.
package gdrive
