-- The hashes of files that were moved to the trash, as far as they were known:
-- a report says what became of a picture. No decision depends on them, so no
-- line of the chain has them.
CREATE TABLE moved (
	operation    INTEGER PRIMARY KEY REFERENCES operations (id),
	sha256       BLOB NOT NULL,
	content_hash BLOB NOT NULL,
	checksum     BLOB NOT NULL
) STRICT;
