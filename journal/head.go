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
)

// head is the last line of the chain as it was noted beside the journal, by
// which an older copy of the journal is known for one.
type head struct {
	Lines int64  `json:"lines"`
	Hash  string `json:"hash"` // hexadecimal
}

// headName is the file of the head of the journal at path.
func headName(path string) string { return path + ".head" }

// readHead reads what was noted; nil when nothing was yet. ErrDamaged: it is
// not what was noted.
func readHead(path string) (*head, error) {
	fi, err := os.Stat(headName(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !fi.Mode().IsRegular() { // to open a FIFO waits for its writer
		return nil, fmt.Errorf("%w: %q is not a file", ErrDamaged, headName(path))
	}
	f, err := os.Open(headName(path))
	if err != nil {
		return nil, err
	}
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

// querier is a database, or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// precedes holds that the journal has the line that was noted. It may have
// more: they are written first.
func (h *head) precedes(ctx context.Context, db querier) error {
	if h == nil {
		return nil
	}
	var hash []byte
	err := db.QueryRowContext(ctx, `SELECT hash FROM chain WHERE line = $1`, h.Lines).Scan(&hash)
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

// writeHead notes the last line, if this process has added any since it did.
func (j *Journal) writeHead(ctx context.Context) error {
	if j.path == "" || !j.chain.grown.Swap(false) {
		return nil
	}
	// SQLite's write lock is held meanwhile, so that no process notes an
	// older line after a newer one.
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
		if err := replace(headName(j.path), append(b, '\n')); err != nil {
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

// replace makes b the content of the file at path, whole or not at all, and
// durable. Only one process does it at a time.
func replace(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
