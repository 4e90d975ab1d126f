package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/durable"
)

// outputFile is the output file of a verb. An existing file is replaced only if it is of the same kind, or empty, or if
// force is set; a picture never. The rule exists because a slip of the shell's completion after -o or --html would
// otherwise replace a picture or a policy.
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

// aside checks the output files that are named. If one is standard output, it makes everything else go to standard
// error, and it returns the standard output. A pipe then has the plan or the page and nothing else.
func (p *program) aside(files ...outputFile) (stdout io.Writer, err error) {
	stdout = p.term.out
	for _, o := range files {
		if o.named == "" {
			continue
		}
		if err := o.check(); err != nil {
			return stdout, err
		}
		if o.stdout() {
			p.term.out = p.term.err
		}
	}
	return stdout, nil
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
	case there.Mode().IsRegular() && there.Size() > 0:
		return path, there, o.replaceable(path)
	}
	return path, there, nil
}

// replaceable returns a *app.UsageError unless the file at path is of the kind that is written, or force is set and it
// is no picture: those are what sweepd is careful with.
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
	switch {
	case o.is(head):
		return nil
	case picture(f):
		return &app.UsageError{
			Err:  fmt.Errorf("%s exists and is not %s but a picture", o.named, o.kind),
			Hint: "name another file",
		}
	case o.force:
		return nil
	}
	return &app.UsageError{
		Err:  fmt.Errorf("%s exists and is not %s", o.named, o.kind),
		Hint: "name another file; or, to replace it: --force",
	}
}

// picture reports whether the file is an image of any kind, by its bytes; also if that cannot be found out. In doubt
// the file counts as one, and is not replaced.
func picture(f *os.File) bool {
	fi, err := f.Stat()
	if err != nil {
		return true
	}
	v, err := fingerprint.New().Classify(fingerprint.File{Size: fi.Size(), Bytes: f, HeaderOnly: true})
	return err != nil || v.MediaType != ""
}

// write writes the output of fill. A regular file appears whole or not at all, for its owner alone; to anything else
// the output is written directly. fill is called once. It returns an *outputError if the file could not be written.
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
	return o.failed(whole(path, there == nil, fill))
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
// the file system has no hard links. A FAT file system is one without them: there the file is replaced by a rename, so
// a file that appears in the meantime would be lost.
func whole(path string, fresh bool, fill func(io.Writer) error) error {
	const temp = ".sweepd-output-*"
	// A link that is made (link(2)) fails if the name exists, which a rename does not.
	if fresh {
		if err := durable.CreateFrom(path, temp, fill); err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return durable.ReplaceFrom(path, temp, fill)
}

// outputError is why a file could not be written; the file is unchanged.
type outputError struct {
	doing, file string
	err         error
}

// Error names the file as the user wrote it, and not the temporary one beside it.
func (e *outputError) Error() string { return fmt.Sprintf("%s: %s: %v", e.doing, e.file, cause(e.err)) }

// Unwrap returns the cause, such as fs.ErrPermission or a full disk.
func (e *outputError) Unwrap() error { return e.err }

// hint returns what the user can do about it.
func (e *outputError) hint() string {
	dir := filepath.Dir(e.file)
	if errors.Is(e.err, fs.ErrNotExist) || errors.Is(e.err, fs.ErrPermission) {
		return fmt.Sprintf("check that the folder %s exists and that you can write to it", dir)
	}
	return ""
}

// failed returns an error about the file as an *outputError; nil if there is none.
func (o outputFile) failed(err error) error {
	if err == nil {
		return nil
	}
	return &outputError{o.doing, o.named, err}
}
