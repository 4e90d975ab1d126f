// Package dropbox holds what every use of a Dropbox account needs: what the
// error answers of its API mean, which scopes let whom do what, the addresses
// of its sign-in, and whose account a token is of.
//
// It calls no API but users/get_current_account, to learn the account; finding,
// deleting and restoring files is providers/dropbox's.
package dropbox
