package journal

import "context"

// Scanned returns the names of the storages that have Records.
func (j *Journal) Scanned(ctx context.Context) ([]string, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT DISTINCT storage FROM matches ORDER BY storage`)
	return collect(rows, err, func(row scanner) (name string, err error) { return name, row.Scan(&name) })
}
