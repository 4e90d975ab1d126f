-- What plans were allowed. A claim counts, as far as its operations have not begun, while the lease lasts under which
-- it was made. The limits are those of the whole journal.
CREATE TABLE claims (
	storage TEXT COLLATE "C" NOT NULL,
	kind    TEXT COLLATE "C" NOT NULL,
	epoch   BIGINT NOT NULL, -- of the lease
	since   BIGINT NOT NULL, -- the last operation on the storage before
	files   BIGINT NOT NULL,
	bytes   BIGINT NOT NULL,
	PRIMARY KEY (storage, kind)
);

-- One row, which whoever makes a claim locks first, so that no two are allowed the same amount.
CREATE TABLE controls (id BIGINT PRIMARY KEY CHECK (id = 1));
INSERT INTO controls VALUES (1);
