package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"sweepd/internal/app"
	"sweepd/internal/durable"
)

// outputFile is the output file of a verb. An existing file is replaced only if it is of the same kind, or empty, or
// if force is set.
type outputFile struct {
	named string                 // as the user wrote it; "-" is standard output
	doing string                 // "save the plan"
	kind  string                 // "a saved plan": what may be replaced
	is    func(head []byte) bool // reports whether a file with this beginning is of the kind
	force bool
}

// stdout reports whether the output goes to standard output.
func (o outputFile) stdout() bool { return o.named == "-" }

// check returns a *app.UsageError if the file may not be written. It is called before there is anything to write.
func (o outputFile) check() error {
	if o.stdout() {
		return nil
	}
	_, _, err := o.target()
	return err
}

// target follows links and returns the path to write, with the description of the existing file; nil if there is
// none.
func (o outputFile) target() (path string, there fs.FileInfo, err error) {
	path, err = filepath.EvalSymlinks(o.named)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(o.named); err == nil {
			return "", nil, &app.UsageError{
				Err:  fmt.Errorf("%s is a dangling symbolic link", o.named),
				Hint: "name the file itself",
			}
		}
		return o.named, nil, nil
	}
	if err != nil {
		return "", nil, o.failed(err)
	}
	there, err = os.Stat(path)
	switch {
	case err != nil:
		return "", nil, o.failed(err)
	case there.IsDir():
		return "", nil, &app.UsageError{Err: fmt.Errorf("%s is a folder", o.named), Hint: "name a file in it"}
	case there.Mode().IsRegular() && there.Size() > 0 && !o.force:
		return path, there, o.replaceable(path)
	}
	return path, there, nil
}

// replaceable returns a *app.UsageError unless the file at path is of the kind that is written.
func (o outputFile) replaceable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return o.failed(err)
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return o.failed(err)
	}
	if o.is(head) {
		return nil
	}
	return &app.UsageError{
		Err:  fmt.Errorf("%s exists and is not %s", o.named, o.kind),
		Hint: "name another file; or, to replace it: --force",
	}
}

// write writes the output of fill. A regular file appears whole or not at all, for its owner alone; to anything else
// the output is written directly.
func (o outputFile) write(stdout io.Writer, fill func(io.Writer) error) error {
	if o.stdout() {
		return fill(stdout) // output keeps its errors
	}
	path, there, err := o.target()
	switch {
	case err != nil:
		return err
	case there != nil && !there.Mode().IsRegular():
		return o.failed(into(path, fill))
	}
	var content bytes.Buffer
	if err := fill(&content); err != nil {
		return o.failed(err)
	}
	return o.failed(whole(path, there == nil, content.Bytes()))
}

// into writes to an existing file or device, as a shell's > does.
func into(path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(fill(f), f.Close())
}

// whole writes the file at path. If fresh is set, it replaces no file, even one that is created at this moment, unless
// the file system has no hard links.
func whole(path string, fresh bool, content []byte) error {
	const temp = ".sweepd-output-*"
	if fresh {
		if err := durable.Create(path, temp, content); err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return durable.Replace(path, temp, content)
}

// outputError is why a file could not be written; the file is unchanged.
type outputError struct {
	doing, file string
	err         error
}

func (e *outputError) Error() string { return fmt.Sprintf("%s: %s: %v", e.doing, e.file, cause(e.err)) }
func (e *outputError) Unwrap() error { return e.err }

// hint returns what the user can do about it.
func (e *outputError) hint() string {
	dir := filepath.Dir(e.file)
	if errors.Is(e.err, fs.ErrNotExist) || errors.Is(e.err, fs.ErrPermission) {
		return fmt.Sprintf("check that the folder %s exists and that you can write to it", dir)
	}
	return ""
}

func (o outputFile) failed(err error) error {
	if err == nil {
		return nil
	}
	return &outputError{o.doing, o.named, err}
}
