-- The hosts whose folders are swept, by the identity that each has in its state directory.
CREATE TABLE hosts (
	host     TEXT COLLATE "C" PRIMARY KEY,
	identity TEXT COLLATE "C" NOT NULL
);
