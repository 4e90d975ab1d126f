package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"github.com/sweepd/sweepd/known"
)

// Each process looks up known pictures, and reading a row for each of them takes a large part of a short scan. So the
// set is stored as a whole by the first process that has read the rows. Its checksum also covers all that the rows
// depend on, so that a set of other rows is not taken for that of these, and neither is a damaged one: then the rows
// are read again. The rows themselves are compared with the chain by Verify, before anything is deleted.

// Known returns all known pictures for look-ups, and the state for KnownState. The error wraps ErrDamaged if the
// pictures had to be read from their rows, and one of a source was changed, lost or added: it might be an upload.
func (j *Journal) Known(ctx context.Context) (_ *known.Set, state KnownState, err error) {
	set, state, key, err := j.readLookup(ctx)
	if err != nil {
		return nil, state, fmt.Errorf("read the known pictures: %w", fault(err))
	}
	if len(key) > 0 && set.Len() > 0 && j.write != nil {
		// Only time is lost if it cannot be stored, and the guard keeps any error that shows more about the journal.
		_ = j.storeLookup(ctx, set, state, key)
	}
	return set, state, nil
}

// readLookup returns the known pictures in one snapshot. key is nil if the stored set is theirs, and else the key by
// which it can be stored.
func (j *Journal) readLookup(ctx context.Context) (set *known.Set, state KnownState, key []byte, err error) {
	tx, err := j.read.BeginTx(ctx, &j.d.snapshot)
	if err != nil {
		return nil, state, nil, err
	}
	defer func() { err = errors.Join(err, ignoreDone(tx.Rollback())) }()
	if state, err = knownState(tx.QueryRowContext(ctx, stateOfKnown)); err != nil {
		return nil, state, nil, err
	}
	sources, times, err := sourcesOf(ctx, tx)
	if err != nil {
		return nil, state, nil, err
	}
	key = appendFields(nil, state.Learnt, state.Verified, micros(times[seen]))
	for _, s := range sources {
		key = appendFields(key, s.source.ID, micros(s.source.Learnt), s.digest)
	}
	if set, err = storedLookup(ctx, tx, key); set != nil || err != nil {
		return set, state, nil, err
	}
	set = known.NewSet(func(yield func(known.Picture) bool) {
		err = walkKnown(ctx, tx, func(_ int64, p known.Picture) bool { return yield(p) })
	})
	return set, state, key, err
}

// storedLookup returns the set that is stored for the key, or nil if there is none.
func storedLookup(ctx context.Context, tx *sql.Tx, key []byte) (*known.Set, error) {
	rows, err := tx.QueryContext(ctx, `SELECT files, checksum FROM lookup`)
	all, err := collect(rows, err, func(row scanner) (*known.Set, error) {
		var files, checksum sql.RawBytes
		if err := row.Scan(&files, &checksum); err != nil || !bytes.Equal(checksum, lookupChecksum(files, key)) {
			return nil, err
		}
		set, err := known.ParseSet(files)
		if err != nil { // of another version of the program
			return nil, nil
		}
		return set, nil
	})
	if err != nil || len(all) != 1 {
		return nil, err
	}
	return all[0], nil
}

// storeLookup stores the set for the key, unless the state is another one by now.
func (j *Journal) storeLookup(ctx context.Context, set *known.Set, of KnownState, key []byte) error {
	files, err := set.AppendBinary(nil)
	if err != nil {
		return err
	}
	return j.guard.transact(ctx, j.write, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE lookup SET files = $1, checksum = $2
			WHERE (SELECT coalesce(max(line), 0) FROM sources) = $3 AND (SELECT changes FROM verified) = $4`,
			files, lookupChecksum(files, key), of.Learnt, of.Verified)
		return err
	})
}

// emptyLookup removes the stored set, so that nothing is left of pictures that are to be forgotten.
func emptyLookup(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE lookup SET files = $1, checksum = $1`, []byte{})
	return err
}

// lookupChecksum returns the checksum over a stored set and its key.
func lookupChecksum(files, key []byte) []byte {
	h := sha256.New()
	h.Write(appendFields(nil, key))
	h.Write(files)
	return h.Sum(nil)
}
