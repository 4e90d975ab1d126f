-- For storages that are far away: what they say of a file without its being
-- read, and what makes reading it again needless.

ALTER TABLE matches ADD COLUMN sha256 BLOB NOT NULL DEFAULT x'';
ALTER TABLE matches ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE matches ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE matches ADD COLUMN camera BLOB NOT NULL DEFAULT x'';
ALTER TABLE matches ADD COLUMN properties BLOB NOT NULL DEFAULT x'';

-- Files that a listing named and that could not be examined: the change feed
-- does not name them again.
CREATE TABLE again (
	storage TEXT NOT NULL,
	ref     BLOB NOT NULL,
	PRIMARY KEY (storage, ref)
) STRICT, WITHOUT ROWID;

-- What was found of contents, by a hash of size, SHA-256 and file name: the same
-- file elsewhere need not be read.
CREATE TABLE found (
	hash     BLOB PRIMARY KEY, -- 16 bytes
	version  INTEGER NOT NULL,
	kind     INTEGER NOT NULL, -- a Known
	verdict  TEXT NOT NULL,    -- '' but of a match
	checksum BLOB NOT NULL     -- empty but of a match
) STRICT, WITHOUT ROWID;

-- Entries of trash bins that keep no dates: when they were first seen there, and
-- what was found of them, '' when nothing was.
CREATE TABLE binned (
	storage    TEXT NOT NULL,
	receipt    BLOB NOT NULL,
	path       BLOB NOT NULL,
	size       INTEGER NOT NULL,
	first_seen INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	verdict    TEXT NOT NULL,
	checksum   BLOB NOT NULL,
	PRIMARY KEY (storage, receipt)
) STRICT, WITHOUT ROWID;
