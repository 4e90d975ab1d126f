-- Copies of a file have the same size. Of those that were trashed, a later one of the same times is found at once.
DROP INDEX operations_by_size;
CREATE INDEX operations_by_likeness ON operations (size, modified, created) WHERE kind = 'trash';
