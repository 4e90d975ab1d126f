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
// What may justify or hinder a deletion - runs, operations, words - is chained
// by hash, and the last line of the chain is noted in a file beside the
// journal, ".head": Verify finds what was changed, and Open an older copy that
// was put back. This tells accidents and other programs' doings, not the work of
// somebody who may write to the directory and rewrites both. Whoever acts by
// what a journal says runs Check first.
//
// Only the verdict cache (Seen) may be lost: that costs time, never safety.
// The package decides nothing and touches no storage.
package journal
