-- A file that is back after it was trashed is found by its size.
CREATE INDEX operations_by_size ON operations (size) WHERE kind = 'trash';
