package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrHost is returned if another machine has the name of this host in a database.
var ErrHost = errors.New("another machine has this name")

// BindHost binds the name of a host to the identity of a machine at the first call, and returns ErrHost for another
// identity. It does nothing for a journal in a file, which is of one machine.
func (j *Journal) BindHost(ctx context.Context, host, identity string) error {
	if j.leases == nil {
		return nil
	}
	var is string
	err := j.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO hosts VALUES ($1, $2) ON CONFLICT (host) DO NOTHING`, host, identity)
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT identity FROM hosts WHERE host = $1`, host).Scan(&is)
	})
	if err == nil && is != identity {
		err = fmt.Errorf("%w: %s", ErrHost, host)
	}
	return err
}
