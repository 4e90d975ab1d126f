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

// Retry makes the next listing include the file, which could not be examined, even if the storage reports it only
// once. Put and Settled end this.
func (s *Seen) Retry(ref providers.Ref) { s.setAgain(ref, true) }

// Settled records that the file needs no further examination.
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

// Again returns the files for which Retry was called and which are not settled since, sorted.
func (s *Seen) Again() []providers.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.again))
}

// takeAgain returns the changes since the last save, and resets them.
func (s *Seen) takeAgain() map[providers.Ref]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	changes := s.againSince
	s.againSince = map[providers.Ref]bool{}
	return changes
}

// giveAgain puts back changes that could not be stored. Changes made in the meantime take precedence.
func (s *Seen) giveAgain(changes map[providers.Ref]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(changes, s.againSince)
	s.againSince = changes
}

// writeAgain stores only the changes, because another scan may have stored its own.
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
