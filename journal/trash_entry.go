package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// TrashEntry is the record of an entry in a bin that keeps no dates.
type TrashEntry struct {
	Path      string
	Size      int64
	FirstSeen time.Time // when it was first seen in the bin; UTC

	// Verdict is nil if these detectors have not examined the entry.
	Verdict *fingerprint.Verdict
}

// Bin returns the records of a storage's bin, with the verdicts of that version of the detectors. It leaves out rows
// whose checksum is wrong. The error wraps ErrDamaged if a verdict cannot be decoded.
func (j *Journal) Bin(ctx context.Context, storage string, version int) (map[providers.Receipt]TrashEntry, error) {
	bin := map[providers.Receipt]TrashEntry{}
	rows, err := j.read.QueryContext(ctx,
		`SELECT receipt, path, size, first_seen, version, verdict, checksum FROM binned WHERE storage = $1`, storage)
	_, err = collect(rows, err, func(row scanner) (none struct{}, err error) {
		var receipt, path, checksum []byte
		var b TrashEntry
		var first sql.NullInt64
		var found int
		var verdict string
		if err := row.Scan(&receipt, &path, &b.Size, &first, &found, &verdict, &checksum); err != nil {
			return none, err
		}
		b.Path, b.FirstSeen = string(path), moment(first)
		if string(checksum) != string(checksumOf(storage, receipt, path, b.Size, micros(b.FirstSeen), found, verdict)) {
			return none, nil
		}
		if verdict != "" && found == version {
			b.Verdict = new(fingerprint.Verdict)
			if err := json.Unmarshal([]byte(verdict), b.Verdict); err != nil {
				return none, fmt.Errorf("%w: the verdict on %q in the bin: %w", ErrDamaged, b.Path, err)
			}
		}
		bin[providers.Receipt(receipt)] = b
		return none, nil
	})
	if err != nil {
		return nil, fmt.Errorf("what is remembered of the bin of %s: %w", storage, err)
	}
	return bin, nil
}

// SetBin stores the given entries. If only is true, it removes all others. version is that of the detectors that
// made the verdicts.
func (j *Journal) SetBin(
	ctx context.Context, storage string, version int, bin map[providers.Receipt]TrashEntry, only bool,
) error {
	return j.update(ctx, func(tx *sql.Tx) error {
		if only {
			if _, err := tx.ExecContext(ctx, `DELETE FROM binned WHERE storage = $1`, storage); err != nil {
				return err
			}
		}
		for _, receipt := range slices.Sorted(maps.Keys(bin)) {
			if err := setTrashEntry(ctx, tx, storage, version, receipt, bin[receipt]); err != nil {
				return err
			}
		}
		return nil
	})
}

// setTrashEntry replaces the row of one entry and computes its checksum.
func setTrashEntry(
	ctx context.Context, tx *sql.Tx, storage string, version int, receipt providers.Receipt, b TrashEntry,
) error {
	verdict := ""
	if b.Verdict != nil {
		text, err := json.Marshal(b.Verdict)
		if err != nil {
			return err
		}
		verdict = string(text)
	}
	columns := []any{storage, []byte(receipt), []byte(b.Path), b.Size, micros(b.FirstSeen), version, verdict}
	_, err := tx.ExecContext(ctx,
		`INSERT INTO binned (storage, receipt, path, size, first_seen, version, verdict, checksum)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (storage, receipt) DO UPDATE SET path = excluded.path, size = excluded.size,
		first_seen = excluded.first_seen, version = excluded.version, verdict = excluded.verdict,
		checksum = excluded.checksum`, append(columns, checksumOf(columns...))...)
	return err
}
