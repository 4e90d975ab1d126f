package journal

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"sweepd/providers"
)

func (s *Seen) loadAgain(ctx context.Context) error {
	rows, err := s.j.read.QueryContext(ctx, `SELECT ref FROM again WHERE storage = $1`, s.storage)
	refs, err := collect(rows, err, func(row scanner) (ref providers.Ref, err error) { return ref, row.Scan(&ref) })
	for _, ref := range refs {
		s.again[ref] = true
	}
	return err
}

// Retry has the file come again in the next listing, though the storage may
// name it only once: it could not be examined. What is put, or Settled, need
// not come again.
func (s *Seen) Retry(ref providers.Ref) { s.setAgain(ref, true) }

// Settled says that nothing is left to be found out of the file.
func (s *Seen) Settled(ref providers.Ref) { s.setAgain(ref, false) }

func (s *Seen) setAgain(ref providers.Ref, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.again[ref] == again:
		return
	case again:
		s.again[ref] = true
	default:
		delete(s.again, ref)
	}
	s.againSince[ref] = again
}

// Again are the files that Retry was called for and that are not settled since.
func (s *Seen) Again() []providers.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.again))
}

// takeAgain is what has changed since it was stored.
func (s *Seen) takeAgain() map[providers.Ref]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	changes := s.againSince
	s.againSince = map[providers.Ref]bool{}
	return changes
}

// giveAgain puts back what could not be stored; what came since is newer.
func (s *Seen) giveAgain(changes map[providers.Ref]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(changes, s.againSince)
	s.againSince = changes
}

// writeAgain stores the changes and no more: another scan may have its own.
func (s *Seen) writeAgain(ctx context.Context, tx *sql.Tx, changes map[providers.Ref]bool) error {
	for ref, again := range changes {
		change := `DELETE FROM again WHERE storage = $1 AND ref = $2`
		if again {
			change = `INSERT OR IGNORE INTO again (storage, ref) VALUES ($1, $2)`
		}
		if _, err := tx.ExecContext(ctx, change, s.storage, []byte(ref)); err != nil {
			return err
		}
	}
	return nil
}
