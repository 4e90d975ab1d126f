package fleet

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sweepd/sweepd/internal/postgres"
)

// schema has what makes the tables, in the order of the names: a file for each version. What else workers have to
// understand alike, such as what a turn leaves for the next, is of that version too: a change of it adds a file, of a
// remark if need be. A test compares both.
//
//go:embed schema/*.sql
var schema embed.FS

// steps returns the names of the files of schema. The one at index i leads to version i+1.
func steps() ([]string, error) { return fs.Glob(schema, "schema/*.sql") }

// latest returns the version of this program. The tables have that of the newest program that has been at work, and an
// older one ends.
func latest() int {
	names, _ := steps() // the pattern is good
	return len(names)
}

// schemaLock is the advisory lock under which the tables are made.
const schemaLock = 0x666c6565

// ErrNewer is returned for tables in which a newer program has been at work.
var ErrNewer = errors.New("the tables of the fleet are of a newer sweepd: update this one")

// store has the tables of the fleet.
type store struct {
	pool    *pgxpool.Pool
	version int // of this program: see latest
	journal int // the version of the journal's tables when they were opened
	// lost is how long a turn may be queued, and how long it may run, until it counts as lost.
	queued, running time.Duration
}

// limits bound every wait for the database.
func limits() postgres.Limits {
	return postgres.Limits{
		Answer: 35 * time.Second, Statement: 30 * time.Second, Lock: 10 * time.Second, Idle: 5 * time.Second,
	}
}

// prepare makes the tables of the fleet and of the queue unless they are there, one process after the other. The
// journal's must be there already: it does not make its own in a schema that has others.
func (s *store) prepare(ctx context.Context) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// It holds the lock while the queue's tables are made by other transactions.
		_, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = '60s'`)
		if err == nil {
			_, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, schemaLock)
		}
		if err != nil {
			return err
		}
		if err := migrateQueue(ctx, s.pool); err != nil {
			return fmt.Errorf("the tables of the queue: %w", err)
		}
		if err := migrate(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE fleet SET version = $1 WHERE version < $1`, s.version); err != nil {
			return err
		}
		s.journal, err = s.current(ctx, tx)
		return err
	})
}

// migrate brings the tables from the version that they have to the latest.
func migrate(ctx context.Context, tx pgx.Tx) error {
	var there bool
	err := tx.QueryRow(ctx, `SELECT to_regclass(format('%I.fleet', current_schema())) IS NOT NULL`).Scan(&there)
	from := 0
	if err == nil && there {
		err = tx.QueryRow(ctx, `SELECT version FROM fleet`).Scan(&from)
	}
	if err != nil {
		return err
	}
	names, err := steps()
	if err != nil {
		return err
	}
	for _, name := range names[min(from, len(names)):] {
		text, err := schema.ReadFile(name)
		if err == nil {
			_, err = tx.Exec(ctx, string(text), pgx.QueryExecModeSimpleProtocol)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// current returns the version of the journal's tables. It returns ErrNewer if a newer program has been at work, also if
// it has brought the journal's tables to another version since prepare.
func (s *store) current(ctx context.Context, tx pgx.Tx) (journal int, err error) {
	var is int
	err = tx.QueryRow(ctx, `SELECT fleet.version, journal.version FROM fleet, journal`).Scan(&is, &journal)
	switch {
	case err != nil:
	case is > s.version:
		err = fmt.Errorf("%w (it is %d, and this program knows %d)", ErrNewer, is, s.version)
	case s.journal != 0 && journal != s.journal:
		err = fmt.Errorf("%w (the journal was brought from %d to %d)", ErrNewer, s.journal, journal)
	}
	return journal, err
}

// register notes the storages that a policy names, by queue, under the signature of the policy. Those that are new to
// it are due at once, or when the turn under way has ended; see end.
func (s *store) register(ctx context.Context, policy string, queues map[string]string) error {
	return register(ctx, s.pool, policy, queues)
}

// querier is a pool or a transaction.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func register(ctx context.Context, db querier, policy string, queues map[string]string) error {
	storages, of := make([]string, 0, len(queues)), make([]string, 0, len(queues))
	for storage, queue := range queues {
		storages, of = append(storages, storage), append(of, queue)
	}
	// In the order of the key, so that two workers do not lock each other out.
	_, err := db.Exec(ctx, `INSERT INTO fleet_storages (storage, queue, policy, next_due)
		SELECT u.storage, u.queue, $1, clock_timestamp() FROM unnest($2::text[], $3::text[]) AS u (storage, queue)
		ORDER BY u.storage COLLATE "C"
		ON CONFLICT (storage) DO UPDATE SET policy = excluded.policy, queue = excluded.queue,
			digest = CASE WHEN fleet_storages.policy = excluded.policy THEN fleet_storages.digest END,
			next_due = CASE WHEN fleet_storages.state = 'idle' THEN least(fleet_storages.next_due, excluded.next_due)
				ELSE fleet_storages.next_due END
		WHERE fleet_storages.policy <> excluded.policy OR fleet_storages.queue <> excluded.queue`,
		policy, storages, of)
	return err
}

// enrol registers the members of fleets, by queue. Others that the fleets had have no more turns, not even one that is
// queued, and are returned if they had them under this policy; what is known of them stays. It returns errNoTurn unless
// t is the turn under way of roll, under that policy: a later reading of the directories is not replaced by an earlier
// one.
func (s *store) enrol(
	ctx context.Context, t turn, policy string, fleets []string, members map[string]string,
) (left []string, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var is bool
		err := tx.QueryRow(ctx, `SELECT TRUE FROM fleet_storages WHERE storage = $1 AND turn = $2
			AND state = 'running' AND policy = $3 FOR UPDATE`, t.Storage, t.Number, policy).Scan(&is)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoTurn
		}
		if err == nil {
			err = register(ctx, tx, policy, members)
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `WITH gone AS (SELECT storage, policy FROM fleet_storages f
				WHERE policy <> '' AND strpos(storage, '/') > 0 AND split_part(storage, '/', 1) = ANY ($1)
				AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS u (storage) WHERE u.storage = f.storage)
				ORDER BY storage FOR UPDATE)
			UPDATE fleet_storages f SET policy = '', state = CASE f.state WHEN 'queued' THEN 'idle' ELSE f.state END
				FROM gone WHERE f.storage = gone.storage
			RETURNING CASE WHEN gone.policy = $3 THEN f.storage ELSE '' END`,
			fleets, slices.Collect(maps.Keys(members)), policy)
		if err == nil {
			left, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		left = slices.DeleteFunc(left, func(storage string) bool { return storage == "" })
		return err
	})
	return left, err
}

// registered returns how many storages are noted under a policy, without the members of fleets.
func (s *store) registered(ctx context.Context, policy string) (n int, err error) {
	err = s.pool.QueryRow(ctx, `SELECT count(*) FROM fleet_storages WHERE policy = $1 AND strpos(storage, '/') = 0`,
		policy).Scan(&n)
	return n, err
}

// turn is one turn of a storage.
type turn struct {
	Storage string `json:"storage"`
	// Number is that of the row when the turn was queued. A turn with another one does not begin.
	Number int64 `json:"turn"`
}

// queue queues the storages of a queue that are due, the longest first, until that many are queued for each worker of
// the queue: the others look for jobs as often as this one, and must find some. It calls insert in the same
// transaction, so that a turn is numbered if and only if a job for it is there.
func (s *store) queue(
	ctx context.Context, queue, policy string, most int, insert func(pgx.Tx, []turn) error,
) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE fleet_storages AS f
			SET state = 'queued', turn = f.turn + 1, next_due = clock_timestamp() + $4
			FROM (SELECT storage FROM fleet_storages
				WHERE queue = $1 AND policy = $2 AND next_due <= clock_timestamp() ORDER BY next_due, storage
				LIMIT greatest(0, $3 * (SELECT greatest(1, count(*)) FROM fleet_workers
						WHERE policy = $2 AND (left($1, length($5)) <> $5 OR $5 || lower(host) = $1))
					- (SELECT count(*) FROM fleet_storages
						WHERE queue = $1 AND policy = $2 AND state = 'queued' AND next_due > clock_timestamp()))
				FOR UPDATE SKIP LOCKED) AS due
			WHERE f.storage = due.storage RETURNING f.storage, f.turn`, queue, policy, most, s.queued, hostQueue)
		if err != nil {
			return err
		}
		turns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[turn])
		if err != nil || len(turns) == 0 {
			return err
		}
		return insert(tx, turns)
	})
}

// errNoTurn is returned for a turn that has begun already, or that has been replaced by a later one.
var errNoTurn = errors.New("the storage has another turn")

// begun is a turn that has begun.
type begun struct {
	memory string     // of the last one, with the request of a sweep if there was one
	read   *time.Time // of a member: when the directory of its fleet was read, see rollMemory; nil: it was not
}

// begin begins a turn for a worker. It returns errNoTurn for all but one call with the same turn. A request of a sweep
// becomes a part of the memory, as daemon.Turn has it: it is not lost with the turn.
func (s *store) begin(ctx context.Context, t turn, worker string) (b begun, err error) {
	err = s.pool.QueryRow(ctx, `WITH before AS (SELECT storage, again FROM fleet_storages WHERE storage = $1 FOR UPDATE)
		UPDATE fleet_storages AS f SET state = 'running', worker = $3, again = false,
			memory = CASE WHEN before.again THEN
				(coalesce(nullif(memory, ''), '{}')::jsonb - 'retry' || '{"asked": true}')::text ELSE memory END,
			began = clock_timestamp(), next_due = clock_timestamp() + $4
		FROM before WHERE f.storage = before.storage AND f.turn = $2 AND f.state = 'queued'
		RETURNING f.memory, CASE WHEN strpos($1, '/') > 0 THEN
			(SELECT (memory::jsonb -> 'read' ->> split_part($1, '/', 1))::timestamptz FROM fleet_storages
				WHERE storage = $5 AND memory <> '') END`,
		t.Storage, t.Number, worker, s.running, roll).Scan(&b.memory, &b.read)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errNoTurn
	}
	return b, err
}

// extend moves the time at which turns under way count as lost, and returns them. Those that have ended, or whose
// storage has another turn, are not among them.
func (s *store) extend(ctx context.Context, all []turn) ([]turn, error) {
	storages, numbers := make([]string, len(all)), make([]int64, len(all))
	for i, t := range all {
		storages[i], numbers[i] = t.Storage, t.Number
	}
	rows, err := s.pool.Query(ctx, `UPDATE fleet_storages AS f SET next_due = clock_timestamp() + $3
		FROM unnest($1::text[], $2::bigint[]) AS u (storage, turn)
		WHERE f.storage = u.storage AND f.turn = u.turn AND f.state = 'running' RETURNING f.storage, f.turn`,
		storages, numbers, s.running)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[turn])
}

// outcome is how a turn ended.
type outcome struct {
	memory  string
	policy  string        // the signature of the policy under which it was made; "": of none
	wait    time.Duration // until the next turn
	failure string        // its kind; "": none
	detail  string
	digest  []byte // see daemon.Turn; nil: it stays
}

// end ends a turn. A storage of which a sweep was asked for meanwhile, or that is of another policy by now, is due at
// once. It returns errNoTurn if another turn has begun since: then nothing is written.
func (s *store) end(ctx context.Context, t turn, o outcome) error {
	tag, err := s.pool.Exec(ctx, `UPDATE fleet_storages SET state = 'idle', worker = '', ended = clock_timestamp(),
			next_due = clock_timestamp() + CASE WHEN again OR policy <> $7 AND $7 <> '' THEN interval '0'
				ELSE $3::interval END, memory = $4,
			digest = CASE WHEN policy = $7 AND $8::text IS NOT NULL THEN $8 ELSE digest END,
			failures = CASE WHEN $5 = '' THEN 0 ELSE failures + 1 END, failure = $5, detail = $6
		WHERE storage = $1 AND turn = $2 AND state = 'running'`,
		t.Storage, t.Number, o.wait, o.memory, o.failure, postgres.Text(o.detail), o.policy, text(o.digest))
	if err == nil && tag.RowsAffected() == 0 {
		err = errNoTurn
	}
	return err
}

// text returns what is to be stored; nil for nil.
func text(b []byte) *string {
	if b == nil {
		return nil
	}
	s := string(b)
	return &s
}

// note writes what a turn under way would leave, before it ends. It is on the server's disk when note returns. It
// returns errNoTurn if the turn is not under way.
func (s *store) note(ctx context.Context, t turn, memory string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL synchronous_commit = on`); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE fleet_storages SET memory = $3
			WHERE storage = $1 AND turn = $2 AND state = 'running'`, t.Storage, t.Number, memory)
		if err == nil && tag.RowsAffected() == 0 {
			err = errNoTurn
		}
		return err
	})
}

// known is a storage as its last turns have left it.
type known struct {
	Storage, Memory, Failure, Detail string
	Digest                           *string
	Pending                          bool // it is due, or has a turn under way
}

// known returns the storages that are noted under a policy, and the row of roll if there is one.
func (s *store) known(ctx context.Context, policy string) ([]known, error) {
	rows, err := s.pool.Query(ctx, `SELECT storage, memory, failure, detail, digest,
		state <> 'idle' OR next_due <= clock_timestamp() FROM fleet_storages
		WHERE policy = $1 AND storage <> $2 ORDER BY storage`, policy, digestRow)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[known])
}

// giveBack makes a storage due whose turn that worker may have begun without knowing it.
func (s *store) giveBack(ctx context.Context, t turn, worker string) error {
	_, err := s.pool.Exec(ctx, `UPDATE fleet_storages SET state = 'idle', worker = '', next_due = clock_timestamp()
		WHERE storage = $1 AND turn = $2 AND worker = $3 AND state = 'running'`, t.Storage, t.Number, worker)
	return err
}

// ask makes storages due at once, or as soon as the turn under way has ended; nil: all. It returns how many it found.
func (s *store) ask(ctx context.Context, storages []string) (int64, error) {
	tag, err := s.pool.Exec(ctx, `UPDATE fleet_storages SET again = true,
			next_due = CASE WHEN state = 'idle' THEN clock_timestamp() ELSE next_due END
		WHERE $1::text[] IS NULL OR storage = ANY ($1)`, storages)
	return tag.RowsAffected(), err
}
