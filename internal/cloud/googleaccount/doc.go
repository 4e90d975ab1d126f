// Package googleaccount has the parts that every use of a Google account needs: the meaning of the APIs' error answers,
// the scopes for each use, the addresses of the sign-in, and the account of a token.
//
// It calls only about.get, to describe the account; finding, trashing and purging files is in providers/gdrive.
package googleaccount
