package providers

import (
	"errors"
	"fmt"
)

// Kinds of refusal that the standard library does not define. The others are fs.ErrNotExist, fs.ErrExist,
// fs.ErrPermission and errors.ErrUnsupported.
var (
	// ErrChanged: the file is no longer at the revision that was asked for.
	ErrChanged = errors.New("the file has changed since it was examined")
	// ErrExpired: the cursor is too old to continue from; list everything again.
	ErrExpired = errors.New("the change history no longer reaches back that far")
	// ErrBusy: a program has the file open for writing.
	ErrBusy = errors.New("the file is being written")
	// ErrProtected: the storage has a reason never to delete this file.
	ErrProtected = errors.New("the file is protected")
	// ErrUncertain: the request may or may not have been carried out; Settle finds out. The record of the operation
	// stays open.
	ErrUncertain = errors.New("it is not known whether this was done")
	// ErrInterrupted: the operation was interrupted, perhaps after it was carried out, and is not resumed.
	ErrInterrupted = errors.New("it was interrupted, and may have been done")
	// ErrUnrecorded: the outcome of the operation could not be recorded; its record is still open.
	ErrUnrecorded = errors.New("the outcome could not be recorded")
	// ErrReadOnly: the storage was opened without a Recorder.
	ErrReadOnly = errors.New("the storage is opened read-only")
	// ErrEmpty: a root is empty, as it is when its disk is not mounted. It comes in an UnlistedError.
	ErrEmpty = errors.New("the folder is empty: perhaps a disk is not mounted")
	// ErrFull: the disk has no space for what must be written first.
	ErrFull = errors.New("the disk is full")
	// ErrOutside: the file is not inside the configured roots.
	ErrOutside = errors.New("the file is outside the configured roots")
)

// ProtectedError is ErrProtected from a guard, which it names.
type ProtectedError struct{ Held }

func (e *ProtectedError) Error() string { return fmt.Sprintf("%v: %s", ErrProtected, e.Why) }
func (e *ProtectedError) Unwrap() error { return ErrProtected }

// FolderError names a folder that is the reason why a file could not be moved. Any other file would fail there with
// the same error.
type FolderError struct {
	Folder string
	Err    error
}

func (e *FolderError) Error() string { return fmt.Sprintf("%q: %v", e.Folder, e.Err) }
func (e *FolderError) Unwrap() error { return e.Err }

// UnlistedError names one place that could not be listed. The files there are unknown, not gone.
type UnlistedError struct {
	Path string
	Err  error
}

func (e *UnlistedError) Error() string { return fmt.Sprintf("cannot list %q: %v", e.Path, e.Err) }
func (e *UnlistedError) Unwrap() error { return e.Err }

// Error is what Storage returns: the operation, the storage, the path, and the driver's own error.
type Error struct {
	Op      string // "trash", "restore", "read" ...
	Storage string
	Path    string // may be empty
	Err     error
}

func (e *Error) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("%s %s: %v", e.Op, e.Storage, e.Err)
	}
	return fmt.Sprintf("%s %q: %v", e.Op, e.Path, e.Err)
}
func (e *Error) Unwrap() error { return e.Err }
