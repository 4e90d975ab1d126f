// Package rehearsal starts the clouds of internal/cloudsim with accounts and files in them, and prepares everything
// that a program needs to use them: a proxy on loopback, the certificate to trust, and an OAuth client, in a private
// folder that is removed when the rehearsal ends.
//
// A rehearsal needs no account and can lose nothing. All files are made up here, every listener is on loopback, and
// the files that were written to the disk are removed one by one: files of other programs stay.
//
// The package does the user's part where a browser would be needed (Allow); otherwise the clouds serve the programs
// that call them.
package rehearsal
