-- The tables of the fleet, beside the journal's in one schema. What they say may be lost in a crash of the server, and
-- is then done again: the truth about files is in the journal's tables.

CREATE TABLE fleet (version BIGINT NOT NULL);
INSERT INTO fleet VALUES (1);

-- A storage that is swept in turns.
CREATE TABLE fleet_storages (
	storage  TEXT COLLATE "C" PRIMARY KEY,
	queue    TEXT COLLATE "C" NOT NULL,  -- of its service, or of the host that has its disk
	policy   TEXT COLLATE "C" NOT NULL,  -- the signature of the policy that named it last, '' if it has left its
	                                     -- fleet; a worker takes those of its own
	state    TEXT COLLATE "C" NOT NULL DEFAULT 'idle' CHECK (state IN ('idle', 'queued', 'running')),
	next_due TIMESTAMPTZ NOT NULL,       -- also of a turn that is queued or running: then it counts as lost
	turn     BIGINT NOT NULL DEFAULT 0,  -- the number of the turn; one more each time that one is queued
	again    BOOLEAN NOT NULL DEFAULT false, -- a sweep was asked for since the turn began
	worker   TEXT COLLATE "C" NOT NULL DEFAULT '', -- that has the turn
	memory   TEXT NOT NULL DEFAULT '',   -- what one turn leaves for the next
	began    TIMESTAMPTZ,                -- the last turn that began
	ended    TIMESTAMPTZ,                -- the last turn that ended
	failures BIGINT NOT NULL DEFAULT 0,  -- turns that failed since one did not
	failure  TEXT COLLATE "C" NOT NULL DEFAULT '', -- the kind of the last failure; '' if there was none since
	detail   TEXT NOT NULL DEFAULT ''    -- its text
);
CREATE INDEX fleet_storages_due ON fleet_storages (queue, policy, next_due);
CREATE INDEX fleet_storages_by_worker ON fleet_storages (worker) WHERE state = 'running';

-- The calls to a service, which all workers make from one reservation.
CREATE TABLE fleet_quotas (
	service TEXT COLLATE "C" PRIMARY KEY,
	next    TIMESTAMPTZ NOT NULL,        -- when the next call may begin
	gap     DOUBLE PRECISION NOT NULL CHECK (gap > 0),    -- seconds between two calls
	burst   DOUBLE PRECISION NOT NULL CHECK (burst >= 0), -- seconds whose calls may begin at once after a silence
	limited BIGINT NOT NULL DEFAULT 0    -- answers of the service that there were too many calls
);

-- The processes at work.
CREATE TABLE fleet_workers (
	id      TEXT COLLATE "C" PRIMARY KEY,
	host    TEXT COLLATE "C" NOT NULL,
	version TEXT NOT NULL,
	policy  TEXT COLLATE "C" NOT NULL,   -- its signature
	began   TIMESTAMPTZ NOT NULL,
	seen    TIMESTAMPTZ NOT NULL
);
