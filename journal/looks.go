package journal

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// KnownPictures calls each for every known picture, those that scans verified first, and otherwise in the order in
// which they were learnt. The error wraps ErrDamaged as that of Known does; what each was called with is void then.
func (j *Journal) KnownPictures(ctx context.Context, each func(known.Picture)) (err error) {
	tx, err := j.read.BeginTx(ctx, &j.d.snapshot)
	if err != nil {
		return fault(err)
	}
	defer func() { err = errors.Join(err, ignoreDone(tx.Rollback())) }()
	if err := walkKnown(ctx, tx, func(_ int64, p known.Picture) bool { each(p); return true }); err != nil {
		return fmt.Errorf("read the known pictures: %w", fault(err))
	}
	return nil
}

// Look is what is stored of one state of a picture to compare it with known ones by what it looks like.
type Look struct {
	Width, Height int
	Decoded       bool              // false: only its size was read
	Looks         []perceptual.Look // those of perceptual.Looks; none if it cannot be decoded
	// Clear names the known pictures of which it is certainly no copy, by a number of the caller's. 0: none.
	Clear int64
}

// Looks is what is stored of the pictures of one storage during a listing. It takes about 200 bytes a picture. It is
// safe for concurrent use.
type Looks struct {
	j       *Journal
	storage string

	mu       sync.Mutex
	compared int64 // stored under the empty key
	recorded int64 // what is stored of it
	rows     map[hash]Look
	met      map[hash]bool
	changed  map[hash]bool
	stale    []hash // rows of another version
}

// LoadLooks returns what is stored of a storage's pictures, by the present version of package perceptual.
func (j *Journal) LoadLooks(ctx context.Context, storage string) (*Looks, error) {
	l := &Looks{j: j, storage: storage, rows: map[hash]Look{}, met: map[hash]bool{}, changed: map[hash]bool{}}
	rows, err := j.read.QueryContext(ctx,
		`SELECT key, width, height, decoded, looks, clear FROM looks WHERE storage = $1`, storage)
	_, err = collect(rows, err, func(row scanner) (none struct{}, err error) {
		var key, packed sql.RawBytes
		var look Look
		err = row.Scan(&key, &look.Width, &look.Height, &look.Decoded, &packed, &look.Clear)
		var ok bool
		look.Looks, ok = unpackLooks(packed)
		switch {
		case err != nil:
		case len(key) == 0 && ok:
			l.compared, l.recorded = look.Clear, look.Clear
		case len(key) != hashSize:
		case ok:
			l.rows[parseHash(key)] = look
		default: // the picture is decoded again
			l.stale = append(l.stale, parseHash(key))
		}
		return none, err
	})
	if err != nil {
		return nil, fmt.Errorf("load what the pictures of %s look like: %w", storage, err)
	}
	return l, nil
}

// LookOf returns what is stored of the present state of one file. ok is false if there is nothing.
func (j *Journal) LookOf(ctx context.Context, storage string, e providers.Entry) (look Look, ok bool, err error) {
	var packed []byte
	err = j.read.QueryRowContext(ctx,
		`SELECT width, height, decoded, looks, clear FROM looks WHERE storage = $1 AND key = $2`, storage,
		hashOf(e).append(nil)).Scan(&look.Width, &look.Height, &look.Decoded, &packed, &look.Clear)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Look{}, false, nil
	case err != nil:
		return Look{}, false, fmt.Errorf("read what %s looks like: %w", e.Path, fault(err))
	}
	look.Looks, ok = unpackLooks(packed)
	return look, ok, nil
}

// Of returns what is stored of the present state of e, and marks it as met. ok is false if there is nothing.
func (l *Looks) Of(e providers.Entry) (look Look, ok bool) {
	h := hashOf(e)
	l.mu.Lock()
	defer l.mu.Unlock()
	look, ok = l.rows[h]
	l.met[h] = true
	return look, ok
}

// Put stores what the present state of e looks like.
func (l *Looks) Put(e providers.Entry, look Look) {
	h := hashOf(e)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows[h], l.met[h], l.changed[h] = look, true, true
}

// Compared returns the number of the known pictures with which all pictures of the storage were compared; 0: none.
func (l *Looks) Compared() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.compared
}

// SetCompared sets what Compared returns.
func (l *Looks) SetCompared(with int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.compared = with
}

// Save durably stores all that was put. complete means that the listing named every file of the storage; Save then
// forgets those that were neither met nor put, unless there was none at all.
func (l *Looks) Save(ctx context.Context, complete bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var gone []hash
	if complete && len(l.met) > 0 {
		for h := range l.rows {
			if !l.met[h] {
				gone = append(gone, h)
			}
		}
		gone = append(gone, slices.DeleteFunc(l.stale, func(h hash) bool { return l.met[h] })...)
		l.stale = nil
	}
	if len(l.changed)+len(gone) == 0 && l.compared == l.recorded {
		return nil
	}
	err := l.j.update(ctx, func(tx *sql.Tx) error { return l.write(ctx, tx, gone) })
	if err == nil {
		l.recorded = l.compared
		clear(l.changed)
	}
	return err
}

func (l *Looks) write(ctx context.Context, tx *sql.Tx, gone []hash) error {
	put, err := tx.PrepareContext(ctx,
		`INSERT INTO looks (storage, key, width, height, decoded, looks, clear)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (storage, key) DO UPDATE SET width = excluded.width, height = excluded.height,
		decoded = excluded.decoded, looks = excluded.looks, clear = excluded.clear`)
	if err != nil {
		return err
	}
	store := func(key []byte, look Look) error {
		_, err := put.ExecContext(ctx, l.storage, key, look.Width, look.Height, bit(look.Decoded),
			packLooks(look.Looks), look.Clear)
		return err
	}
	if err := store([]byte{}, Look{Clear: l.compared}); err != nil {
		return err
	}
	for _, h := range slices.SortedFunc(maps.Keys(l.changed), hash.compare) {
		if err := store(h.append(nil), l.rows[h]); err != nil {
			return err
		}
	}
	slices.SortFunc(gone, hash.compare)
	for _, h := range gone {
		if _, err := tx.ExecContext(ctx, `DELETE FROM looks WHERE storage = $1 AND key = $2`, l.storage,
			h.append(nil)); err != nil {
			return err
		}
	}
	return nil
}

// lookSize is the length of the stored form of a perceptual.Look.
const lookSize = perceptual.Size + 1 + 8

// packLooks returns the version of package perceptual, and then the looks.
func packLooks(looks []perceptual.Look) []byte {
	b := []byte{perceptual.Version}
	for _, l := range looks {
		b, _ = l.Hash.AppendBinary(b) // never fails
		b = append(b, byte(l.Quality))
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(l.Ratio))
	}
	return b
}

// unpackLooks reads what packLooks wrote. ok is false if another version did. The first one wrote no version.
func unpackLooks(b []byte) (looks []perceptual.Look, ok bool) {
	if len(b)%lookSize != 1 || b[0] != perceptual.Version {
		return nil, false
	}
	for b = b[1:]; len(b) > 0; b = b[lookSize:] {
		l := perceptual.Look{Quality: int(b[perceptual.Size])}
		_ = l.Hash.UnmarshalBinary(b[:perceptual.Size]) // never fails for this length
		l.Ratio = math.Float64frombits(binary.BigEndian.Uint64(b[perceptual.Size+1:]))
		looks = append(looks, l)
	}
	return looks, true
}
