// Package journal is the durable record of sweeps, in one SQLite file or, for several machines, in a PostgreSQL
// database: the intents, their outcomes, the files seen, and the user's decisions.
//
// Begin, End and every other write return nil only after a commit that survives kill -9 and power loss; concurrent
// calls share one commit. Data that cannot be read is an error and never treated as absent: the package refuses a
// damaged file, one of a newer version and one of another program, and leaves it unchanged.
//
// Runs, operations and decisions, which may justify or prevent a deletion, are chained by hash. The last line of the
// chain is also stored in a file beside the journal, ".head". Verify detects changes of the chain, and Open an older
// copy of the journal. This detects accidents and changes by other programs, but not a person who can write to the
// directory and rewrites both files. A caller that acts on a journal's content calls Check first.
//
// The tables of the file, as migrations/*.sql create them:
//
//   - chain has a line for each event that may justify or prevent a deletion; see Journal.Verify.
//   - runs and operations have the passes, and the intents and outcomes of each; see Run and Operation.
//   - words and contents have the user's decisions on files and on contents; see Override.
//   - matches has a row for each file that may be deleted; see Record.
//   - seen, found, again and cursors have the rest of the verdict cache: the files that do not match, results by
//     content, files to be examined again, and the position in each listing.
//   - looks has what pictures look like, so that each is decoded once; see Looks.
//   - moved has the hashes of trashed files, for reports; see Operation.Sums.
//   - binned has the entries of trash bins that keep no dates; see TrashEntry.
//   - sources and known have the pictures that are known by their bytes; see Learn and Verified.
//   - uploads has the pictures that were uploaded to be judged, with the answers; see BeginUpload.
//   - clocks and lately have the times of Clocks and LastRun.
//
// The chain covers runs, operations, words, contents and sources, and with a source the pictures that were learnt from
// it. A row of known, matches, binned, clocks or uploads, and one of found for a match, has a checksum that detects
// accidental changes. Times are stored as UTC microseconds, and refs, revisions, paths and receipts as bytes.
//
// In PostgreSQL the tables are the same, in migrations/postgres/*.sql, with leases in addition: who may write to a
// storage, and the end of its chain, of which there is one for each storage and one for all other events. The ends are
// also stored in a folder of each machine, Options.Heads. A storage has one writer at a time: Begin returns ErrFenced
// without its Lease. The table claims has what plans were allowed, and controls the pause of all machines; see Claim
// and SetPause.
//
// Only the verdict cache (VerdictCache) may be lost, which costs time but no safety. The package makes no decisions and
// accesses no storage.
package journal
