package journal

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sweepd/sweepd/internal/durable"
)

// head is the last line of the chain as stored beside the journal. It shows whether the journal is an older copy.
type head struct {
	// Lines is the number of lines of the chain, which is also the number of the last one.
	Lines int64  `json:"lines"`
	Hash  string `json:"hash"` // hexadecimal
}

// headName returns the name of the head's file for the journal at path.
func headName(path string) string { return path + ".head" }

// readHead returns the stored head, or nil if there is none. The error wraps ErrDamaged if the file cannot be parsed.
func readHead(path string) (*head, error) {
	fi, err := os.Stat(headName(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !fi.Mode().IsRegular() { // opening a FIFO would wait for its writer
		return nil, fmt.Errorf("%w: %q is not a file", ErrDamaged, headName(path))
	}
	f, err := os.Open(headName(path))
	if err != nil {
		return nil, err
	}
	// A head has about 90 bytes. This reads enough of a larger file to refuse it.
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	var h head
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err = d.Decode(&h)
	sum, hexErr := hex.DecodeString(h.Hash)
	if err != nil || hexErr != nil || d.More() || len(sum) != len(digest{}) || h.Lines < 1 {
		return nil, fmt.Errorf("%w: what was noted in %q cannot be read", ErrDamaged, headName(path))
	}
	return &h, nil
}

// precedes returns ErrOlder unless the journal has the line of the head. The journal may have more lines, because it
// is written first.
func (h *head) precedes(ctx context.Context, db queries) error {
	if h == nil {
		return nil
	}
	return h.isIn(db.QueryRowContext(ctx, `SELECT hash FROM chain WHERE line = $1`, h.Lines))
}

// isIn returns ErrOlder unless row has the hash of the head's line.
func (h head) isIn(row scanner) error {
	var hash []byte
	err := row.Scan(&hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w (it lacks line %d)", ErrOlder, h.Lines)
	case err != nil:
		return fault(err)
	case hex.EncodeToString(hash) != h.Hash:
		return fmt.Errorf("%w (its line %d is another)", ErrOlder, h.Lines)
	}
	return nil
}

// writeHead stores the last line if this process has added lines since it last did so. Begin and End do not call
// it, because replacing a file takes longer than the commit; an older head is valid, so that only the operations
// since are not protected by it.
func (j *Journal) writeHead(ctx context.Context) error {
	if j.chain.heads != nil {
		if err := j.chain.heads.write(); err != nil {
			return fmt.Errorf("note the last lines of the journal: %w", err)
		}
		return nil
	}
	if j.path == "" || !j.chain.grown.Swap(false) {
		return nil
	}
	// This holds SQLite's write lock, so that no process stores an older line after a newer one.
	err := j.update(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		var line int64
		var hash digest
		if err := readLast(tx.Stmt(j.chain.last).QueryRow(), &line, &hash); err != nil || line == 0 {
			return err
		}
		last := head{line, hex.EncodeToString(hash[:])}
		b, err := json.Marshal(last)
		if err != nil {
			return err
		}
		if err := durable.Replace(
			headName(j.path), filepath.Base(headName(j.path))+".new", append(b, '\n'),
		); err != nil {
			return err
		}
		return j.guard.place.note(last)
	})
	if err != nil {
		j.chain.grown.Store(true)
		return fmt.Errorf("note the last line of the journal: %w", err)
	}
	return nil
}
