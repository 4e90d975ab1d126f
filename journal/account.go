package journal

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/sweepd/sweepd/internal/postgres"
)

// BindAccount binds a storage to an account of its service, with an address for messages, at the first call, and
// returns the account that the storage belongs to. A journal in a file binds nothing: it is of one machine, whose
// sign-ins know the accounts.
func (j *Journal) BindAccount(ctx context.Context, storage, id, address string) (ofID, ofAddress string, err error) {
	if j.leases == nil {
		return id, address, nil
	}
	err = j.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO accounts VALUES ($1, $2, $3) ON CONFLICT (storage) DO NOTHING`,
			storage, id, postgres.Text(address))
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT id, address FROM accounts WHERE storage = $1`, storage).
			Scan(&ofID, &ofAddress)
	})
	if err != nil {
		return "", "", fmt.Errorf("whose storage %s is: %w", storage, err)
	}
	return ofID, ofAddress, nil
}

// FreeAccount lets a storage belong to another account.
func (j *Journal) FreeAccount(ctx context.Context, storage string) error {
	if j.leases == nil {
		return nil
	}
	return j.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM accounts WHERE storage = $1`, storage)
		return err
	})
}
