-- The hash by which a Dropbox knows a content, which is also computed of files
-- that were read whole; sha256 too may be of either kind.

ALTER TABLE matches ADD COLUMN content_hash BLOB NOT NULL DEFAULT x'';

-- Contents have other keys now; what is found anew is remembered by those.
DELETE FROM found;
