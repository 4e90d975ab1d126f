-- Of a PNG: the hash of its pixels as they are packed, by which it is recognised
-- in a PDF. It is empty for what was learnt before.
ALTER TABLE known ADD COLUMN pixels BLOB NOT NULL DEFAULT x'';
