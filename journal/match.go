package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	"sweepd/fingerprint"
	"sweepd/providers"
)

// match is a row of matches to be written.
type match struct {
	e         providers.Entry
	h         hash
	verdict   string // JSON
	firstSeen time.Time
}

func newMatch(e providers.Entry, v fingerprint.Verdict, h hash, now time.Time) (*match, error) {
	verdict, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &match{e, h, string(verdict), now}, nil
}

// A new revision begins anew. One that is known keeps the time when it was
// first seen; its grace goes on only if the verdict is the same as before.
const matchUpsert = `INSERT INTO matches (storage, ` + entryColumns + `, hash, version, verdict, first_seen)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (storage, ref) DO UPDATE SET
	revision = excluded.revision, path = excluded.path, size = excluded.size, modified = excluded.modified,
	created = excluded.created, weak = excluded.weak,
	hash = excluded.hash, version = excluded.version, verdict = excluded.verdict,
	first_seen = CASE WHEN matches.revision = excluded.revision THEN matches.first_seen ELSE excluded.first_seen END,
	marked = CASE WHEN matches.revision = excluded.revision AND matches.verdict = excluded.verdict THEN matches.marked END`

// writeRows writes or, where there is no match, deletes the rows.
func (s *Seen) writeRows(ctx context.Context, tx *sql.Tx, rows map[providers.Ref]*match) error {
	if len(rows) == 0 {
		return nil
	}
	upsert, err := tx.PrepareContext(ctx, matchUpsert)
	if err != nil {
		return err
	}
	defer upsert.Close()
	for ref, m := range rows {
		if m == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM matches WHERE storage = $1 AND ref = $2`, s.storage, []byte(ref))
		} else {
			args := append([]any{s.storage}, entryValues(m.e)...)
			_, err = upsert.ExecContext(ctx, append(args, m.h.append(nil), s.version, m.verdict, micros(m.firstSeen))...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Matched is the Record of e, when Look said Matched. Not ok: there is none
// for e as it is, or no longer, and e is to be examined again. The record's
// Entry is e; where e has moved since, Save will know.
func (s *Seen) Matched(ctx context.Context, e providers.Entry) (r Record, ok bool, err error) {
	h := hashOf(e)
	r, err = s.j.Record(ctx, s.storage, s.version, e.Ref)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Record{}, false, nil
	case err != nil:
		return Record{}, false, err
	case r.Entry.Ref != e.Ref || !h.same(hashOf(r.Entry)):
		return Record{}, false, nil
	}
	if !sameEntry(r.Entry, e) {
		m, err := newMatch(e, r.Verdict, h.marked(uint64(Matched)), r.FirstSeen)
		if err != nil {
			return Record{}, false, err
		}
		s.keep(m)
	}
	r.Entry = e
	return r, true, nil
}

// sameEntry compares all but what identifies the file, as far as it is stored.
func sameEntry(a, b providers.Entry) bool {
	return a.Path == b.Path && a.Size == b.Size && a.Weak == b.Weak &&
		micros(a.Modified) == micros(b.Modified) && micros(a.Created) == micros(b.Created)
}
