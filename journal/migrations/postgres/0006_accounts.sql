-- The account of a service that each storage belongs to, for all machines: a user who was deleted and made anew has the
-- address of the first one, and a storage of one name may be signed in to another account elsewhere.
CREATE TABLE accounts (
	storage TEXT COLLATE "C" PRIMARY KEY,
	id      TEXT COLLATE "C" NOT NULL,
	address TEXT NOT NULL
);
