package export

import (
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// withParts returns the members of the source and of the zips that are parts of it. Zips inside these are attachments
// of a person, and are never opened.
func (x *reader) withParts(source []member) []member {
	whole := slices.ContainsFunc(source, func(m member) bool { return m.logical(nil) == conversationsFile })
	members := slices.Clone(source)
	for _, m := range source {
		if !isPart(m.path, whole) || x.ctx.Err() != nil {
			continue
		}
		if r, err := x.part(m); err != nil {
			x.problem(m.path, err)
		} else {
			members = append(members, x.unzip(m.path, r, m.size)...)
		}
	}
	return members
}

// isPart reports whether the file at that path of the source is a zip of the privacy portal. A source that is an export
// itself has such zips only by their names; its other zips are attachments.
func isPart(at string, whole bool) bool {
	base := path.Base(at)
	if !strings.EqualFold(path.Ext(base), ".zip") {
		return false
	}
	return !whole || strings.HasPrefix(base, "Conversations__") || strings.HasPrefix(base, "Files__")
}

// part returns the bytes of a zip inside the source.
func (x *reader) part(m member) (io.ReaderAt, error) {
	if m.at == nil {
		return x.spool(m)
	}
	r, done, err := m.at()
	if err == nil {
		x.close = append(x.close, done)
	}
	return r, err
}

// spool unpacks m to a temporary file.
func (x *reader) spool(m member) (io.ReaderAt, error) {
	if m.size > x.limits.Spool {
		return nil, ErrTooLarge
	}
	r, err := m.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f, err := x.temporary()
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(f, &guard{r: r, x: x, packed: m.packed, limit: x.limits.Spool})
	x.limits.Spool -= n
	return f, err
}

// temporary creates a temporary file, which only this user can read. It loses its name at once, so that it disappears
// even if the process is killed. Windows does not allow that: the file is removed when it is closed.
func (x *reader) temporary() (*os.File, error) {
	f, err := os.CreateTemp(x.o.Temp, "sweepd-export-*.zip")
	if err != nil {
		return nil, err
	}
	named := os.Remove(f.Name()) != nil
	x.close = append(x.close, func() {
		f.Close()
		if named {
			_ = os.Remove(f.Name()) // a failure leaves a copy of a part of the export in the folder for such files
		}
	})
	return f, nil
}
