-- What was known of pictures when a storage was last listed from its beginning,
-- and when that was: see VerdictCache.Listed.
ALTER TABLE cursors ADD COLUMN learnt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN originals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN listed INTEGER;
