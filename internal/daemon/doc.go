// Package daemon is the service, sweepd run: it follows every storage of a policy, each on its own, and does what the
// policy's mode allows, when its schedule, a change of files or the user says so.
//
// A daemon is one for each record. It prints nothing: runs go to a function of the caller, to journald and to the
// receivers in the policy.
package daemon
