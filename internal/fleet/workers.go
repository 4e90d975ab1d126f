package fleet

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// worker is a process at work, as the others see it.
type worker struct {
	id, host, version string
	policy            string // its signature
}

// sign notes that the worker is alive. The turns of a worker that was not seen for so long are due at once, and the
// worker is forgotten. sign returns how many living workers have another policy, and the time by the clock of the
// database. It returns ErrNewer if a newer program has been at work.
func (s *store) sign(ctx context.Context, w worker, dead time.Duration) (others int, now time.Time, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := s.current(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO fleet_workers
			VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp())
			ON CONFLICT (id) DO UPDATE SET policy = excluded.policy, seen = excluded.seen`,
			w.id, w.host, w.version, w.policy)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `DELETE FROM fleet_workers WHERE id IN (SELECT id FROM fleet_workers
			WHERE seen < clock_timestamp() - $1::interval FOR UPDATE SKIP LOCKED) RETURNING id`, dead)
		var gone []string
		if err == nil {
			gone, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		if err == nil && len(gone) > 0 {
			err = release(ctx, tx, gone)
		}
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE policy <> $1), clock_timestamp() FROM fleet_workers`,
			w.policy).Scan(&others, &now)
	})
	return others, now, err
}

// leave forgets a worker that ends.
func (s *store) leave(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM fleet_workers WHERE id = $1`, id)
		if err == nil {
			err = release(ctx, tx, []string{id})
		}
		return err
	})
}

// release makes the storages due whose turns those workers have. Their turns can no longer end.
func release(ctx context.Context, tx pgx.Tx, workers []string) error {
	_, err := tx.Exec(ctx, `UPDATE fleet_storages SET state = 'idle', worker = '', next_due = clock_timestamp()
		WHERE worker = ANY ($1) AND state = 'running'`, workers)
	return err
}
