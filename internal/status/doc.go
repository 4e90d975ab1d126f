// Package status serves the state of a running daemon: as JSON for sweepd status, as metrics for Prometheus, and as a
// health check; and it takes the daemon's two commands, sweep and reload.
//
// Access depends on the address. The control socket belongs to its owner, so it has the whole state and takes
// commands. A loopback address is open to every user of the machine, and to every page in a browser there, so it has
// figures and health, never the name of a file or the text of an error, and takes no commands.
//
// The package knows no storage, no policy and no clock: the caller passes State and Now.
package status
