package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// match is a row of table matches.
type match struct {
	storage string
	e       providers.Entry
	// hash is hashOf(e) in its stored form, with the kind Matched.
	hash []byte
	// version is that of the detectors.
	version int
	verdict string // JSON
	// firstSeen and marked are as in Record.
	firstSeen time.Time
	marked    time.Time
	sound     bool // the checksum was right when the row was read
}

// newMatch returns the row for a file that was never found before.
func (s *VerdictCache) newMatch(e providers.Entry, v fingerprint.Verdict, h hash, now time.Time) (*match, error) {
	verdict, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &match{
		storage: s.storage, e: e, hash: h.append(nil), version: s.version, verdict: string(verdict), firstSeen: now,
	}, nil
}

// The columns of table matches, in the order of match.columns, with the checksum last. A condition follows
// matchQuery.
const (
	matchColumns = "storage, " + entryColumns + ", hash, version, verdict, first_seen, marked, " +
		factColumns + ", checksum"
	matchQuery  = "SELECT " + matchColumns + " FROM matches WHERE "
	matchInsert = "INSERT INTO matches (" + matchColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
		ON CONFLICT (storage, ref) DO `
	matchUpsert = matchInsert + `UPDATE SET
		revision = excluded.revision, path = excluded.path, size = excluded.size, modified = excluded.modified,
		created = excluded.created, weak = excluded.weak, hash = excluded.hash, version = excluded.version,
		verdict = excluded.verdict, first_seen = excluded.first_seen, marked = excluded.marked,
		sha256 = excluded.sha256,
		starred = excluded.starred, shared = excluded.shared, camera = excluded.camera,
		properties = excluded.properties,
		content_hash = excluded.content_hash, checksum = excluded.checksum`
)

// columns returns the values of matchColumns without the checksum.
func (m *match) columns() []any {
	columns := append(make([]any, 0, 20), m.storage) // write appends the checksum
	columns = append(columns, entryValues(m.e)...)
	columns = append(columns, m.hash, m.version, m.verdict, micros(m.firstSeen), micros(m.marked))
	return append(columns, factValues(m.e)...)
}

// checksum returns the checksum over the columns. For the sake of rows from before their introduction, it omits the
// content hash if that is unknown, and then all facts if none is set.
func (m *match) checksum() []byte {
	columns, none := m.columns(), [sha256.Size]byte{}
	if m.e.ContentHash == none {
		columns = columns[:len(columns)-1]
		bare := providers.Entry{
			Hashes:     m.e.Hashes,
			Starred:    m.e.Starred,
			Shared:     m.e.Shared,
			Camera:     m.e.Camera,
			Properties: m.e.Properties,
		}
		if bare == (providers.Entry{}) {
			columns = columns[:len(columns)-len(factValues(m.e))+1]
		}
	}
	return checksumOf(columns...)
}

// scanMatch reads a row of matchColumns. A row with a wrong checksum is no error, but not sound, and callers
// treat it as absent.
func scanMatch(row scanner) (match, error) {
	var m match
	var e entryScan
	var facts factScan
	var first, marked sql.NullInt64
	var checksum []byte
	targets := append([]any{&m.storage}, e.targets()...)
	targets = append(append(targets, &m.hash, &m.version, &m.verdict, &first, &marked), facts.targets()...)
	if err := row.Scan(append(targets, &checksum)...); err != nil {
		return match{}, err
	}
	m.e, m.firstSeen, m.marked = e.entry(), moment(first), moment(marked)
	m.sound = facts.into(&m.e) && string(checksum) == string(m.checksum())
	return m, nil
}

// record returns the row as a Record.
func (m *match) record() (Record, error) {
	r := Record{Entry: m.e, FirstSeen: m.firstSeen, Marked: m.marked}
	if err := json.Unmarshal([]byte(m.verdict), &r.Verdict); err != nil {
		return Record{}, fmt.Errorf("%w: the verdict on %q: %w", ErrDamaged, m.e.Ref, err)
	}
	return r, nil
}

// matchWriter reads and writes rows of matches in one transaction.
type matchWriter struct{ query, insert, upsert *sql.Stmt }

// newMatchWriter prepares the statements in tx.
func newMatchWriter(ctx context.Context, tx *sql.Tx, d *dialect) (w matchWriter, err error) {
	if w.query, err = tx.PrepareContext(ctx, matchQuery+"storage = $1 AND ref = $2"+d.forUpdate); err == nil {
		w.insert, err = tx.PrepareContext(ctx, matchInsert+"NOTHING")
	}
	if err == nil {
		w.upsert, err = tx.PrepareContext(ctx, matchUpsert)
	}
	return w, err // the end of the transaction closes the statements
}

// read returns the row of that file, or the zero match if there is no valid one.
func (w matchWriter) read(ctx context.Context, storage string, ref providers.Ref) (match, error) {
	m, err := scanMatch(w.query.QueryRowContext(ctx, storage, []byte(ref)))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !m.sound {
		return match{}, nil
	}
	return m, err
}

// add inserts the row, and reports whether there was none of that file.
func (w matchWriter) add(ctx context.Context, m *match) (added bool, err error) {
	res, err := w.insert.ExecContext(ctx, append(m.columns(), m.checksum())...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// write inserts or replaces the row and computes its checksum.
func (w matchWriter) write(ctx context.Context, m *match) error {
	_, err := w.upsert.ExecContext(ctx, append(m.columns(), m.checksum())...)
	return err
}

// put writes the row of a match. A new revision replaces everything. A known one keeps its hashes and its first_seen;
// it keeps its mark only if the verdict is unchanged, or if reading the whole file confirmed it.
func (w matchWriter) put(ctx context.Context, m match) error {
	// Nearly every row is of a file that was never found before, so that there is nothing to read.
	if added, err := w.add(ctx, &m); err != nil || added {
		return err
	}
	before, err := w.read(ctx, m.storage, m.e.Ref)
	if err != nil {
		return err
	}
	if before.sound && before.e.Revision == m.e.Revision {
		m.e.Hashes = m.e.Hashes.Or(before.e.Hashes)
		m.firstSeen = before.firstSeen
		if before.verdict == m.verdict || borneOut(before.verdict, m.verdict) {
			m.marked = before.marked
		}
	}
	return w.write(ctx, &m)
}

// borneOut reports whether the verdict of the whole file confirms a partial one. A verdict that cannot be decoded
// confirms nothing, so that the grace begins anew.
func borneOut(partial, whole string) bool {
	var was, is fingerprint.Verdict
	if json.Unmarshal([]byte(partial), &was) != nil || json.Unmarshal([]byte(whole), &is) != nil ||
		!was.Partial || is.Partial {
		return false
	}
	// The evidence is worded differently, and a partial verdict has no twin.
	was.Partial, was.Evidence, is.Evidence, is.Twin = false, nil, nil, was.Twin
	return reflect.DeepEqual(was, is)
}

// writeRows writes the rows, and deletes those without a match. The order is that of every process, so
// that none waits for another that waits for it.
func (s *VerdictCache) writeRows(ctx context.Context, tx *sql.Tx, rows map[providers.Ref]*match) error {
	if len(rows) == 0 {
		return nil
	}
	w, err := newMatchWriter(ctx, tx, s.j.d)
	if err != nil {
		return err
	}
	for _, ref := range slices.Sorted(maps.Keys(rows)) {
		m := rows[ref]
		if m == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM matches WHERE storage = $1 AND ref = $2`, s.storage, []byte(ref))
		} else {
			err = w.put(ctx, *m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Matched returns the Record of e after Get returned Matched. ok is false if there is no Record for the current
// state of e, which must then be examined again. The record's Entry is e with the stored hashes; if e has moved
// since, Save stores the change.
func (s *VerdictCache) Matched(ctx context.Context, e providers.Entry) (r Record, ok bool, err error) {
	r, err = s.j.Record(ctx, s.storage, s.version, e.Ref)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Record{}, false, nil
	case err != nil:
		return Record{}, false, err
	}
	return s.MatchedBy(e, &r)
}

// RecordsOf returns the Records of files by their refs, for MatchedBy. A query for many files takes half of the time of
// one for each.
func (s *VerdictCache) RecordsOf(ctx context.Context, refs []providers.Ref) (map[providers.Ref]*Record, error) {
	return s.j.recordsOf(ctx, s.storage, s.version, refs)
}

// MatchedBy is Matched with the Record that RecordsOf returned.
func (s *VerdictCache) MatchedBy(e providers.Entry, of *Record) (r Record, ok bool, err error) {
	r = *of
	h := hashOf(e)
	if r.Entry.Ref != e.Ref || !h.same(hashOf(r.Entry)) {
		return Record{}, false, nil
	}
	// A weak revision may stand for other bytes than those that were hashed.
	if !e.Weak {
		e.Hashes = e.Hashes.Or(r.Entry.Hashes)
	}
	if !sameEntry(r.Entry, e) {
		m, err := s.newMatch(e, r.Verdict, h.marked(uint64(Matched)), r.FirstSeen)
		if err != nil {
			return Record{}, false, err
		}
		s.keep(m)
	}
	s.there(e.Ref)
	r.Entry = e
	return r, true, nil
}

// there cancels an earlier Gone in this listing.
func (s *VerdictCache) there(ref providers.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, waits := s.pending[ref]; waits && m == nil {
		delete(s.pending, ref)
	}
}

// sameEntry compares all stored fields except those that identify the file.
func sameEntry(a, b providers.Entry) bool {
	return a.Path == b.Path && a.Size == b.Size && a.Weak == b.Weak &&
		micros(a.Modified) == micros(b.Modified) && micros(a.Created) == micros(b.Created) &&
		a.Hashes == b.Hashes && a.Starred == b.Starred && a.Shared == b.Shared && a.Camera == b.Camera &&
		a.Properties == b.Properties
}
