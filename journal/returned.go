package journal

import (
	"context"

	"github.com/sweepd/sweepd/providers"
)

// movedLike is the condition for done trash operations o of a file with that size and with that ref, path,
// modification time or birth time. It excludes operations whose file sweepd itself took out of the trash again, or
// trashed again later.
const movedLike = `o.kind = 'trash' AND o.size = $1 AND (o.ref = $2 OR o.path = $3 OR o.modified = $4 OR o.created = $5)
	AND o.ended IS NOT NULL AND o.error IS NULL
	AND NOT EXISTS (SELECT * FROM operations r WHERE r.id = o.resolved AND r.kind <> 'gone' AND r.error IS NULL)
	AND NOT EXISTS (SELECT * FROM operations l WHERE l.kind = 'trash' AND l.size = o.size AND l.id > o.id
		AND l.created = o.created AND l.modified = o.modified AND l.ended IS NOT NULL AND l.error IS NULL)`

// restoredOfSize is the query of RestoredOfSize for one size.
const restoredOfSize = `SELECT EXISTS (SELECT * FROM operations o JOIN operations r ON r.id = o.resolved
	WHERE o.kind = 'trash' AND o.size = $1 AND r.kind = 'restore' AND r.ended IS NOT NULL AND r.error IS NULL)`

// RestoredOfSize reports whether an undo has restored a file that has one of the sizes.
func (j *Journal) RestoredOfSize(ctx context.Context, sizes ...int64) (restored bool, err error) {
	for _, size := range sizes {
		if err := j.read.one(ctx, restoredOfSize, size).Scan(&restored); err != nil || restored {
			return restored, fault(err)
		}
	}
	return false, nil
}

// anyMovedLike is the query of MovedLike.
const anyMovedLike = `SELECT EXISTS (SELECT * FROM operations o WHERE ` + movedLike + `)`

// movedLikeArgs returns the parameters of movedLike for a file like e.
func movedLikeArgs(e providers.Entry) []any {
	return []any{e.Size, []byte(e.Ref), []byte(e.Path), micros(e.Modified), micros(e.Created)}
}

// MovedLike returns the operations that trashed a file like e, with its size and with its ref, path, modification time
// or birth time, and whose file sweepd neither restored nor purged. It returns the last of several operations on the
// same file. Only the storage knows the present place of such a file.
func (j *Journal) MovedLike(ctx context.Context, e providers.Entry) ([]Operation, error) {
	args := movedLikeArgs(e)
	var some bool
	if err := j.read.one(ctx, anyMovedLike, args...).Scan(&some); err != nil || !some {
		return nil, fault(err)
	}
	rows, err := j.read.QueryContext(ctx, operationQuery+movedLike+" ORDER BY o.id", args...)
	ops, err := collect(rows, err, scanOperation)
	return ops, fault(err)
}
