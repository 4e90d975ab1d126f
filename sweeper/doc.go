// Package sweeper is the engine. It scans storages, plans what is due by the policy, executes a plan, purges, undoes,
// and completes interrupted operations after a crash.
//
// A Plan is a value. Scanning and planning change no file; every change is in a plan, which can be counted, printed,
// saved and read before it is executed once. Executing trusts nothing in the plan: each file is decided again, by the
// same policy, at the revision that was examined, and is moved only through providers.Storage.
//
// A scan lists a storage (listing.go, pass.go), takes verdicts from the journal or examines files (examine.go,
// reader.go), and decides on each match by the steps of question (steps.go, decide.go). A plan adds the due entries of
// the trash bins (planpurge.go, bins.go) and leaves out last copies (copies.go). Execute claims a part of the limits
// (budget.go, brakes.go), takes the leases of the storages and completes interrupted operations (run.go), begins
// graces, moves files by the steps of move (move.go), and purges (purge.go). Undo is in undo.go.
//
// All times are computed from Options.Now. If the clock may be wrong (clock.go), every decision that depends on an age
// is held.
//
// The package knows no kind of storage and prints nothing.
package sweeper
