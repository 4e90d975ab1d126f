package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/sweepd/sweepd/internal/postgres"
	"github.com/sweepd/sweepd/providers"
)

// Reasons for refusing a journal. The file is left unchanged.
var (
	// ErrDamaged means that the file, or a part of it, is not what was written.
	ErrDamaged = errors.New("the journal is damaged")
	// ErrForeign means that the file is the database of another program.
	ErrForeign = errors.New("the file is not a journal")
	// ErrOlder means that the journal lacks a line that the head beside it contains.
	ErrOlder = errors.New("the journal is older than the last record: was a backup restored?")
	// ErrMissing means that the head of a journal exists, but the journal does not.
	ErrMissing = errors.New("the journal is gone")
	// ErrNoLocks means that the journal's file system has no locks, so that two processes could act at once.
	ErrNoLocks = errors.New("the file system of the journal has no locks")
	// ErrReplaced means that a file of the open journal was removed or replaced.
	ErrReplaced = errors.New("the journal was replaced while open")
	// ErrFenced means that another process has, or may have, the lease of the storage: nothing may be changed. An
	// intent is recorded only if the lease was lost in the meantime.
	ErrFenced = errors.New("the lease of the storage is lost")
	// ErrTakenOver means that the process which had the lease before has not given it back, so that a call of it may be
	// under way: nothing is purged for as long as a lease lasts.
	ErrTakenOver = errors.New("the lease of the storage was just taken over from a process that did not give it back")
	// ErrUnreachable means that the database of the journal does not answer, or that its answer was lost.
	ErrUnreachable = errors.New("the database of the journal does not answer")
	// ErrClocks means that the clock of the database is too far from that of this machine.
	ErrClocks = errors.New("the clock of the database differs from that of this machine")
	// ErrVersion means that the file was written by a newer version of this program, or by an older one and is opened
	// for reading only.
	ErrVersion = errors.New("the journal has another version")
)

// BrokenError reports the place at which the record is not what was written. It wraps ErrDamaged.
type BrokenError struct {
	Line int64 // of the chain, from 1; 0 if no line is affected
	Why  string
}

// Error names the line if one is affected.
func (e *BrokenError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%v: %s", ErrDamaged, e.Why)
	}
	return fmt.Sprintf("%v at line %d: %s", ErrDamaged, e.Line, e.Why)
}

func (e *BrokenError) Unwrap() error { return ErrDamaged }

// errReadOnly is the error of every write to a journal that OpenReadOnly or Peek returned.
var errReadOnly = fmt.Errorf("the journal is opened read-only: %w", fs.ErrPermission)

// fault returns err, wrapped in ErrDamaged if the database reports damage, which no retry can repair, or in another
// error that callers distinguish.
func fault(err error) error {
	if err == nil {
		return nil
	}
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		switch se.Code() & 0xff { // the low byte is the primary code: sqlite.org/rescode.html
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return err
	}
	for _, kind := range []error{ErrDamaged, ErrUnreachable, providers.ErrFull, fs.ErrPermission} {
		if errors.Is(err, kind) { // it was told apart before
			return err
		}
	}
	switch postgres.Code(err) {
	case "":
	case "XX001", "XX002", "42P01", "42703": // corrupt data, a corrupt index, no such table or column
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case "53100": // disk full
		return fmt.Errorf("%w: %w", providers.ErrFull, err)
	case "25006", "42501": // a read-only server or session, no privilege
		return fmt.Errorf("%w: %w", fs.ErrPermission, err)
	}
	if postgres.Unreachable(err) {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return err
}

// kinds returns the errors that errors.Is recognises in a recorded error, by their stored names. The names are
// stored in journals and so never change.
func kinds() map[string]error {
	return map[string]error{
		"not exist":   fs.ErrNotExist,
		"exist":       fs.ErrExist,
		"permission":  fs.ErrPermission,
		"unsupported": errors.ErrUnsupported,
		"changed":     providers.ErrChanged,
		"expired":     providers.ErrExpired,
		"busy":        providers.ErrBusy,
		"protected":   providers.ErrProtected,
		"outside":     providers.ErrOutside,
	}
}

// kindOf returns the stored name of the kind of err, or "" if it is of no known kind.
func kindOf(err error) string {
	// An error of several kinds gets the name of any one of them.
	for word, kind := range kinds() {
		if errors.Is(err, kind) {
			return word
		}
	}
	return ""
}

// recordedError is an error as stored in the journal: its text and its kind.
type recordedError struct {
	text string
	kind error // may be nil
}

func (e *recordedError) Error() string { return e.text }
func (e *recordedError) Unwrap() error { return e.kind }

// utf8Text returns s as valid UTF-8.
func utf8Text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
