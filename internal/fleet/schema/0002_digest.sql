-- What the last whole scan of a storage says will be deleted (report.Digest.Stored); NULL if there was none under the
-- policy, or if the policy sends no digest.
ALTER TABLE fleet_storages ADD COLUMN digest TEXT;
