package journal

import (
	"context"
	"database/sql"
	"fmt"
)

// The hashes of a storage are stored in rows, each with those from its first byte on, as far as the next row. A row for
// each first byte would have 4 hashes if there are 1,000 files, and more bytes around them than in them; so small
// storages have fewer rows. Many accounts are small, and a small change is to write little in a large one.
const (
	fewInRow, manyInRow = 64, 512 // hashes in a row, in the mean, for which the rows stay as they are
	newInRow            = 256     // that many at most if rows are laid out anew
)

// rowsFor returns in how many rows that many hashes are stored, a power of two. stored is in how many they are stored
// now; 0: in none, or in others than these.
func rowsFor(hashes, stored int) int {
	few := stored > 1 && hashes < fewInRow*stored
	many := stored < shards && hashes > manyInRow*stored
	if stored > 0 && !few && !many {
		return stored
	}
	rows := 1
	for rows < shards && hashes > newInRow*rows {
		rows *= 2
	}
	return rows
}

// storedRows returns the number of rows of the storage, of any version; 0 if they are not all of the same width.
func (s *VerdictCache) storedRows(ctx context.Context, tx *sql.Tx) (int, error) {
	rows, err := tx.QueryContext(ctx,
		`SELECT start FROM seen WHERE storage = $1 ORDER BY start`+s.j.d.forUpdate, s.storage)
	starts, err := collect(rows, err, func(row scanner) (start int, err error) { return start, row.Scan(&start) })
	if err != nil || len(starts) == 0 || shards%len(starts) != 0 {
		return 0, err
	}
	for i, start := range starts {
		if start != i*shards/len(starts) {
			return 0, nil
		}
	}
	return len(starts), nil
}

// writeShards stores the rows of these shards, which are sorted. It returns the count of changes that is included of
// each shard that was written, for table.written.
func (s *VerdictCache) writeShards(ctx context.Context, tx *sql.Tx, dirty []int) (written map[int]int, err error) {
	if len(dirty) == 0 {
		return nil, nil
	}
	stored, err := s.storedRows(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows := rowsFor(s.used(), stored)
	width := shards / rows
	if rows != stored {
		if _, err := tx.ExecContext(ctx, `DELETE FROM seen WHERE storage = $1`, s.storage); err != nil {
			return nil, err
		}
		dirty = nil
		for i := range rows {
			dirty = append(dirty, i*width)
		}
	}
	written = map[int]int{}
	row := []byte{} // one after the other
	for _, i := range dirty {
		start := i / width * width
		if _, ok := written[start]; ok {
			continue
		}
		if row, err = s.writeRow(ctx, tx, start, start+width, row[:0], written); err != nil {
			return nil, err
		}
	}
	return written, nil
}

// writeRow stores the shards from start to before end as one row, and adds to written what it includes of each. It
// makes the row in the empty b, and returns that.
func (s *VerdictCache) writeRow(
	ctx context.Context, tx *sql.Tx, start, end int, b []byte, written map[int]int,
) ([]byte, error) {
	for i := start; i < end; i++ {
		b, written[i] = s.tables[i].pack(b)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO seen (storage, start, version, hashes) VALUES ($1, $2, $3, $4)
		ON CONFLICT (storage, start) DO UPDATE SET version = excluded.version, hashes = excluded.hashes`,
		s.storage, start, s.version, b)
	return b, err
}

// unpack fills the empty tables from start on from the hashes of a row, and returns the last shard of it; start-1 if it
// has none. It returns ErrDamaged for a row that writeRow did not write.
func (s *VerdictCache) unpack(start int, packed []byte) (last int, err error) {
	if start < 0 || start >= shards {
		return 0, fmt.Errorf("%w: a row of the files seen begins at %d", ErrDamaged, start)
	}
	last = start - 1
	for len(packed) > 0 {
		shard, n := packed[0], 0
		for n < len(packed) && packed[n] == shard {
			n = min(n+hashSize, len(packed))
		}
		if int(shard) <= last {
			return 0, fmt.Errorf("%w: row %d of the files seen has shard %d after %d", ErrDamaged, start, shard, last)
		}
		if err := s.tables[shard].unpack(shard, packed[:n]); err != nil {
			return 0, err
		}
		packed, last = packed[n:], int(shard)
	}
	return last, nil
}

// used returns the number of hashes.
func (s *VerdictCache) used() (n int) {
	for i := range s.tables {
		n += s.tables[i].size()
	}
	return n
}

// pack appends the stored form of the hashes of t that have no row of their own to b: each once, ascending. It also
// returns the count of changes that this form includes.
func (t *table) pack(b []byte) (packed []byte, changes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.places {
		if h.packed() {
			b = h.append(b)
		}
	}
	return b, t.changes
}

// unpack fills the empty table t from the result of pack for that shard. It returns ErrDamaged for any other input.
func (t *table) unpack(shard byte, packed []byte) error {
	if len(packed)%hashSize != 0 {
		return fmt.Errorf("%w: shard %d of the files seen has %d bytes", ErrDamaged, shard, len(packed))
	}
	n := len(packed) / hashSize
	t.allocate(n + 4) // room for the hashes of records and for new ones
	var last hash
	next := 0
	for i := 0; i < len(packed); i += hashSize {
		h := parseHash(packed[i:])
		ordered := i == 0 || last.compare(h) < 0
		// pack writes no other form: ascending, only of this shard, and only with kinds as marks.
		if h.shard() != shard || !h.packed() || h.lo&markBits&^kindBits != 0 || !ordered {
			return fmt.Errorf("%w: shard %d of the files seen, hash %d", ErrDamaged, shard, i/hashSize)
		}
		next = t.push(next, h)
		t.used++
		last = h
	}
	return nil
}
