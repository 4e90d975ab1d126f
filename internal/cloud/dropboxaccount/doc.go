// Package dropboxaccount has the parts that every use of a Dropbox account needs: the meaning of its API's error
// answers, the scopes for each use, the addresses of its sign-in, and the account of a token.
//
// It calls only users/get_current_account and users/get_space_usage, to describe the account, and auth/token/revoke;
// finding, deleting and restoring files is in providers/dropbox.
package dropboxaccount
