// Package cloudsim simulates clouds, in memory, that answer on loopback under their real host names. The services
// themselves are packages below it (drive, dropbox). This package has their shared parts: the record of every request
// and every mutation, the faults that are injected, and a CONNECT proxy with its own certificate authority, so that
// an unmodified client needs only HTTPS_PROXY and SSL_CERT_FILE.
//
// A client is judged by the record of its actions, not by its own report. A service therefore has state, refuses the
// requests that the real one refuses, and never answers a request that it does not understand.
//
// The package opens no outgoing connection and reads no clock: the time is Options.Now. It knows no provider by name.
package cloudsim
