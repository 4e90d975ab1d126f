-- The user's decision that nothing may be deleted on any machine: since when, and until when if it has an end.
ALTER TABLE controls ADD COLUMN paused BIGINT, ADD COLUMN until BIGINT;
