-- The known pictures in the form in which they are looked up.
CREATE TABLE lookup (
	files    BYTEA NOT NULL,
	checksum BYTEA NOT NULL
);
-- Hashes do not compress, and trying to takes time.
ALTER TABLE lookup ALTER COLUMN files SET STORAGE EXTERNAL;

INSERT INTO lookup VALUES ('', '');
