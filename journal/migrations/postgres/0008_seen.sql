-- A row has the hashes whose first byte is start or more, up to the next row:
-- fewer rows than first bytes if there are few files.
ALTER TABLE seen RENAME COLUMN shard TO start;
