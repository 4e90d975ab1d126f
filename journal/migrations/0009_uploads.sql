-- The pictures that were uploaded to be judged, one row for each time, and the
-- answer, '' as long as there is none. A row whose checksum is not that of its
-- other columns has no answer. Answers are kept for good.
CREATE TABLE uploads (
	id       INTEGER PRIMARY KEY,
	size     INTEGER NOT NULL,
	sha256   BLOB NOT NULL,
	began    INTEGER NOT NULL,
	answer   TEXT NOT NULL, -- JSON of a fingerprint.Answer
	checksum BLOB NOT NULL
) STRICT;

CREATE INDEX uploads_by_content ON uploads (size, sha256) WHERE answer <> '';
CREATE INDEX uploads_by_time ON uploads (began);
