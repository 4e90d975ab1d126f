package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sweepd/sweepd/internal/postgres"
)

// Status is the state of a fleet, as its workers have noted it.
type Status struct {
	Storages int `json:"storages"` // of the policy that a worker has registered last
	Idle     int `json:"idle"`
	Queued   int `json:"queued"`
	Running  int `json:"running"`
	New      int `json:"new"`     // that have had no turn yet
	Overdue  int `json:"overdue"` // that are due, and not queued
	// Lag is how long the storage that has waited longest has been due.
	Lag      time.Duration  `json:"lag_ns"`
	Failures map[string]int `json:"failures,omitempty"` // storages by the kind of their last failure
	Policies int            `json:"policies"`           // of the living workers; more than one: nothing is deleted
	Workers  []WorkerStatus `json:"workers"`
	Leases   []LeaseStatus  `json:"leases"`
	Quotas   []QuotaStatus  `json:"quotas"`
}

// WorkerStatus is a living worker.
type WorkerStatus struct {
	ID      string    `json:"id"`
	Host    string    `json:"host"`
	Version string    `json:"version"`
	Since   time.Time `json:"since"`
	Seen    time.Time `json:"seen"`
	Turns   int       `json:"turns"` // under way
}

// LeaseStatus is a lease that has not ended.
type LeaseStatus struct {
	Storage string    `json:"storage"`
	Epoch   int64     `json:"epoch"`
	Expires time.Time `json:"expires"`
}

// QuotaStatus is the quota of a service.
type QuotaStatus struct {
	Service string        `json:"service"`
	Rate    float64       `json:"rate"`    // calls a second
	Wait    time.Duration `json:"wait_ns"` // until a call could begin
	Limited int64         `json:"limited"` // how often the service has said that there were too many
}

// ReadStatus reads the state of the fleet in a database. It changes nothing, and returns ErrNoFleet if no worker has
// been there.
func ReadStatus(ctx context.Context, dsn string) (*Status, error) {
	db, err := postgres.Parse(dsn)
	if err != nil {
		return nil, err
	}
	pool, err := db.Pool(ctx, 1, limits())
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	s := &Status{Failures: map[string]int{}}
	err = pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly},
		func(tx pgx.Tx) error { return s.read(ctx, tx) })
	if err != nil {
		return nil, fmt.Errorf("read the state of the fleet: %w", err)
	}
	return s, nil
}

// ErrNoFleet is returned for a database without the tables of a fleet.
var ErrNoFleet = errors.New("no worker of a fleet has used this database")

// read reads all tables in one snapshot.
func (s *Status) read(ctx context.Context, tx pgx.Tx) error {
	var there bool
	err := tx.QueryRow(ctx, `SELECT to_regclass(format('%I.fleet_storages', current_schema())) IS NOT NULL`).
		Scan(&there)
	if err != nil {
		return err
	}
	if !there {
		return ErrNoFleet
	}
	var lag float64
	err = tx.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE state = 'idle'),
		count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'running'),
		count(*) FILTER (WHERE ended IS NULL), count(*) FILTER (WHERE next_due < clock_timestamp()),
		coalesce(extract(epoch FROM clock_timestamp() - min(next_due)), 0)::float8 FROM fleet_storages
		WHERE storage <> ALL ($1) AND policy = (SELECT policy FROM fleet_storages WHERE policy <> '' GROUP BY policy
			ORDER BY max(coalesce(began, '-infinity')) DESC LIMIT 1)`, []string{roll, digestRow}).
		Scan(&s.Storages, &s.Idle, &s.Queued, &s.Running, &s.New, &s.Overdue, &lag)
	if err != nil {
		return err
	}
	s.Lag = max(seconds(lag), 0)
	rows, err := tx.Query(ctx, `SELECT failure, count(*) FROM fleet_storages WHERE failure <> '' AND policy <> ''
		GROUP BY failure`)
	if err != nil {
		return err
	}
	var kind string
	var n int
	if _, err = pgx.ForEachRow(rows, []any{&kind, &n}, func() error { s.Failures[kind] = n; return nil }); err != nil {
		return err
	}
	if err = tx.QueryRow(ctx, `SELECT count(DISTINCT policy) FROM fleet_workers`).Scan(&s.Policies); err != nil {
		return err
	}
	s.Workers, err = all[WorkerStatus](ctx, tx, `SELECT id, host, version, began, seen, (SELECT count(*)
		FROM fleet_storages f WHERE f.worker = w.id AND state = 'running') FROM fleet_workers w ORDER BY id`)
	if err != nil {
		return err
	}
	if s.Leases, err = all[LeaseStatus](ctx, tx, `SELECT storage, epoch, expires_at FROM leases
		WHERE expires_at > clock_timestamp() ORDER BY storage`); err != nil {
		return err
	}
	s.Quotas, err = all[QuotaStatus](ctx, tx, `SELECT service, 1 / gap, greatest(next - clock_timestamp(),
		interval '0'), limited FROM fleet_quotas ORDER BY service`)
	return err
}

// all returns the rows of a query as values whose fields have the order of the columns.
func all[T any](ctx context.Context, tx pgx.Tx, query string) ([]T, error) {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}
