package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"github.com/sweepd/sweepd/internal/durable"

	"modernc.org/sqlite" // and its driver "sqlite"
)

// The modes of a connection. toRead and toWrite are those of sqlite.org/uri.html, which create no database; toPeek
// takes the database for one that does not change, and so needs no log and no index.
const (
	toRead  = "ro"
	toWrite = "rw"
	toPeek  = "peek"
)

// connect returns a pool of at most n connections in a mode and opens none yet.
func connect(path, mode string, n int) *sql.DB {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	if runtime.GOOS == "windows" {
		u.Path = "/" + u.Path
	}
	query := url.Values{
		"mode":          {mode},
		"_busy_timeout": {"10000"}, // ms; writes of other processes are much shorter
		// In WAL mode NORMAL may lose the last commits: sqlite.org/pragma.html#pragma_synchronous.
		"_synchronous":  {"FULL"},
		"_foreign_keys": {"1"},
		// A transaction takes the write lock when it begins, so that all that it reads stays valid.
		"_txlock": {"immediate"},
		// A misspelt column is an error and not a string: sqlite.org/quirks.html.
		"_dqs": {"0"},
		// SQLite cuts its log to this many bytes once it is empty; see reserved.
		"_pragma": {"journal_size_limit(4194304)"},
	}
	// In KiB, where SQLite's own value is 2000. The kernel has the pages that are read, and a commit of a batch fits.
	switch mode {
	case toRead, toPeek:
		query.Add("_pragma", "cache_size(-256)")
	case toWrite:
		query.Add("_pragma", "cache_size(-1000)")
	}
	if mode == toPeek {
		query.Set("mode", toRead)
		// SQLite then takes no locks and reads no log: sqlite.org/uri.html#uriimmutable.
		query.Set("immutable", "1")
	}
	u.RawQuery = query.Encode()
	// A commit need not wait for the times of the log: fdatasync(2). Systems without that call use fsync(2).
	_, _ = sqlite.Fdatasync(true)
	db, err := sql.Open("sqlite", u.String())
	if err != nil { // only if the driver is not registered
		panic(err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

// keepLog makes SQLite keep the log when the last connection of the database closes. SQLite would otherwise remove it
// by its name, which may belong to another database.
func keepLog(db *sql.DB) error {
	c, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	err = c.Raw(func(c any) error {
		_, err := c.(sqlite.FileControl).FileControlPersistWAL("main", 1)
		return err
	})
	return errors.Join(err, c.Close())
}

// inspect returns the version of the journal at path. It only reads, because any other file must stay unchanged.
// It returns ErrForeign, ErrVersion or ErrDamaged for a file that it refuses.
func inspect(ctx context.Context, path, mode string) (version int, err error) {
	fi, err := os.Stat(path)
	switch {
	case err != nil:
		return 0, err
	case fi.Size() == 0: // SQLite would treat it as a new database
		return 0, fmt.Errorf("%w: the file is empty", ErrDamaged)
	// No page is smaller than 512 bytes; SQLite would read zeros for the rest.
	case fi.Size()%512 != 0 && !logged(path):
		return 0, fmt.Errorf("%w: the last page is cut off", ErrDamaged)
	}
	db := connect(path, mode, 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	var application int
	err = db.QueryRowContext(ctx, "SELECT (SELECT application_id FROM pragma_application_id),"+
		" (SELECT user_version FROM pragma_user_version)").Scan(&application, &version)
	switch {
	case err != nil:
		return 0, fault(err)
	case application != applicationID:
		return 0, ErrForeign
	case version > latest():
		return 0, fmt.Errorf("%w: it is %d, and this program knows %d and before: use a newer program",
			ErrVersion, version, latest())
	case version < 1:
		return 0, fmt.Errorf("%w: it has no version", ErrDamaged)
	}
	return version, nil
}

// logged reports whether SQLite's log beside path has any content.
func logged(path string) bool {
	fi, err := os.Stat(path + "-wal")
	return err == nil && fi.Size() > 0
}

// create makes a new journal. The complete file appears at path atomically, so that an empty file is never treated as
// a journal without operations.
func create(ctx context.Context, path string) (err error) {
	dir := filepath.Dir(path)
	if err := durable.MkdirAll(dir); err != nil {
		return err
	}
	if logged(path) {
		// SQLite would replay the log into the new file.
		return fmt.Errorf("%w: there is %q without it", ErrDamaged, path+"-wal")
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	// f stays open, so that Sync reports every failure of a write to the disk since.
	err = fill(ctx, f.Name())
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	// fs.ErrExist means that another process was faster.
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return durable.SyncDir(dir)
}

// fill makes the empty file at path a journal. The caller syncs it once, where SQLite would sync seven times. Log mode
// is set last: SQLite moves the content of a log into the file when it closes the database, and does not report a
// failure of that.
func fill(ctx context.Context, path string) error {
	db := connect(path, "rw", 1)
	_, err := db.ExecContext(ctx, "PRAGMA synchronous = OFF")
	if err == nil {
		err = migrate(ctx, db, migrations, 0)
	}
	if err == nil {
		var mode string
		err = db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		if err == nil && mode != "wal" {
			err = fmt.Errorf("SQLite keeps no log here but a journal of mode %q: %w", mode, errors.ErrUnsupported)
		}
	}
	return errors.Join(err, db.Close())
}
