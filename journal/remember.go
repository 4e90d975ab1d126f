package journal

import (
	"context"
	"database/sql"
	"errors"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// Remember durably stores the result for one file outside a listing: the verdict on the whole file in place of a
// partial one. An existing Record of this revision keeps its FirstSeen, and also its mark if the verdict was
// confirmed. If the file does not match, later listings know that, and it has no Record unless keep is set, as after
// VerdictCache.Keep.
func (j *Journal) Remember(
	ctx context.Context, storage string, version int, e providers.Entry, v fingerprint.Verdict, keep bool,
) error {
	s := &VerdictCache{j: j, storage: storage, version: version}
	known, h := knownAs(v), hashOf(e)
	if keep {
		known = Matched
	}
	rows := map[providers.Ref]*match{e.Ref: nil}
	if known == Matched {
		m, err := s.newMatch(e, v, h.marked(uint64(known)), j.now())
		if err != nil {
			return err
		}
		rows[e.Ref] = m
	}
	contents, err := findingOf(e, v)
	if err != nil {
		return err
	}
	return j.update(ctx, func(tx *sql.Tx) error {
		if err := errors.Join(s.writeRows(ctx, tx, rows),
			writeFound(ctx, tx, version, contents)); err != nil || known == Matched {
			return err
		}
		return s.addHash(ctx, tx, h.marked(uint64(known)))
	})
}

// addHash adds one hash to the row for its shard. Nothing is kept of a row of another version.
func (s *VerdictCache) addHash(ctx context.Context, tx *sql.Tx, h hash) error {
	s = &VerdictCache{j: s.j, storage: s.storage, version: s.version} // the transaction may be tried again
	var start, version int
	var packed []byte
	query := `SELECT start, version, hashes FROM seen WHERE storage = $1 AND start <= $2 ORDER BY start DESC LIMIT 1` +
		s.j.d.forUpdate
	err := tx.QueryRowContext(ctx, query, s.storage, int(h.shard())).Scan(&start, &version, &packed)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if version == s.version {
		if _, err := s.unpack(start, packed); err != nil {
			return err
		}
	}
	s.tables[h.shard()].put(h)
	_, err = s.writeRow(ctx, tx, start, shards, []byte{}, map[int]int{})
	return err
}
