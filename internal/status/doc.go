// Package status is what a running daemon says of itself: a page of values that
// it fills in, shown as JSON to sweepd status, as metrics to Prometheus, and as
// one word to whoever watches over it; and the two things that it may be told.
//
// The one idea: what somebody may learn depends on the way they came. The
// control socket is its owner's alone, and there everything is said and taken.
// An address on the loopback is everybody's on the machine, and every page's
// that a browser there has open: it says how much and how well, never the name of a
// file or the text of an error, and takes nothing.
//
// It knows no storage, no policy and no clock: State and Now are asked for.
package status
