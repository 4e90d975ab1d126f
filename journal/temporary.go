package journal

import (
	"context"
	"errors"
	"fmt"
)

// OpenTemporary returns an empty, writable journal for a look without a record. It exists in memory only until Close,
// makes no file, and is invisible to other processes, so that a Lease of it is always free.
func OpenTemporary(ctx context.Context, o Options) (*Journal, error) {
	if o.Now == nil {
		return nil, errors.New("a journal needs a clock")
	}
	// The database exists as long as its connection; one connection is enough for both pools.
	db := connect("/temporary", "memory", 1)
	j := &Journal{
		d: sqliteDialect(), now: o.Now, read: newReader(db), write: db, guard: newGuard(nil), claims: newClaims(),
	}
	err := j.openWriter(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("open a temporary journal: %w", errors.Join(err, j.Close()))
	}
	return j, nil
}
