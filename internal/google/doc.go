// Package google holds what every use of a Google account needs: what the
// error answers of Google's APIs mean, which scopes let whom do what, the
// addresses of its sign-in, and whose account a token is of.
//
// It calls no API but about.get, to learn the account; finding, trashing and
// purging files is providers/gdrive's.
package google
