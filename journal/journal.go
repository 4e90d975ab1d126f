package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/sweepd/sweepd/internal/postgres"
)

// Options configure a Journal.
type Options struct {
	// Now returns the time that is stored in rows. It is required.
	Now func() time.Time
	// Skew is how far the clock of a database may be from Now; 0: 30 seconds.
	Skew time.Duration
	// Heads is a folder of this machine, "" for none. The last lines that this machine has written to a database are
	// stored there, and a database that lacks one is refused as an older copy. It is of one database; remove it to
	// accept another one or a backup.
	Heads string
	// Lease is how long a lease in a database lasts without a renewal, and so how long the storages of a process that
	// was killed wait for another one, with a quarter more. 0: a minute.
	Lease time.Duration
}

// Journal is an open journal. It is safe for concurrent use, and several processes may have the same file open. It
// implements providers.Recorder.
type Journal struct {
	// path is absolute; "" for a journal without a file, which is a temporary one or a database's.
	path  string
	name  string // path or database, for messages
	id    string // of the record; "" if it is known by its file
	d     *dialect
	now   func() time.Time
	write *sql.DB // one connection, because SQLite has one writer; nil if read-only
	// read has up to readers connections. For a temporary journal it is the same pool as write.
	read    *reader
	keys    keys
	chain   *chainer // nil if read-only
	leases  *leases  // in a database; nil in a file, where locks on files are the leases
	claims  *claims  // nil in a database
	guard   *guard   // over write; without a place if read-only, because it is not watched then
	records *committer[*record]
}

// readers limits the connections that read beside the writer.
const readers = 4

// Open opens the journal at path. If there is none, it creates it with mode 0600 in a directory with mode 0700. It
// migrates an older journal. path may also be the address of a PostgreSQL database, postgres://..., whose schema is
// then the journal; Open returns ErrUnreachable if it does not answer, and ErrClocks if its clock differs by more than
// o.Skew. It returns ErrDamaged, ErrForeign or ErrVersion for a file that it refuses, ErrOlder or
// ErrMissing if recorded lines are lost, and providers.ErrFull if the disk is full even without the reserve.
func Open(ctx context.Context, path string, o Options) (*Journal, error) {
	if o.Now == nil {
		return nil, errors.New("a journal needs a clock")
	}
	if postgres.IsDSN(path) {
		return openDatabase(ctx, path, o, false, standardTerms(o.Lease))
	}
	j, err := openSparing(ctx, path, o, toWrite)
	if err == nil {
		j.guard.reserve.keep(ample)
	}
	return j, err
}

// openSparing calls open and, if the disk is full, frees the reserve and retries. It makes path absolute, so that
// a later change of the working directory has no effect.
func openSparing(ctx context.Context, path string, o Options, mode string) (j *Journal, err error) {
	if path, err = filepath.Abs(path); err == nil {
		r := &reserve{path: path}
		err = r.spare(func() (err error) {
			j, err = open(ctx, r, o, mode)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("open journal %q: %w", path, err)
	}
	return j, nil
}

// OpenReadOnly opens the journal at path for reading; every write returns an error that wraps fs.ErrPermission. It
// creates no file and returns fs.ErrNotExist if there is none. It returns the errors of Open, and ErrVersion also for
// an older version.
func OpenReadOnly(ctx context.Context, path string) (*Journal, error) {
	if postgres.IsDSN(path) {
		return openDatabase(ctx, path, Options{}, true, standardTerms(0))
	}
	return openSparing(ctx, path, Options{}, toRead)
}

// Peek is OpenReadOnly for a reader that leaves no trace, such as the completion of a shell: it makes no log and no
// index of SQLite beside the journal, and frees no reserve. It returns an error if that is not possible, which is so
// after a crash until the journal is opened again. Reads while another process writes may be wrong.
func Peek(ctx context.Context, path string) (*Journal, error) {
	if postgres.IsDSN(path) { // a database has no traces to leave
		return OpenReadOnly(ctx, path)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	mode := toPeek
	// With a log, the database file alone is out of date, and reading the log takes its index, which SQLite would
	// create.
	if logged(path) {
		if _, err := os.Stat(path + "-shm"); err != nil {
			return nil, fmt.Errorf("peek at journal %q: its log has no index: %w", path, err)
		}
		mode = toRead
	}
	j, err := open(ctx, &reserve{path: path}, Options{}, mode)
	if err != nil {
		return nil, fmt.Errorf("peek at journal %q: %w", path, err)
	}
	return j, nil
}

// open opens a journal in a mode. It refuses a file before it writes to it: it compares the head, the kind and
// the version, and only then migrates.
func open(ctx context.Context, r *reserve, o Options, mode string) (_ *Journal, err error) {
	path, writable := r.path, mode == toWrite
	reading := mode
	if writable {
		reading = toRead
	}
	// The head is read first, so that the journal's content is newer.
	noted, err := readHead(path)
	if err != nil {
		return nil, err
	}
	db, err := os.Stat(path)
	if noted != nil && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %q is there without it", ErrMissing, headName(path))
	}
	if writable && errors.Is(err, fs.ErrNotExist) {
		if err = create(ctx, path); err == nil {
			db, err = os.Stat(path)
		}
	}
	if err != nil {
		return nil, err
	}
	version, err := inspect(ctx, path, reading)
	if err != nil {
		return nil, err
	}
	j := &Journal{path: path, name: path, d: sqliteDialect(), now: o.Now, guard: newGuard(nil), claims: newClaims()}
	j.read = newReader(connect(path, reading, readers))
	j.guard.reserve = r
	// An older copy is refused before the migration, so that it stays as it is.
	if err = noted.precedes(ctx, j.read); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	if writable {
		j.write = connect(path, toWrite, 1)
		if err = j.openWriter(ctx, version); err == nil {
			// db is from before the file was opened, so that newPlace detects a replacement in the meantime.
			j.guard.place, err = newPlace(path, db, noted)
		}
	} else if version != latest() {
		err = fmt.Errorf("%w: it is %d, and is brought to %d when next it is written to", ErrVersion, version, latest())
	}
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// openWriter makes j writable. version is that of the file; 0 for an empty database.
func (j *Journal) openWriter(ctx context.Context, version int) error {
	if err := migrate(ctx, j.write, migrations, version); err != nil {
		return fault(err)
	}
	var err error
	if j.chain, err = newChainer(ctx, j.write, j.guard); err != nil {
		return fault(err)
	}
	return j.startRecorder(ctx)
}

// startRecorder starts what serves Begin and End.
func (j *Journal) startRecorder(ctx context.Context) error {
	r, err := newRecorder(ctx, j.write, j.d, j.chain)
	if err != nil {
		return fault(err)
	}
	j.keys.begin()
	j.records = newCommitter(r.commit)
	return nil
}

// Check reads the whole file and returns ErrDamaged unless its structure and its content are valid; see Verify. Open
// detects only damage to the first page. A caller that acts on the journal's content calls Check first.
//
// A database checks its own pages, and may have the operations of many storages. Check verifies there what is about no
// storage, such as the users' decisions, and Lease what is about the one that is leased.
func (j *Journal) Check(ctx context.Context) error {
	if j.Shared() {
		return j.guard.judge(j.verifyOnce(ctx, ""))
	}
	if j.path == "" {
		_, err := j.Verify(ctx)
		return err
	}
	var found string
	// One finding is enough; see sqlite.org/pragma.html#pragma_integrity_check.
	err := j.read.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found)
	if err == nil && found != "ok" {
		err = fmt.Errorf("%w: %s", ErrDamaged, found)
	}
	if err != nil {
		return fmt.Errorf("check journal %q: %w", j.name, fault(err))
	}
	_, err = j.Verify(ctx)
	return err
}

// Close waits for running writes, stores the head, and closes the files. Later calls return an error. If the journal
// is lost, Close leaves the files at its place unchanged.
func (j *Journal) Close() error {
	if j.records != nil {
		j.records.close()
	}
	var errs []error
	// At the place of a lost journal there may be the head of another one.
	if j.chain != nil && j.Err() == nil {
		errs = append(errs, j.Intact(), j.writeHead(context.Background()))
	}
	if j.leases != nil {
		j.leases.close()
	}
	errs = append(errs, j.read.Close())
	if j.write != nil && j.path != "" && j.Err() != nil {
		errs = append(errs, keepLog(j.write))
	}
	if j.write != nil {
		errs = append(errs, j.write.Close())
	}
	j.guard.reserve.restore()
	return errors.Join(errs...)
}

// update runs do in one durable transaction. do may run twice; see guard.sparing.
func (j *Journal) update(ctx context.Context, do func(tx *sql.Tx) error) error {
	if j.write == nil {
		return errReadOnly
	}
	return j.guard.sparing(ctx, j.write, do)
}

// transact runs do in a transaction. It commits unless do returns an error. do must use tx and not db, which has
// one connection. The error wraps ErrDamaged if SQLite reports damage.
func transact(ctx context.Context, db *sql.DB, do func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fault(err)
	}
	if err := do(tx); err != nil {
		return errors.Join(fault(err), ignoreDone(tx.Rollback()))
	}
	return fault(tx.Commit())
}

// ignoreDone returns nil for the error of a Rollback after SQLite has already rolled back.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
