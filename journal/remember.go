package journal

import (
	"context"
	"database/sql"
	"errors"

	"sweepd/fingerprint"
	"sweepd/providers"
)

// Remember makes durable what was found of one file outside a listing: what
// reading all of it said in place of what skimming did. A Record of this
// revision keeps its FirstSeen; its mark too, if the verdict was borne out.
// What is no match is known to later listings as that, and has no Record.
func (j *Journal) Remember(ctx context.Context, storage string, version int, e providers.Entry, v fingerprint.Verdict) error {
	s := &Seen{j: j, storage: storage, version: version}
	known, h := knownAs(v), hashOf(e)
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
		if err := errors.Join(s.writeRows(ctx, tx, rows), writeFound(ctx, tx, version, contents)); err != nil || known == Matched {
			return err
		}
		return s.addHash(ctx, tx, h.marked(uint64(known)))
	})
}

// addHash puts one hash into its shard as it is stored.
func (s *Seen) addHash(ctx context.Context, tx *sql.Tx, h hash) error {
	t, shard := &s.tables[h.shard()], h.shard()
	var packed []byte
	err := tx.QueryRowContext(ctx, `SELECT hashes FROM seen WHERE storage = $1 AND shard = $2 AND version = $3`,
		s.storage, int(shard), s.version).Scan(&packed)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err := t.unpack(shard, packed); err != nil {
		return err
	}
	t.put(h)
	_, err = s.writeShard(ctx, tx, int(shard))
	return err
}
