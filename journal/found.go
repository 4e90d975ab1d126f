package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// found is a row of table found: the result for a content under a name.
type found struct {
	kind Known
	// verdict is the JSON of a fingerprint.Verdict. It is "" unless kind is Matched.
	verdict string
}

// contentKeys returns keys that identify a content under a file name in any storage. It uses the content hash if that
// is known, which is the case for files of a Dropbox and for files of one block. It also uses the SHA-256 if that is
// known, unless the content hash follows from it. There are no keys if the storage has no hash of its files.
func contentKeys(e providers.Entry) (keys []hash) {
	of, none := e.Sums(), [sha256.Size]byte{}
	follows := providers.Entry{Size: e.Size, Hashes: providers.Hashes{SHA256: of.SHA256}}.Sums().ContentHash != none
	if of.ContentHash != none {
		keys = append(keys, contentKey(e, 'c', of.ContentHash))
	}
	if of.SHA256 != none && !follows {
		keys = append(keys, contentKey(e, 's', of.SHA256))
	}
	return keys
}

// contentKey returns the key of a content under the name of e. kind is that of the hash: 'c' for ContentHash, 's'
// for SHA256. The prefix keeps keys of the two apart.
func contentKey(e providers.Entry, kind byte, of [sha256.Size]byte) hash {
	b := binary.BigEndian.AppendUint64([]byte{kind}, uint64(e.Size))
	b = append(append(b, of[:]...), e.Name()...)
	sum := sha256.Sum256(b)
	return parseHash(sum[:hashSize]).marked(0)
}

// ByContent returns the result of these detectors for the same content under the same name in any storage, or
// Unknown. The verdict is set only if the result is Matched. The error wraps ErrDamaged if the stored verdict
// cannot be decoded.
func (s *VerdictCache) ByContent(ctx context.Context, e providers.Entry) (Known, fingerprint.Verdict, error) {
	for _, key := range contentKeys(e) {
		f, err := s.foundOf(ctx, key)
		if err != nil {
			return Unknown, fingerprint.Verdict{}, err
		}
		if f.kind != Unknown {
			return f.result()
		}
	}
	return Unknown, fingerprint.Verdict{}, nil
}

// result returns what ByContent does of this row.
func (f found) result() (Known, fingerprint.Verdict, error) {
	var v fingerprint.Verdict
	if f.kind == Matched {
		if err := json.Unmarshal([]byte(f.verdict), &v); err != nil {
			return Unknown, v, fmt.Errorf("%w: the verdict on a content: %w", ErrDamaged, err)
		}
	}
	return f.kind, v, nil
}

// foundOf returns the result under that key, from this listing or an earlier one.
func (s *VerdictCache) foundOf(ctx context.Context, key hash) (found, error) {
	s.mu.Lock()
	f, ok := s.contents[key]
	s.mu.Unlock()
	if ok {
		return f, nil
	}
	return s.j.found(ctx, key, s.version)
}

// PutKnown stores the result of ByContent for e, if that is not Matched.
func (s *VerdictCache) PutKnown(e providers.Entry, known Known) {
	s.Gone(e.Ref) // it may have matched under another name or revision
	h := hashOf(e)
	s.tables[h.shard()].put(h.marked(uint64(known) | metBit))
	s.Resolve(e.Ref)
}

// found returns the row of that key, or the zero found if there is no valid one.
func (j *Journal) found(ctx context.Context, key hash, version int) (f found, err error) {
	var checksum []byte
	err = j.read.QueryRowContext(ctx, foundByKey, key.append(nil), version).Scan(&f.kind, &f.verdict, &checksum)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return found{}, nil
	case err != nil:
		return found{}, fault(err)
	// Without a valid row the file is examined again, which costs time only. A kind above Matched is not of this
	// program.
	case f.kind > Matched, f.kind == Matched && string(checksum) != string(f.checksum(key, version)):
		return found{}, nil
	}
	return f, nil
}

// foundByKey is the query of found.
const foundByKey = `SELECT kind, verdict, checksum FROM found WHERE hash = $1 AND version = $2`

// checksum returns the checksum of a match's row. Other rows have none, because they cannot cause a deletion.
func (f found) checksum(key hash, version int) []byte {
	if f.kind != Matched {
		return []byte{}
	}
	return checksumOf(key.append(nil), version, f.verdict)
}

// findingOf returns the result for the content of e by its keys. It returns nil if the content is unknown, or if the
// header-only reading ended without a result.
func findingOf(e providers.Entry, v fingerprint.Verdict) (map[hash]found, error) {
	keys := contentKeys(e)
	if len(keys) == 0 || v.Partial && v.Confidence == fingerprint.None {
		return nil, nil
	}
	f := found{kind: knownAs(v)}
	if f.kind == Matched {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		f.verdict = string(text)
	}
	all := map[hash]found{}
	for _, key := range keys {
		all[key] = f
	}
	return all, nil
}

// writeFound inserts or replaces the rows of those keys. A key has one row, so that the version that writes last
// replaces the others. The order is that
// of every process, so that none waits for another that waits for it.
func writeFound(ctx context.Context, tx *sql.Tx, version int, rows map[hash]found) error {
	if len(rows) == 0 {
		return nil
	}
	upsert, err := tx.PrepareContext(ctx,
		`INSERT INTO found (hash, version, kind, verdict, checksum) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO UPDATE SET version = excluded.version, kind = excluded.kind, verdict = excluded.verdict,
		checksum = excluded.checksum`)
	if err != nil {
		return err
	}
	for _, key := range slices.SortedFunc(maps.Keys(rows), hash.compare) {
		f := rows[key]
		if _, err := upsert.ExecContext(ctx,
			key.append(nil), version, int(f.kind), f.verdict, f.checksum(key, version)); err != nil {
			return err
		}
	}
	return nil
}
