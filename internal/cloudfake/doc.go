// Package cloudfake is a place to rehearse on: clouds that live in memory and
// answer on loopback under their real host names. The services themselves are
// packages below it (drive, dropbox); this package is the roof they share: the
// record of every request and every mutation, the faults that are injected, and
// a CONNECT proxy with a certificate authority of its own, so that an unmodified
// client needs HTTPS_PROXY and SSL_CERT_FILE and nothing else.
//
// The one idea: a client is judged by the record of what it did, not by what it
// says it did. A service therefore has state, refuses what the real one refuses,
// and never answers a question that it did not understand.
//
// It opens no connection to anywhere and asks no clock: the time is
// Options.Now. It knows no provider by name.
package cloudfake
