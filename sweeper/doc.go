// Package sweeper is the engine: it scans storages, plans what the policy
// says is due, executes a plan, purges, undoes, and completes after a crash
// what was interrupted.
//
// The one idea: a Plan is a value. Scanning and planning change nothing;
// everything that changes something is in a plan that can be counted, printed,
// saved and read before it is executed once, and executing takes nothing from
// the plan on trust: each file is decided on again, by the same policy, at the
// revision that was examined, and goes only through providers.Storage.
//
// It knows no kind of storage and prints nothing.
package sweeper
