package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sweepd/providers"
)

// Reasons why a journal cannot be used as it is. The file is left untouched.
var (
	// ErrDamaged: the file, or a part of it, is not what was written.
	ErrDamaged = errors.New("the journal is damaged")
	// ErrForeign: the file is the database of another program.
	ErrForeign = errors.New("the file is not a journal")
	// ErrOlder: the journal lacks what the head beside it says was recorded.
	ErrOlder = errors.New("the journal is older than what was recorded: a copy was put back?")
	// ErrMissing: there is the head of a journal, and no journal.
	ErrMissing = errors.New("the journal is gone")
	// ErrNoLocks: the file system that it is on has no locks, so that two
	// processes could act at once.
	ErrNoLocks = errors.New("the file system of the journal has no locks")
	// ErrReplaced: a file of the open journal was removed, or another one is in
	// its place.
	ErrReplaced = errors.New("the journal is not the one any more that was opened")
	// ErrVersion: the file was written by a newer version of this program, or
	// by an older one where it may only be read.
	ErrVersion = errors.New("the journal has another version")
)

// BrokenError says where the record is not what was written. It wraps
// ErrDamaged.
type BrokenError struct {
	Line int64 // of the chain, from 1; 0 when it is about no line
	Why  string
}

func (e *BrokenError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%v: %s", ErrDamaged, e.Why)
	}
	return fmt.Sprintf("%v at line %d: %s", ErrDamaged, e.Line, e.Why)
}

func (e *BrokenError) Unwrap() error { return ErrDamaged }

var errReadOnly = fmt.Errorf("the journal is open for reading only: %w", fs.ErrPermission)

// fault tells damage, which no retry will mend, from SQLite's other errors.
func fault(err error) error {
	se, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch se.Code() & 0xff { // the low byte is the primary code: sqlite.org/rescode.html
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// kinds are the errors that are told again, by errors.Is, of what was recorded.
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

// kindOf is the word for err, "" when it is of no known kind.
func kindOf(err error) string {
	for word, kind := range kinds() {
		if errors.Is(err, kind) {
			return word
		}
	}
	return ""
}

// recordedError is an error as the journal keeps it: its text, and its kind.
type recordedError struct {
	text string
	kind error // may be nil
}

func (e *recordedError) Error() string { return e.text }
func (e *recordedError) Unwrap() error { return e.kind }

// text makes s storable everywhere: databases that insist on UTF-8 included.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
