// Package gdrive sweeps one Google Drive account through the Drive API v3
// (https://developers.google.com/workspace/drive/api/reference/rest/v3): My Drive, and the shared drives that are
// configured.
//
// A file is listed only if it is the account's own and Google reports it as an image: by one full listing, then by
// the change feed. The attributes in the listing (hashes, star, camera) cost no download, and bytes are read by range
// from one revision that cannot change.
//
// Drive has no conditional write. So a move to the trash is: look and compare, update, compare the file in the
// answer, and take it out again if it is another. The key of the operation is written on the file in the same update
// (appProperties, which no other program sees), so that a look at the file shows the outcome if an answer is lost.
// Only files are ever deleted for good, one at a time, never folders.
//
// docs/google-drive.md lists what can differ on the real service.
package gdrive
