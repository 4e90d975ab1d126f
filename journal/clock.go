package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Clock holds the values of a machine's clocks at one moment.
type Clock struct {
	// Wall is the time of day, which a person or a program can set.
	Wall time.Time     `json:"wall"`
	Boot string        `json:"boot"` // identifies the start of the machine; "" if unknown
	Up   time.Duration `json:"up"`   // nanoseconds since the start
}

// Clocks returns the values that SetClocks stored last, or zero values if there are none. The error wraps ErrDamaged
// if they are not what was stored.
func (j *Journal) Clocks(ctx context.Context) (trusted, doubted Clock, err error) {
	rows, err := j.read.QueryContext(ctx, `SELECT trusted, doubted, checksum FROM clocks`)
	type stored struct {
		trusted, doubted string
		checksum         []byte
	}
	all, err := collect(rows, err, func(row scanner) (s stored, err error) {
		return s, row.Scan(&s.trusted, &s.doubted, &s.checksum)
	})
	// The table has one row, or none.
	for _, s := range all {
		if string(s.checksum) != string(checksumOf(s.trusted, s.doubted)) {
			err = fmt.Errorf("%w: the row has another checksum", ErrDamaged)
		}
		if err == nil {
			err = json.Unmarshal([]byte(s.trusted), &trusted)
		}
		if err == nil {
			err = json.Unmarshal([]byte(s.doubted), &doubted)
		}
	}
	if err != nil {
		return Clock{}, Clock{}, fmt.Errorf("what the clocks showed: %w", err)
	}
	return trusted, doubted, nil
}

// SetClocks replaces the stored values of both clocks.
func (j *Journal) SetClocks(ctx context.Context, trusted, doubted Clock) error {
	t, err := json.Marshal(trusted)
	if err != nil {
		return err
	}
	d, err := json.Marshal(doubted)
	if err != nil {
		return err
	}
	return j.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO clocks (id, trusted, doubted, checksum) VALUES (1, $1, $2, $3)
			ON CONFLICT (id) DO UPDATE SET trusted = excluded.trusted, doubted = excluded.doubted,
			checksum = excluded.checksum`,
			string(t), string(d), checksumOf(string(t), string(d)))
		return err
	})
}

// checksumSize is in bytes. It is enough to detect accidental changes; checksums have no other purpose.
const checksumSize = 16

// checksumOf returns the checksum of a row with these columns.
func checksumOf(columns ...any) []byte {
	var space [1 << 10]byte // enough for most rows
	sum := sha256.Sum256(appendFields(space[:0], columns...))
	return sum[:checksumSize]
}
