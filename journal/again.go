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
	s.againChanged = true
}

// Again are the files that Retry was called for and that are not settled since.
func (s *Seen) Again() []providers.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.again))
}

// takeAgain is what is to be stored in place of what is, if it differs.
func (s *Seen) takeAgain() (refs []providers.Ref, differs bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	differs, s.againChanged = s.againChanged, false
	return slices.Sorted(maps.Keys(s.again)), differs
}

func (s *Seen) writeAgain(ctx context.Context, tx *sql.Tx, refs []providers.Ref) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM again WHERE storage = $1`, s.storage); err != nil {
		return err
	}
	for _, ref := range refs {
		if _, err := tx.ExecContext(ctx, `INSERT INTO again (storage, ref) VALUES ($1, $2)`, s.storage, []byte(ref)); err != nil {
			return err
		}
	}
	return nil
}
