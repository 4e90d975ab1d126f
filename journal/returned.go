package journal

import (
	"context"

	"sweepd/providers"
)

// movedLike is the condition on done trash operations o that moved a file of that
// size, and of that ref, path, modification or birth time, of which nothing says that
// sweepd itself took the file out of the trash again, or moved the very file
// there once more.
const movedLike = `o.kind = 'trash' AND o.size = $1 AND (o.ref = $2 OR o.path = $3 OR o.modified = $4 OR o.created = $5)
	AND o.ended IS NOT NULL AND o.error IS NULL
	AND NOT EXISTS (SELECT * FROM operations r WHERE r.id = o.resolved AND r.kind <> 'gone' AND r.error IS NULL)
	AND NOT EXISTS (SELECT * FROM operations l WHERE l.kind = 'trash' AND l.size = o.size AND l.id > o.id
		AND l.created = o.created AND l.modified = o.modified AND l.ended IS NOT NULL AND l.error IS NULL)`

const anyMovedLike = `SELECT EXISTS (SELECT * FROM operations o WHERE ` + movedLike + `)`

// MovedLike returns the operations that moved a file like e to the trash, one of
// its size and of its ref, path, modification or birth time, and were not undone by
// sweepd: the file was neither restored nor purged by it. Of several that moved
// the same file the last counts. Where such a file is now, only the storage knows.
func (j *Journal) MovedLike(ctx context.Context, e providers.Entry) ([]Operation, error) {
	args := []any{e.Size, []byte(e.Ref), []byte(e.Path), micros(e.Modified), micros(e.Created)}
	var some bool
	if err := one(ctx, j.byMoved, args...).Scan(&some); err != nil || !some {
		return nil, fault(err)
	}
	rows, err := j.read.QueryContext(ctx, operationQuery+movedLike+" ORDER BY o.id", args...)
	ops, err := collect(rows, err, scanOperation)
	return ops, fault(err)
}
