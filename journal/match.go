package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"time"

	"sweepd/fingerprint"
	"sweepd/providers"
)

// match is a row of matches.
type match struct {
	storage   string
	e         providers.Entry
	hash      []byte
	version   int
	verdict   string // JSON
	firstSeen time.Time
	marked    time.Time
	sound     bool // as it was read: its checksum is right
}

// newMatch is a row as it would be of a file never met before.
func (s *Seen) newMatch(e providers.Entry, v fingerprint.Verdict, h hash, now time.Time) (*match, error) {
	verdict, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &match{
		storage: s.storage, e: e, hash: h.append(nil), version: s.version, verdict: string(verdict), firstSeen: now,
	}, nil
}

const (
	matchColumns = "storage, " + entryColumns + ", hash, version, verdict, first_seen, marked, " + factColumns + ", checksum"
	matchQuery   = "SELECT " + matchColumns + " FROM matches WHERE "
	matchUpsert  = "INSERT INTO matches (" + matchColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT (storage, ref) DO UPDATE SET
		revision = excluded.revision, path = excluded.path, size = excluded.size, modified = excluded.modified,
		created = excluded.created, weak = excluded.weak, hash = excluded.hash, version = excluded.version,
		verdict = excluded.verdict, first_seen = excluded.first_seen, marked = excluded.marked, sha256 = excluded.sha256,
		starred = excluded.starred, shared = excluded.shared, camera = excluded.camera, properties = excluded.properties,
		content_hash = excluded.content_hash, checksum = excluded.checksum`
)

// columns are those of matchColumns but the checksum.
func (m *match) columns() []any {
	return append(append(append([]any{m.storage}, entryValues(m.e)...),
		m.hash, m.version, m.verdict, micros(m.firstSeen), micros(m.marked)), factValues(m.e)...)
}

// checksum is over the columns. The last of them are left out where they say
// nothing, as they were when there were none: the content hash, and then all
// facts.
func (m *match) checksum() []byte {
	columns, none := m.columns(), [sha256.Size]byte{}
	if m.e.ContentHash == none {
		columns = columns[:len(columns)-1]
		bare := providers.Entry{Hashes: m.e.Hashes, Starred: m.e.Starred, Shared: m.e.Shared, Camera: m.e.Camera, Properties: m.e.Properties}
		if bare == (providers.Entry{}) {
			columns = columns[:len(columns)-len(factValues(m.e))+1]
		}
	}
	return checksumOf(columns...)
}

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

// record is the row as a Record.
func (m *match) record() (Record, error) {
	r := Record{Entry: m.e, FirstSeen: m.firstSeen, Marked: m.marked}
	if err := json.Unmarshal([]byte(m.verdict), &r.Verdict); err != nil {
		return Record{}, fmt.Errorf("%w: the verdict on %q: %w", ErrDamaged, m.e.Ref, err)
	}
	return r, nil
}

// matchWriter reads and writes rows of matches in one transaction.
type matchWriter struct{ query, upsert *sql.Stmt }

func newMatchWriter(ctx context.Context, tx *sql.Tx) (w matchWriter, err error) {
	if w.query, err = tx.PrepareContext(ctx, matchQuery+"storage = $1 AND ref = $2"); err == nil {
		w.upsert, err = tx.PrepareContext(ctx, matchUpsert)
	}
	return w, err // the statements are closed with the transaction
}

// read is the row of that file; without one, or with one that is not sound,
// the zero match.
func (w matchWriter) read(ctx context.Context, storage string, ref providers.Ref) (match, error) {
	m, err := scanMatch(w.query.QueryRowContext(ctx, storage, []byte(ref)))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !m.sound {
		return match{}, nil
	}
	return m, err
}

func (w matchWriter) write(ctx context.Context, m *match) error {
	_, err := w.upsert.ExecContext(ctx, append(m.columns(), m.checksum())...)
	return err
}

// put writes what was found. A new revision begins anew. One that is known
// keeps its hashes and the time when it was first seen; its grace goes on only if the verdict
// is the same as before, or reading the whole file bore it out.
func (w matchWriter) put(ctx context.Context, m match) error {
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

// borneOut reports whether a skimmed verdict was followed by one of the whole
// file that says the same.
func borneOut(skimmed, whole string) bool {
	var was, is fingerprint.Verdict
	if json.Unmarshal([]byte(skimmed), &was) != nil || json.Unmarshal([]byte(whole), &is) != nil || !was.Skimmed || is.Skimmed {
		return false
	}
	was.Skimmed, was.Evidence, is.Evidence = false, nil, nil // what was found is said in other words
	return reflect.DeepEqual(was, is)
}

// writeRows writes or, where there is no match, deletes the rows.
func (s *Seen) writeRows(ctx context.Context, tx *sql.Tx, rows map[providers.Ref]*match) error {
	if len(rows) == 0 {
		return nil
	}
	w, err := newMatchWriter(ctx, tx)
	if err != nil {
		return err
	}
	for ref, m := range rows {
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

// Matched is the Record of e, when Look said Matched. Not ok: there is none
// for e as it is, or no longer, and e is to be examined again. The record's
// Entry is e, with the hashes that are remembered of it; where e has moved
// since, Save will know.
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

// there takes back that a file is gone, if that was said in this listing.
func (s *Seen) there(ref providers.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, waits := s.pending[ref]; waits && m == nil {
		delete(s.pending, ref)
	}
}

// sameEntry compares all but what identifies the file, as far as it is stored.
func sameEntry(a, b providers.Entry) bool {
	return a.Path == b.Path && a.Size == b.Size && a.Weak == b.Weak &&
		micros(a.Modified) == micros(b.Modified) && micros(a.Created) == micros(b.Created) &&
		a.Hashes == b.Hashes && a.Starred == b.Starred && a.Shared == b.Shared && a.Camera == b.Camera && a.Properties == b.Properties
}
