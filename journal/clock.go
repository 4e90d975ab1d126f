package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Clock is what a machine's clocks showed at one moment. Nothing here judges
// it.
type Clock struct {
	Wall time.Time     `json:"wall"`
	Boot string        `json:"boot"` // which start of the machine it was; "" where the system does not say
	Up   time.Duration `json:"up"`   // nanoseconds since then
}

// Clocks are what SetClocks stored last; zero values when nothing was stored.
// ErrDamaged: they are not what was stored.
func (j *Journal) Clocks(ctx context.Context) (trusted, doubted Clock, err error) {
	rows, err := j.read.QueryContext(ctx, `SELECT trusted, doubted, checksum FROM clocks`)
	type stored struct {
		trusted, doubted string
		checksum         []byte
	}
	all, err := collect(rows, err, func(row scanner) (s stored, err error) {
		return s, row.Scan(&s.trusted, &s.doubted, &s.checksum)
	})
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

// SetClocks stores both in place of what was stored before.
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
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO clocks (id, trusted, doubted, checksum) VALUES (1, $1, $2, $3)`,
			string(t), string(d), checksumOf(string(t), string(d)))
		return err
	})
}

// checksumSize is enough against accidents, which is all that a checksum is for.
const checksumSize = 16

// checksumOf is that of a row with these columns.
func checksumOf(columns ...any) []byte {
	sum := sha256.Sum256(appendFields(nil, columns...))
	return sum[:checksumSize]
}
