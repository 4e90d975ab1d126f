package local

import (
	"errors"
	"io/fs"

	"sweepd/providers"
)

// reason is disk.Reason with the errors of package providers.
func reason(op, path string, err error) error {
	err = because(op, path, err)
	if named, ok := err.(*fs.PathError); ok {
		return &fs.PathError{Op: named.Op, Path: named.Path, Err: known(named.Err)}
	}
	return err
}

// known returns err with the same text, and with the kinds of package providers beside those of package disk.
func known(err error) error {
	for _, kind := range []struct{ of, is error }{
		{errWayOutside, providers.ErrOutside}, {errNotAFile, providers.ErrChanged}, {errOpen, providers.ErrBusy},
	} {
		if errors.Is(err, kind.of) && !errors.Is(err, kind.is) {
			err = &kindError{err, kind.is}
		}
	}
	return err
}

// kindError is an error of one more kind.
type kindError struct {
	error
	kind error
}

func (e *kindError) Unwrap() []error { return []error{e.error, e.kind} }
