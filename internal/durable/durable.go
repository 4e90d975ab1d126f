// Package durable writes small files so that they survive a power cut: content and name are synced before a function
// returns. A file appears at its path whole or not at all.
//
// A rename or a link is durable only once its folder is synced (fsync(2), "Calling fsync() does not necessarily ensure
// that the entry in the directory containing the file has also reached disk"). On Windows, which cannot open a folder
// for that, folders are not synced.
package durable

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Replace writes content to the file at path, which may exist. Only the owner may read the new file. temp is the name
// of a temporary file in the same folder; if it has a *, os.CreateTemp makes it unique, otherwise only one process may
// call Replace at a time, and a killed one leaves at most that one file.
func Replace(path, temp string, content []byte) error {
	return ReplaceFrom(path, temp, writing(content))
}

// ReplaceFrom is Replace with the content that fill writes. If fill returns an error, the file is unchanged.
func ReplaceFrom(path, temp string, fill func(io.Writer) error) error {
	return put(path, temp, fill, os.Rename)
}

// Create writes content to a new file at path, which only its owner may read. It returns an error that wraps
// fs.ErrExist if there is a file, and leaves that unchanged. temp is as for Replace. The file system must have hard
// links.
func Create(path, temp string, content []byte) error { return CreateFrom(path, temp, writing(content)) }

// CreateFrom is Create with the content that fill writes. If fill returns an error, no file is made.
func CreateFrom(path, temp string, fill func(io.Writer) error) error {
	return put(path, temp, fill, func(made, path string) error {
		err := os.Link(made, path) // unlike a rename it replaces nothing
		return errors.Join(err, os.Remove(made))
	})
}

// writing returns a function that writes the content.
func writing(content []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(content); return err }
}

// put writes a temporary file and gives it its name.
func put(path, temp string, fill func(io.Writer) error, name func(made, path string) error) error {
	dir := filepath.Dir(path)
	f, err := open(dir, temp)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 64<<10)
	err = fill(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := name(f.Name(), path); err != nil {
		if rerr := os.Remove(f.Name()); !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
		return err
	}
	return SyncDir(dir)
}

func open(dir, temp string) (*os.File, error) {
	if strings.Contains(temp, "*") {
		return os.CreateTemp(dir, temp) // mode 0600
	}
	return os.OpenFile(filepath.Join(dir, temp), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

// MkdirAll creates the folder at path and its missing parents, accessible to the owner only. It returns nil if there
// is something at path already, folder or not.
func MkdirAll(path string) error {
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrNotExist) {
		if err = MkdirAll(filepath.Dir(path)); err == nil {
			err = os.Mkdir(path, 0o700)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes the names in the folder durable.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
