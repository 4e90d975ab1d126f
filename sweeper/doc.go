// Package sweeper is the engine. It scans storages, plans what is due by the policy, executes a plan, purges, undoes,
// and completes interrupted operations after a crash.
//
// A Plan is a value. Scanning and planning change no file; every change is in a plan, which can be counted, printed,
// saved and read before it is executed once. Executing trusts nothing in the plan: each file is decided again, by the
// same policy, at the revision that was examined, and is moved only through providers.Storage.
//
// The package knows no kind of storage and prints nothing.
package sweeper
