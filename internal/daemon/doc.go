// Package daemon is the service, sweepd run: it follows every storage of a policy, each on its own, and does what
// the policy's mode allows: by its schedule, after a change of files, or at the user's request.
//
// Run opens the record and the receivers (run.go), starts a loop for each storage (loops.go) and supervises them
// (keep.go). A loop is one goroutine: it opens its storage (loop.go), waits (await.go), and makes passes
// (pass.go). The pure function decide (decide.go) returns the next pass and its time from an agenda, a timing and
// a moment. policyfile.go compares the policy file with the policy in force, before each deletion too; reload.go
// adopts a changed one. announce.go and digest.go report, state.go and status.go hold the state that others see,
// serve.go accepts requests.
//
// Two kinds of state have two rules: the fields of a loop belong to its goroutine or are guarded by loop.mu,
// those of the daemon are set before the loops start, belong to keep, or are guarded by daemon.mu. If both locks
// are taken, daemon.mu comes first.
//
// A daemon is one for each record. It prints nothing: runs go to a function of the caller, to journald and to the
// receivers in the policy.
package daemon
