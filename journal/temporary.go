package journal

import (
	"context"
	"errors"
	"fmt"
)

// OpenTemporary gives an empty journal that can be written to and is gone with
// Close: for looking without a record. It is held in memory, makes no file,
// and no other process sees it, so that a Lease of it is always free.
func OpenTemporary(ctx context.Context, o Options) (*Journal, error) {
	if o.Now == nil {
		return nil, errors.New("a journal needs a clock")
	}
	// The database is as long as its connection; one is enough for both pools.
	db := connect("/temporary", "memory", 1)
	j := &Journal{now: o.Now, read: db, write: db, guard: newGuard(nil)}
	err := j.openWriter(ctx, 0)
	if err == nil {
		err = j.prepare(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("open a temporary journal: %w", errors.Join(err, j.Close()))
	}
	return j, nil
}
