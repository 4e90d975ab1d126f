package export

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// walk returns the files below root. Links are problems, and are not followed.
func (x *reader) walk(root *os.Root) (members []member) {
	err := fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if ctxErr := x.ctx.Err(); ctxErr != nil {
			return ctxErr
		}
		if err != nil {
			x.problem(path, err)
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if err := x.count(); err != nil {
			return err
		}
		m, err := filed(root, path, d)
		if err != nil {
			x.problem(path, err)
			return nil
		}
		members = append(members, m)
		return nil
	})
	if err != nil {
		x.problem("", err)
	}
	return members
}

// filed returns the member that the file at path is.
func filed(root *os.Root, path string, d fs.DirEntry) (member, error) {
	if !d.Type().IsRegular() {
		return member{}, ErrLink
	}
	info, err := d.Info()
	if err != nil {
		return member{}, err
	}
	m := member{path: path, size: info.Size(), packed: info.Size()}
	m.open = func() (io.ReadCloser, error) { return regular(root, path, info) }
	m.at = func() (io.ReaderAt, func(), error) {
		f, err := regular(root, path, info)
		if err != nil {
			return nil, nil, err
		}
		return f, func() { f.Close() }, nil
	}
	return m, nil
}

// regular opens the file at path if it is still the one that was listed.
func regular(root *os.Root, path string, listed fs.FileInfo) (*os.File, error) {
	f, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !os.SameFile(info, listed) || info.Size() != listed.Size() {
		return nil, errors.Join(ErrUnreadable, errors.New("it was replaced meanwhile"), err, f.Close())
	}
	return f, nil
}
