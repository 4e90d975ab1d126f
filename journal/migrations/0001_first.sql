-- Times are UTC microseconds, NULL where there is none. What a storage names
-- (ref, revision, path, receipt) is bytes. Structured values are JSON text.
-- A column "line" names the line of the chain that says the row, or a part of it.

PRAGMA application_id = 0x73777064; -- "swpd"

CREATE TABLE runs (
	id      INTEGER PRIMARY KEY,
	kind    TEXT NOT NULL,
	policy  TEXT NOT NULL,
	began   INTEGER NOT NULL,
	ended   INTEGER,
	summary TEXT,
	error   TEXT,
	ended_line INTEGER
) STRICT;

-- Every event that may justify or hinder a deletion, in order. The hash is that
-- of the line before and of the event: see chain.go.
CREATE TABLE chain (
	line    INTEGER PRIMARY KEY, -- 1, 2, 3 ...
	event   TEXT NOT NULL,
	subject INTEGER NOT NULL,    -- the row that it is about
	body    BLOB,                -- what that row cannot say
	hash    BLOB NOT NULL
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
	about      BLOB NOT NULL, -- the receipt of which a restore or purge is
	rule       TEXT NOT NULL,
	reasons    TEXT NOT NULL,
	approved   INTEGER NOT NULL,
	began      INTEGER NOT NULL,
	begun_line INTEGER NOT NULL,
	-- Until here a row never changes.
	receipt    BLOB NOT NULL, -- at first as about; of a trash then what came of it
	ended      INTEGER,       -- NULL: begun and not ended
	error      TEXT,          -- NULL once ended: it was done
	error_kind TEXT,
	ended_line INTEGER,
	resolved   INTEGER REFERENCES operations (id) -- of a trash: the operation that later took the file out of the bin
) STRICT;

CREATE INDEX operations_by_began ON operations (began);
CREATE INDEX operations_by_run ON operations (run);
CREATE INDEX operations_open ON operations (storage, id) WHERE ended IS NULL;
CREATE INDEX operations_in_trash ON operations (storage, receipt)
	WHERE kind = 'trash' AND ended IS NOT NULL AND error IS NULL AND resolved IS NULL;
CREATE INDEX operations_by_path ON operations (path) WHERE kind = 'trash';

-- The files that are or may be ours, one state of each. A row whose checksum
-- is not that of its other columns counts for nothing.
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
	checksum   BLOB NOT NULL,
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

-- What persons said of files: the last word on each, '' when it was taken back.
CREATE TABLE words (
	id       INTEGER PRIMARY KEY,
	ref      BLOB NOT NULL,
	size     INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	revision BLOB NOT NULL,
	word     TEXT NOT NULL,
	said     INTEGER NOT NULL,
	line     INTEGER NOT NULL,
	UNIQUE (ref, size, modified)
) STRICT;

-- The same of contents, wherever they are.
CREATE TABLE contents (
	id     INTEGER PRIMARY KEY,
	size   INTEGER NOT NULL,
	sha256 BLOB NOT NULL,
	word   TEXT NOT NULL,
	said   INTEGER NOT NULL,
	line   INTEGER NOT NULL,
	UNIQUE (size, sha256)
) STRICT;

-- What the clocks showed, for those who judge them: one row at most.
CREATE TABLE clocks (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	trusted  TEXT NOT NULL,
	doubted  TEXT NOT NULL,
	checksum BLOB NOT NULL
) STRICT;
