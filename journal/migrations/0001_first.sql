-- Times are UTC microseconds, NULL where there is none. What a storage names
-- (ref, revision, path, receipt) is bytes. Structured values are JSON text.

PRAGMA application_id = 0x73777064; -- "swpd"

CREATE TABLE runs (
	id      INTEGER PRIMARY KEY,
	kind    TEXT NOT NULL,
	policy  TEXT NOT NULL,
	began   INTEGER NOT NULL,
	ended   INTEGER,
	summary TEXT,
	error   TEXT
) STRICT;

CREATE TABLE operations (
	id         INTEGER PRIMARY KEY,
	key        TEXT NOT NULL UNIQUE,
	run        INTEGER NOT NULL,
	kind       TEXT NOT NULL,
	storage    TEXT NOT NULL,
	ref        BLOB NOT NULL,
	revision   BLOB NOT NULL,
	path       BLOB NOT NULL,
	size       INTEGER NOT NULL,
	modified   INTEGER,
	created    INTEGER,
	weak       INTEGER NOT NULL,
	receipt    BLOB NOT NULL, -- of a restore or purge: what it is about; of a trash: what came of it
	rule       TEXT NOT NULL,
	reasons    TEXT NOT NULL,
	began      INTEGER NOT NULL,
	ended      INTEGER,       -- NULL: begun and not ended
	error      TEXT,          -- NULL once ended: it was done
	error_kind TEXT,
	resolved   INTEGER REFERENCES operations (id) -- of a trash: the operation that later took the file out of the bin
) STRICT;

CREATE INDEX operations_by_run ON operations (run);
CREATE INDEX operations_open ON operations (storage, id) WHERE ended IS NULL;
CREATE INDEX operations_in_trash ON operations (storage, receipt)
	WHERE kind = 'trash' AND ended IS NOT NULL AND error IS NULL AND resolved IS NULL;
CREATE INDEX operations_by_path ON operations (path) WHERE kind = 'trash';

-- The files that are or may be ours, one state of each.
CREATE TABLE matches (
	storage    TEXT NOT NULL,
	ref        BLOB NOT NULL,
	revision   BLOB NOT NULL,
	path       BLOB NOT NULL,
	size       INTEGER NOT NULL,
	modified   INTEGER,
	created    INTEGER,
	weak       INTEGER NOT NULL,
	hash       BLOB NOT NULL, -- as in seen
	version    INTEGER NOT NULL,
	verdict    TEXT NOT NULL,
	first_seen INTEGER NOT NULL,
	marked     INTEGER,
	PRIMARY KEY (storage, ref)
) STRICT;

CREATE INDEX matches_by_hash ON matches (storage, hash);

-- All other files, remembered by a hash alone: sorted 16-byte hashes, those
-- that begin with the byte shard.
CREATE TABLE seen (
	storage TEXT NOT NULL,
	shard   INTEGER NOT NULL,
	version INTEGER NOT NULL,
	hashes  BLOB NOT NULL,
	PRIMARY KEY (storage, shard)
) STRICT;

CREATE TABLE cursors (
	storage TEXT PRIMARY KEY,
	version INTEGER NOT NULL,
	cursor  BLOB NOT NULL
) STRICT;

CREATE TABLE words (
	ref      BLOB NOT NULL,
	size     INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	word     TEXT NOT NULL,
	said     INTEGER NOT NULL,
	PRIMARY KEY (ref, size, modified)
) STRICT;
