package roots

import (
	"errors"
	"io/fs"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/providers"
)

// Reason is disk.Reason with the errors of package providers.
func Reason(op, path string, err error) error {
	err = disk.Reason(op, path, err)
	if named, ok := err.(*fs.PathError); ok {
		return &fs.PathError{Op: named.Op, Path: named.Path, Err: Known(named.Err)}
	}
	return err
}

// Known returns err with the same text, and with the kinds of package providers beside those of package disk.
func Known(err error) error {
	for _, kind := range []struct{ of, is error }{
		{disk.ErrOutside, providers.ErrOutside},
		{disk.ErrChanged, providers.ErrChanged},
		{disk.ErrBusy, providers.ErrBusy},
	} {
		if errors.Is(err, kind.of) && !errors.Is(err, kind.is) {
			err = Also(err, kind.is)
		}
	}
	return err
}

// Also returns err with the same text and one more kind.
func Also(err, kind error) error { return &kindError{err, kind} }

// kindError is an error of one more kind.
type kindError struct {
	error
	kind error
}

func (e *kindError) Unwrap() []error { return []error{e.error, e.kind} }
