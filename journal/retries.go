package journal

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/sweepd/sweepd/providers"
)

// loadRetries reads the files that earlier listings could not examine.
func (s *VerdictCache) loadRetries(ctx context.Context) error {
	rows, err := s.j.read.QueryContext(ctx, `SELECT ref FROM again WHERE storage = $1`, s.storage)
	refs, err := collect(rows, err, func(row scanner) (ref providers.Ref, err error) { return ref, row.Scan(&ref) })
	for _, ref := range refs {
		s.retries[ref] = true
	}
	return err
}

// Retry makes the next listing include the file, which could not be examined, even if the storage reports it only
// once. Put and Resolve end this.
func (s *VerdictCache) Retry(ref providers.Ref) { s.setRetry(ref, true) }

// Resolve records that the file needs no further examination.
func (s *VerdictCache) Resolve(ref providers.Ref) { s.setRetry(ref, false) }

// setRetry changes the set, and notes the change for the next save.
func (s *VerdictCache) setRetry(ref providers.Ref, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.retries[ref] == again:
		return
	case again:
		s.retries[ref] = true
	default:
		delete(s.retries, ref)
	}
	s.retryChanges[ref] = again
}

// Pending returns the files for which Retry was called and which are not settled since, sorted.
func (s *VerdictCache) Pending() []providers.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.retries))
}

// takeRetries returns the changes since the last save, and resets them.
func (s *VerdictCache) takeRetries() map[providers.Ref]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	changes := s.retryChanges
	s.retryChanges = map[providers.Ref]bool{}
	return changes
}

// giveBackRetries puts back changes that could not be stored. Changes made in the meantime take precedence.
func (s *VerdictCache) giveBackRetries(changes map[providers.Ref]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(changes, s.retryChanges)
	s.retryChanges = changes
}

// writeRetries stores only the changes, because another scan may have stored its own.
func (s *VerdictCache) writeRetries(ctx context.Context, tx *sql.Tx, changes map[providers.Ref]bool) error {
	for _, ref := range slices.Sorted(maps.Keys(changes)) {
		change := `DELETE FROM again WHERE storage = $1 AND ref = $2`
		if changes[ref] {
			change = `INSERT INTO again (storage, ref) VALUES ($1, $2) ON CONFLICT DO NOTHING`
		}
		if _, err := tx.ExecContext(ctx, change, s.storage, []byte(ref)); err != nil {
			return err
		}
	}
	return nil
}
