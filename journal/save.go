package journal

import (
	"context"
	"database/sql"
	"maps"

	"github.com/sweepd/sweepd/providers"
)

// Put keeps rows in memory. flush writes them if there are many, without the position of the listing. Save writes
// all of them, and the position, in one transaction; if it returns an error, everything is kept for the next
// Save.

// flushAt is the number of pending rows at which Put writes them.
const flushAt = 1000

// flush writes the pending rows if there are many, to limit memory. If no Save follows, they only spare later work.
func (s *VerdictCache) flush(ctx context.Context) error {
	s.mu.Lock()
	few := len(s.pending)+len(s.contents) < flushAt
	s.mu.Unlock()
	if few {
		return nil
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	return s.withPending(func(w waiting) error {
		return s.write(ctx, func(tx *sql.Tx) error { return s.writeWaiting(ctx, tx, w) })
	})
}

// write is like update, but does not free the reserve: losing these rows only costs time.
func (s *VerdictCache) write(ctx context.Context, do func(*sql.Tx) error) error {
	if s.j.write == nil {
		return errReadOnly
	}
	return s.j.guard.reserve.explain(s.j.guard.transact(ctx, s.j.write, do))
}

// waiting holds rows that were put and are not yet written.
type waiting struct {
	rows     map[providers.Ref]*match
	contents map[hash]found
}

// writeWaiting writes w in the transaction tx.
func (s *VerdictCache) writeWaiting(ctx context.Context, tx *sql.Tx, w waiting) error {
	if err := s.writeRows(ctx, tx, w.rows); err != nil {
		return err
	}
	return writeFound(ctx, tx, s.version, w.contents)
}

// withPending takes the pending rows, and puts them back if do fails.
func (s *VerdictCache) withPending(do func(waiting) error) error {
	s.mu.Lock()
	w := waiting{s.pending, s.contents}
	s.pending, s.contents = map[providers.Ref]*match{}, map[hash]found{}
	s.mu.Unlock()
	err := do(w)
	if err != nil {
		s.mu.Lock()
		maps.Copy(w.rows, s.pending) // later changes take precedence
		maps.Copy(w.contents, s.contents)
		s.pending, s.contents = w.rows, w.contents
		s.mu.Unlock()
	}
	return err
}

// SaveListed is Save after a complete listing from the beginning, before which that was known.
func (s *VerdictCache) SaveListed(ctx context.Context, at providers.Cursor, of Listing) error {
	before := s.listed
	s.listed = of
	err := s.Save(ctx, at, true)
	if err != nil {
		s.listed = before
	}
	return err
}

// Save durably stores all that was put, in one transaction, together with the Cursor at from which to continue: the
// Next of the last checkpoint, or s.Cursor() if it is unchanged. It writes only the differences from the stored
// state.
//
// complete means that the listing named every file of the storage; Save then forgets files that were neither met nor
// put. It ignores complete if the listing met no file at all.
func (s *VerdictCache) Save(ctx context.Context, at providers.Cursor, complete bool) error {
	if s.j.write == nil {
		return errReadOnly
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	complete = complete && s.metAny()
	if complete {
		s.drop()
	}
	return s.withPending(func(w waiting) error { return s.save(ctx, at, complete, w) })
}

// save writes all differences in one transaction, and only then changes the state in memory, so that after an
// error the next Save writes them again.
func (s *VerdictCache) save(ctx context.Context, at providers.Cursor, complete bool, w waiting) error {
	stale := complete && s.stale
	dirty := s.dirty()
	again := s.takeRetries()
	if len(dirty)+len(w.rows)+len(w.contents)+len(s.dropped) == 0 && !stale && len(again) == 0 && at == s.cursor &&
		s.listed == s.stored {
		return nil
	}
	var written map[int]int // shard to the count of changes that it includes
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		if err := s.writeWaiting(ctx, tx, w); err != nil {
			return err
		}
		if err := s.writeRetries(ctx, tx, again); err != nil {
			return err
		}
		if err := s.writeDrops(ctx, tx, stale); err != nil {
			return err
		}
		if written, err = s.writeShards(ctx, tx, dirty); err != nil {
			return err
		}
		return s.writeCursor(ctx, tx, at)
	})
	if err != nil {
		s.giveBackRetries(again)
		return err
	}
	for i, changes := range written {
		s.tables[i].written(changes)
	}
	s.dropped, s.stale, s.cursor, s.stored = nil, s.stale && !stale, at, s.listed
	return nil
}

// metAny reports whether the listing met any file. If it met none, the storage may just not be mounted, and
// nothing is forgotten.
func (s *VerdictCache) metAny() bool {
	for i := range s.tables {
		if s.tables[i].metAny() {
			return true
		}
	}
	return false
}

// drop forgets files that were not met. save deletes their records.
func (s *VerdictCache) drop() {
	for i := range s.tables {
		for _, h := range s.tables[i].drop() {
			if h.known() == Matched {
				s.dropped = append(s.dropped, h)
			}
		}
	}
}

// dirty returns the shards of which there is something to write.
func (s *VerdictCache) dirty() (all []int) {
	for i := range s.tables {
		if s.tables[i].dirty() {
			all = append(all, i)
		}
	}
	return all
}

// writeDrops deletes the dropped records. If stale is true, it also deletes all results of other versions of the
// detectors.
func (s *VerdictCache) writeDrops(ctx context.Context, tx *sql.Tx, stale bool) error {
	for _, h := range s.dropped {
		if _, err := tx.ExecContext(ctx, `DELETE FROM matches WHERE storage = $1 AND hash = $2`,
			s.storage, h.append(nil)); err != nil {
			return err
		}
	}
	if !stale {
		return nil
	}
	if _, err := tx.ExecContext(ctx,
		`DELETE FROM matches WHERE storage = $1 AND version <> $2`, s.storage, s.version); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx,
		`DELETE FROM seen WHERE storage = $1 AND version <> $2`, s.storage, s.version); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM found WHERE version <> $1`, s.version)
	return err
}

// writeCursor stores the position, always in the transaction of the results before it.
func (s *VerdictCache) writeCursor(ctx context.Context, tx *sql.Tx, at providers.Cursor) error {
	_, err := tx.ExecContext(ctx,
		`INSERT INTO cursors (storage, version, cursor, learnt, originals, listed) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (storage) DO UPDATE SET version = excluded.version, cursor = excluded.cursor,
		learnt = excluded.learnt, originals = excluded.originals, listed = excluded.listed`,
		s.storage, s.version, []byte(at), s.listed.Learnt, s.listed.Originals, micros(s.listed.At))
	return err
}
