-- The pictures that scans verified: how often they were changed, and when the
-- time of each began to be recorded. No earlier time is known of those without.
CREATE TABLE verified (
	changes INTEGER NOT NULL,
	since   INTEGER NOT NULL
) STRICT;

INSERT INTO verified VALUES (0, CAST(strftime('%s', 'now') AS INTEGER) * 1000000);

-- When a scan verified it. Other pictures have the time of their source.
ALTER TABLE known ADD COLUMN learnt INTEGER;
