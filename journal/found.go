package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"sweepd/fingerprint"
	"sweepd/providers"
)

// found is a row of found: what was found of a content under a name.
type found struct {
	kind    Known
	verdict string
}

// contentKeys name a content under a file name, wherever it is: by the content
// hash where that is known, which tells a Dropbox's files, and others of one
// block; by the SHA-256 where nothing else is, or might be elsewhere. There are
// none where the storage knows no hash of its files.
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

func contentKey(e providers.Entry, kind byte, of [sha256.Size]byte) hash {
	b := binary.BigEndian.AppendUint64([]byte{kind}, uint64(e.Size))
	b = append(append(b, of[:]...), e.Name()...)
	sum := sha256.Sum256(b)
	return parseHash(sum[:hashSize]).marked(0)
}

// Elsewhere is what was found of the same content under the same name, in any
// storage, by these detectors; Unknown where nothing was. The verdict is set
// where it is Matched.
func (s *Seen) Elsewhere(ctx context.Context, e providers.Entry) (Known, fingerprint.Verdict, error) {
	var v fingerprint.Verdict
	for _, key := range contentKeys(e) {
		f, err := s.foundOf(ctx, key)
		if err != nil {
			return Unknown, v, err
		}
		if f.kind == Matched {
			if err := json.Unmarshal([]byte(f.verdict), &v); err != nil {
				return Unknown, v, fmt.Errorf("%w: the verdict on a content: %w", ErrDamaged, err)
			}
		}
		if f.kind != Unknown {
			return f.kind, v, nil
		}
	}
	return Unknown, v, nil
}

// foundOf is what was found under that key, by this listing or before.
func (s *Seen) foundOf(ctx context.Context, key hash) (found, error) {
	s.mu.Lock()
	f, ok := s.contents[key]
	s.mu.Unlock()
	if ok {
		return f, nil
	}
	return s.j.found(ctx, key, s.version)
}

// Learn remembers of e what Elsewhere said of its content, where that is no
// match.
func (s *Seen) Learn(e providers.Entry, known Known) {
	s.Gone(e.Ref) // it may have matched under another name or revision
	h := hashOf(e)
	s.tables[h.shard()].put(h.marked(uint64(known) | metBit))
	s.Settled(e.Ref)
}

// found is the row of that key; the zero found where there is none that is
// sound.
func (j *Journal) found(ctx context.Context, key hash, version int) (f found, err error) {
	var checksum []byte
	err = j.byContent.QueryRowContext(ctx, key.append(nil), version).Scan(&f.kind, &f.verdict, &checksum)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return found{}, nil
	case err != nil:
		return found{}, fault(err)
	case f.kind > Matched, f.kind == Matched && string(checksum) != string(f.checksum(key, version)):
		return found{}, nil
	}
	return f, nil
}

const foundByKey = `SELECT kind, verdict, checksum FROM found WHERE hash = $1 AND version = $2`

// checksum is that of a match's row. Other rows have none: they delete nothing.
func (f found) checksum(key hash, version int) []byte {
	if f.kind != Matched {
		return []byte{}
	}
	return checksumOf(key.append(nil), version, f.verdict)
}

// findingOf is what is remembered of the content of e, by its keys; nothing
// where it is not known which, or where the file was given up unread.
func findingOf(e providers.Entry, v fingerprint.Verdict) (map[hash]found, error) {
	keys := contentKeys(e)
	if len(keys) == 0 || v.Skimmed && v.Confidence == fingerprint.None {
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

func writeFound(ctx context.Context, tx *sql.Tx, version int, rows map[hash]found) error {
	if len(rows) == 0 {
		return nil
	}
	upsert, err := tx.PrepareContext(ctx, `INSERT INTO found (hash, version, kind, verdict, checksum) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO UPDATE SET version = excluded.version, kind = excluded.kind, verdict = excluded.verdict, checksum = excluded.checksum`)
	if err != nil {
		return err
	}
	for key, f := range rows {
		if _, err := upsert.ExecContext(ctx, key.append(nil), version, int(f.kind), f.verdict, f.checksum(key, version)); err != nil {
			return err
		}
	}
	return nil
}
