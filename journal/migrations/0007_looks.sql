-- What pictures look like, so that each is decoded once. A key is that of a
-- state of a file, as in seen. Only time is lost with these rows.
CREATE TABLE looks (
	storage TEXT NOT NULL,
	key     BLOB NOT NULL,
	width   INTEGER NOT NULL,
	height  INTEGER NOT NULL,
	decoded INTEGER NOT NULL,   -- 0: only its size was read
	looks   BLOB NOT NULL,      -- of the picture, and of it without a border
	clear   INTEGER NOT NULL,   -- the known pictures of which it is no copy
	PRIMARY KEY (storage, key)
) STRICT, WITHOUT ROWID;
