-- After a lease was taken over from a holder that had not given it back, nothing is purged until then.
ALTER TABLE leases ADD COLUMN purge_from TIMESTAMPTZ NOT NULL DEFAULT '-infinity';
