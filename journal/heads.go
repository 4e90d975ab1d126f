package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/sweepd/sweepd/internal/durable"
	"github.com/sweepd/sweepd/known"
)

// PostgreSQL has a chain for each storage, so that the processes that write to different storages do not wait for each
// other, and one, of the storage "", for all events that are about no storage. The row of a storage in table leases is
// the head of its chain. A transaction locks the heads of all chains that it appends to when it begins, in the order of
// their names. The lines go to the server at its end, all of a chain at once.

// heads appends to the chains of one database.
type heads struct {
	leases *leases // of this process
	// dir is a folder of this machine with a file for each chain, as head.go keeps one beside a journal in a file; ""
	// for none. A backup of the database that is restored lacks the lines that these files name.
	dir string

	writing sync.Mutex // held by write, so that no older line replaces a later one

	mu    sync.Mutex
	last  map[string]head // the last line of each chain that is known to be durable
	grown map[string]bool // the chains that were appended to since their files were written
	whole map[string]bool // the chains that this process has verified
}

// newHeads returns the heads of the journal of that ID. It returns ErrMissing if this machine has those of another one
// in dir, and ErrOlder if the decisions of users are older than dir shows. "" is for no folder.
func newHeads(ctx context.Context, l *leases, dir, id string) (*heads, error) {
	h := &heads{leases: l, last: map[string]head{}, grown: map[string]bool{}, whole: map[string]bool{}}
	if dir == "" {
		return h, nil
	}
	of, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, other := range of {
		if other.Name() != id {
			return nil, fmt.Errorf("%w: %q has the ends of another one", ErrMissing, dir)
		}
	}
	h.dir = filepath.Join(dir, id)
	return h, h.compare(ctx, l.db, "")
}

// place returns the file of a chain, without its extension. The storage may be "".
func (h *heads) place(storage string) string {
	return h.dir + string(filepath.Separator) + url.PathEscape(storage)
}

// known returns the last line of a chain that is known to be durable, to this process or by the file.
func (h *heads) known(storage string) (head, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	last, ok := h.last[storage]
	if ok || h.dir == "" {
		return last, nil
	}
	noted, err := readHead(h.place(storage))
	if err == nil && noted != nil {
		last = *noted
	}
	if err == nil {
		h.last[storage] = last
	}
	return last, err
}

// compare returns ErrOlder if the chain lacks the line that is known.
func (h *heads) compare(ctx context.Context, db queries, storage string) error {
	last, err := h.known(storage)
	if err != nil || last.Lines == 0 {
		return err
	}
	return last.isIn(db.QueryRowContext(ctx, `SELECT hash FROM chain WHERE storage = $1 AND line = $2`,
		storage, last.Lines))
}

// write stores the heads that have grown. An older one is valid too: only the lines since are not protected by it.
func (h *heads) write() error {
	if h.dir == "" {
		return nil
	}
	h.writing.Lock()
	defer h.writing.Unlock()
	h.mu.Lock()
	grown := slices.Sorted(maps.Keys(h.grown))
	last := maps.Clone(h.last)
	clear(h.grown)
	h.mu.Unlock()
	var err error
	if len(grown) > 0 {
		err = durable.MkdirAll(h.dir)
	}
	for _, storage := range grown {
		var text []byte
		if err == nil {
			text, err = json.Marshal(last[storage])
		}
		if err == nil {
			// Several processes of this machine may write it at the same time.
			err = durable.Replace(headName(h.place(storage)), ".new-*", append(text, '\n'))
		}
		if err != nil {
			h.mu.Lock()
			h.grown[storage] = true
			h.mu.Unlock()
		}
	}
	return err
}

// openChains are the chains that one transaction appends to.
type openChains struct {
	h   *heads
	all map[string]*chain
}

// openChain is the part of a chain that one transaction appends.
type openChain struct {
	*openChains
	storage string
	fenced  bool // this process has not, or no longer, the lease of the storage, or is too old for the tables
	taken   bool // the lease was taken over shortly before

	// The columns of the new lines.
	lines, subjects []int64
	events          []string
	bodies, hashes  [][]byte
}

// transact is chainer.transact for several chains. do must lock a chain before it appends to it.
func (h *heads) transact(ctx context.Context, g *guard, db *sql.DB, do func(*sql.Tx, *chain) error) error {
	var chains *openChains
	err := g.sparing(ctx, db, func(tx *sql.Tx) error {
		chains = &openChains{h: h, all: map[string]*chain{}}
		common := &chain{open: &openChain{openChains: chains}}
		chains.all[""] = common
		if err := do(tx, common); err != nil {
			return err
		}
		return chains.flush(ctx, tx)
	})
	if err == nil {
		h.reached(chains)
	}
	return err
}

// lock reads the heads of the chains of these storages and keeps other processes from changing them until the
// transaction ends.
func (o *openChains) lock(ctx context.Context, tx *sql.Tx, storages ...string) error {
	slices.Sort(storages)
	storages = slices.Compact(storages)
	heads, err := readHeads(ctx, tx, storages)
	if err == nil && len(heads) < len(storages) {
		// A storage that nobody has leased yet; nobody holds it by this row either.
		_, err = tx.ExecContext(ctx, `INSERT INTO leases (storage, epoch, holder, expires_at, line, hash)
			SELECT s, 0, '', '-infinity', 0, '' FROM unnest($1::text[]) s ORDER BY s ON CONFLICT DO NOTHING`, storages)
		if err == nil {
			heads, err = readHeads(ctx, tx, storages)
		}
	}
	for _, at := range heads {
		if err == nil {
			err = o.begin(ctx, tx, at)
		}
	}
	return err
}

// headRow is a row of table leases as the head of a chain.
type headRow struct {
	storage string
	epoch   int64
	valid   bool // the lease has not expired
	taken   bool // it was taken over shortly before
	version int  // of the tables
	line    int64
	hash    digest
}

// readHeads returns and locks the heads of the storages, which are sorted. The order is that of every process, so that
// none waits for another that waits for it.
func readHeads(ctx context.Context, tx *sql.Tx, storages []string) ([]headRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT storage, epoch, expires_at > clock_timestamp(),
		purge_from > clock_timestamp(), (SELECT version FROM journal), line, hash FROM leases
		WHERE storage = ANY($1) ORDER BY storage FOR UPDATE`, storages)
	return collect(rows, err, scanHead)
}

func scanHead(row scanner) (h headRow, err error) {
	var hash sql.RawBytes
	if err = row.Scan(&h.storage, &h.epoch, &h.valid, &h.taken, &h.version, &h.line, &hash); err != nil {
		return h, err
	}
	if h.line == 0 && len(hash) == 0 {
		return h, nil
	}
	if copy(h.hash[:], hash) != len(h.hash) || len(hash) != len(h.hash) {
		return h, &BrokenError{h.line, fmt.Sprintf("the hash of the last line of %q has another length", h.storage)}
	}
	return h, nil
}

// begin makes the chain of that head one of the transaction. It returns ErrOlder if the chain lacks a line that this
// process knows to be durable.
func (o *openChains) begin(ctx context.Context, tx *sql.Tx, at headRow) error {
	c := o.all[at.storage]
	if c == nil {
		c = &chain{open: &openChain{openChains: o, storage: at.storage}}
		o.all[at.storage] = c
	}
	c.line, c.hash = at.line, at.hash
	epoch, held := o.h.leases.holds(at.storage)
	c.open.fenced = !held || !at.valid || epoch != at.epoch || at.version != o.h.leases.version
	c.open.taken = at.taken
	if held && c.open.fenced {
		o.h.leases.lose(at.storage)
	}
	if last, err := o.h.known(at.storage); err != nil || last == c.end() {
		return err
	}
	return o.h.compare(ctx, tx, at.storage)
}

// add appends the last line of c, which is the chain of o, to the lines that flush sends.
func (o *openChain) add(c *chain, event string, subject int64, body []byte) error {
	if len(body) == 0 {
		body = nil // NULL
	}
	o.lines, o.subjects = append(o.lines, c.line), append(o.subjects, subject)
	o.events, o.bodies = append(o.events, event), append(o.bodies, body)
	o.hashes = append(o.hashes, slices.Clone(c.hash[:]))
	return nil
}

// flush sends the new lines and heads.
func (o *openChains) flush(ctx context.Context, tx *sql.Tx) error {
	for storage, c := range o.all {
		n := c.open
		if len(n.lines) == 0 {
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO chain (storage, line, event, subject, body, hash)
			SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[])`,
			storage, n.lines, n.events, n.subjects, n.bodies, n.hashes)
		if err != nil {
			return err
		}
		// A chain that was not locked begins at line 0, and so finds another head than it expects.
		res, err := tx.ExecContext(ctx, `UPDATE leases SET line = $2, hash = $3 WHERE storage = $1 AND line = $4`,
			storage, c.line, c.hash[:], n.lines[0]-1)
		if err != nil {
			return err
		}
		if rows, err := res.RowsAffected(); err != nil || rows != 1 {
			return errors.Join(err, &BrokenError{n.lines[0], fmt.Sprintf("the last line of %q was changed", storage)})
		}
		n.lines, n.events, n.subjects, n.bodies, n.hashes = nil, nil, nil, nil, nil
	}
	return nil
}

// reached records that the lines of these chains are durable.
func (h *heads) reached(chains *openChains) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for storage, c := range chains.all {
		if c.line > h.last[storage].Lines {
			h.last[storage], h.grown[storage] = c.end(), true
		}
	}
}

// walkAll verifies every chain and compares its end with the head. It returns the number of all lines.
func (v *verifier) walkAll() (lines int64, err error) {
	rows, err := v.tx.QueryContext(v.ctx, `SELECT l.storage, l.epoch, FALSE, FALSE, 0, l.line, l.hash FROM leases l
		UNION ALL SELECT DISTINCT c.storage, 0, FALSE, FALSE, 0, 0, ''::bytea FROM chain c
		WHERE NOT EXISTS (SELECT * FROM leases l WHERE l.storage = c.storage) ORDER BY 1`)
	all, err := collect(rows, err, scanHead)
	if err != nil {
		return 0, err
	}
	for _, h := range all {
		if err := v.walkTo(h); err != nil {
			return 0, err
		}
		lines += v.line
	}
	return lines, nil
}

// walkTo verifies the chain of a storage and compares its end with the head.
func (v *verifier) walkTo(h headRow) error {
	v.line, v.hash, v.lastOp, v.lastRun = 0, digest{}, 0, 0
	err := v.walk(h.storage)
	if err == nil && (v.line != h.line || v.hash != h.hash) {
		err = &BrokenError{max(v.line, h.line), fmt.Sprintf("the last line is %d, and %d was noted", v.line, h.line)}
	}
	if err != nil {
		return fmt.Errorf("the chain of %q: %w", h.storage, err)
	}
	return nil
}

// verifyOnce verifies the chains of these storages, each with the rows that it is about, unless this process has done
// so: later, another process appends to them only under a lease, and its lines follow those that were verified.
func (j *Journal) verifyOnce(ctx context.Context, storages ...string) error {
	for _, storage := range storages {
		var h *heads // nil if read-only
		if j.chain != nil {
			h = j.chain.heads
			h.mu.Lock()
			whole := h.whole[storage]
			h.mu.Unlock()
			if whole {
				continue
			}
		}
		tx, err := j.read.BeginTx(ctx, &j.d.snapshot)
		if err == nil {
			v := verifier{ctx: ctx, tx: tx}
			err = errors.Join(fault(v.verifyOne(j.d, storage)), ignoreDone(tx.Rollback()))
		}
		if err != nil {
			return fmt.Errorf("verify journal %q: %w", j.name, fault(err))
		}
		if h != nil {
			h.mu.Lock()
			h.whole[storage] = true
			h.mu.Unlock()
		}
	}
	return nil
}

// verifyOne verifies the chain of one storage with all that it is about.
func (v *verifier) verifyOne(d *dialect, storage string) error {
	if err := v.prepare(d); err != nil {
		return err
	}
	rows, err := v.tx.QueryContext(v.ctx, `SELECT storage, epoch, FALSE, FALSE, 0, line, hash FROM leases
		WHERE storage = $1`, storage)
	heads, err := collect(rows, err, scanHead)
	if err == nil {
		err = v.walkTo(append(heads, headRow{storage: storage})[0])
	}
	if err != nil {
		return err
	}
	if storage != "" {
		return v.countOperations(`SELECT count(*) FROM operations WHERE storage = $1`, storage)
	}
	if err := v.countDecisions(); err != nil {
		return err
	}
	return walkKnown(v.ctx, v.tx, func(int64, known.Picture) bool { return true })
}
