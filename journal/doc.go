// Package journal is the durable record of a machine's sweeps: one SQLite file
// that says what was intended, what came of it, what was seen, and what a
// person decided.
//
// The one idea: an acknowledgement is a promise. Begin, End and every other
// write return nil only after a commit that survives kill -9 and power loss;
// calls that wait together share one commit. What cannot be read is an error,
// never "nothing": a damaged file, one of a newer version and one of another
// program are refused and left as they are.
//
// Only the verdict cache (Seen) may be lost: that costs time, never safety.
// The package decides nothing and touches no storage.
package journal
