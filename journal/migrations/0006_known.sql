-- What pictures were learnt from. A line of the chain says each row; digest is
-- over the checksums of its pictures, so that none of them is lost or added.
CREATE TABLE sources (
	id        INTEGER PRIMARY KEY,
	kind      TEXT NOT NULL,
	path      BLOB NOT NULL,
	learnt    INTEGER NOT NULL,
	complete  INTEGER NOT NULL,
	report    TEXT NOT NULL,    -- counts and problems
	digest    BLOB NOT NULL,
	forgotten INTEGER,          -- its pictures are no longer known
	line      INTEGER NOT NULL
) STRICT;

-- The pictures that are known by their bytes. Hashes that are not known are
-- empty. Those that a scan verified have the source 0.
CREATE TABLE known (
	source       INTEGER NOT NULL,
	sha256       BLOB NOT NULL,
	size         INTEGER NOT NULL,
	origin       TEXT NOT NULL,
	content_hash BLOB NOT NULL,
	sha1         BLOB NOT NULL,
	md5          BLOB NOT NULL,
	crc32        INTEGER NOT NULL,
	twin_sha256  BLOB NOT NULL,
	twin_size    INTEGER NOT NULL,
	perceptual   BLOB NOT NULL,
	quality      INTEGER NOT NULL,
	media_type   TEXT NOT NULL,
	width        INTEGER NOT NULL,
	height       INTEGER NOT NULL,
	product      TEXT NOT NULL,
	conversation TEXT NOT NULL,
	title        TEXT NOT NULL,
	made         INTEGER,
	checksum     BLOB NOT NULL,
	PRIMARY KEY (source, sha256)
) STRICT, WITHOUT ROWID;

CREATE INDEX known_by_sha256 ON known (sha256);
CREATE INDEX known_by_twin ON known (twin_sha256) WHERE twin_sha256 <> x'';
