package xdgtrash

import (
	"errors"
	"fmt"

	"github.com/sweepd/sweepd/internal/disk"
)

// Kinds of refusal that the standard library does not define.
var (
	// ErrChanged: the file is no longer in the state that was asked for.
	ErrChanged = disk.ErrChanged
	// ErrBusy: a program has the file open for writing.
	ErrBusy = disk.ErrBusy
	// ErrOutside: the way to the file leads through a symbolic link or onto another mount.
	ErrOutside = disk.ErrOutside
	// ErrProtected: the file is immutable or append-only.
	ErrProtected = errors.New("the file is protected")
	// ErrUncertain: the operation may or may not have been carried out.
	ErrUncertain = errors.New("it is not known whether this was done")
	// ErrFull: the disk has no space for a .trashinfo.
	ErrFull = errors.New("the disk is full")
)

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
