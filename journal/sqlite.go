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

	"modernc.org/sqlite" // and its driver "sqlite"
)

// connect prepares a pool of at most n connections; it opens none yet. mode is
// that of sqlite.org/uri.html: "ro" or "rw", neither of which makes a file.
func connect(path, mode string, n int) *sql.DB {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	if runtime.GOOS == "windows" {
		u.Path = "/" + u.Path
	}
	u.RawQuery = url.Values{
		"mode":          {mode},
		"_busy_timeout": {"10000"}, // ms; another process writes for far less
		"_synchronous":  {"FULL"},  // in WAL mode NORMAL may lose the last commits: sqlite.org/pragma.html#pragma_synchronous
		"_foreign_keys": {"1"},
		"_txlock":       {"immediate"},
		"_dqs":          {"0"},
		"_pragma":       {"journal_size_limit(4194304)"},
	}.Encode()
	// A commit need not wait for the times of the log: fdatasync(2). Where
	// there is no such call, fsync(2) it is.
	_, _ = sqlite.Fdatasync(true)
	db, err := sql.Open("sqlite", u.String())
	if err != nil { // only for a driver that is not registered
		panic(err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

// keepLog has the last connection of a database leave the log where it is as it
// is closed: SQLite removes it by its name, which may be another database's.
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

// inspect says which version the journal at path has. It only reads: whatever
// else is there must stay as it is.
func inspect(ctx context.Context, path string) (version int, err error) {
	fi, err := os.Stat(path)
	switch {
	case err != nil:
		return 0, err
	case fi.Size() == 0: // SQLite would take it for a new database
		return 0, fmt.Errorf("%w: the file is empty", ErrDamaged)
	case fi.Size()%512 != 0 && !logged(path): // no page is smaller; SQLite would read zeros for the rest
		return 0, fmt.Errorf("%w: the last page is cut off", ErrDamaged)
	}
	db := connect(path, "ro", 1)
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
		return 0, fmt.Errorf("%w: it is %d, and this program knows %d and before: use a newer program", ErrVersion, version, latest())
	case version < 1:
		return 0, fmt.Errorf("%w: it has no version", ErrDamaged)
	}
	return version, nil
}

// logged reports whether SQLite's log beside path holds anything.
func logged(path string) bool {
	fi, err := os.Stat(path + "-wal")
	return err == nil && fi.Size() > 0
}

// create makes a new journal. It appears at path whole or not at all, so that
// an empty file is never taken for a journal without operations.
func create(ctx context.Context, path string) (err error) {
	dir := filepath.Dir(path)
	if err := makeDir(dir); err != nil {
		return err
	}
	if logged(path) {
		return fmt.Errorf("%w: there is %q without it", ErrDamaged, path+"-wal") // SQLite would replay it into the new file
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	if err := errors.Join(f.Close(), fill(ctx, f.Name())); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) { // exists: another process was faster
		return err
	}
	return syncDir(dir)
}

// fill makes the empty file at path a journal; SQLite syncs it. The log comes
// last: what is in one is moved into the file as it is closed, and SQLite does
// not say when that fails.
func fill(ctx context.Context, path string) error {
	db := connect(path, "rw", 1)
	err := migrate(ctx, db, migrations, 0)
	if err == nil {
		var mode string
		err = db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		if err == nil && mode != "wal" {
			err = fmt.Errorf("SQLite keeps no log here but a journal of mode %q: %w", mode, errors.ErrUnsupported)
		}
	}
	return errors.Join(err, db.Close())
}

// makeDir makes the directory at path and those above it that are missing, for
// nobody but the owner, and their names durable: a power cut must not take the
// whole journal with its folder.
func makeDir(path string) error {
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeDir(filepath.Dir(path)); err == nil {
			err = os.Mkdir(path, 0o700)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return nil // that it is no directory shows next
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the names in dir durable, where the system can.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
