// Package rehearsal puts up the clouds of internal/cloudfake with people and
// files in them, and everything a program needs to be pointed at them: a proxy
// on loopback, the certificate to trust, and an OAuth client, in a private folder
// that goes when the rehearsal ends.
//
// The one idea: whoever rehearses needs no account and can lose nothing. All
// files are made up here, all that listens listens on loopback, and what was
// written to the disk is removed one by one: what somebody else put there stays.
//
// It plays a person's part where a browser would be needed (Allow), and otherwise
// leaves the clouds to whoever calls them.
package rehearsal
