-- When what is done on schedule was done last, so that no restart forgets it.
CREATE TABLE lately (
	what TEXT PRIMARY KEY,
	at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
