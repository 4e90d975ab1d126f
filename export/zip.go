package export

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// unzip returns the files of the zip at path.
func (x *reader) unzip(path string, r io.ReaderAt, size int64) (members []member) {
	z, err := x.directory(r, size)
	if err != nil {
		x.problem(path, err)
		return nil
	}
	seen := make(map[string]bool, len(z.File))
	for _, f := range z.File {
		if err := x.fault(f, seen); err != nil {
			x.problem(join(path, readable(f.Name)), err)
		} else if !strings.HasSuffix(f.Name, "/") {
			members = append(members, zipped(path, f, r))
		}
		seen[f.Name] = true
	}
	return members
}

// directory reads the central directory of the zip in r.
func (x *reader) directory(r io.ReaderAt, size int64) (*zip.Reader, error) {
	b := &budget{r: r, left: x.limits.DirectoryBytes}
	z, err := zip.NewReader(b, size)
	x.limits.DirectoryBytes = max(0, b.left) // one budget for the zips inside
	b.unlimited = true                       // the contents are read through it
	if errors.Is(err, zip.ErrInsecurePath) {
		err = nil // fault checks the paths
	}
	if err != nil && !errors.Is(err, zip.ErrFormat) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return z, whole(z, err, r)
}

// whole returns an error if z, which was opened with err, is not all of the zip in r. A zip that was cut off may end
// with a directory, because a zip inside it has one: then the first file of r is none of z.
func whole(z *zip.Reader, err error, r io.ReaderAt) error {
	head := make([]byte, 30) // a local file header: APPNOTE.TXT, 4.3.7
	n, _ := r.ReadAt(head, 0)
	switch signature := string(head[:4]); {
	case err == nil && len(z.File) == 0 && signature == "PK\x05\x06":
		return nil // an empty zip has only an end, of 22 bytes
	case n < len(head) || signature != "PK\x03\x04":
		return ErrNotZip
	}
	first := 30 + int64(binary.LittleEndian.Uint16(head[26:])) + int64(binary.LittleEndian.Uint16(head[28:]))
	is := func(f *zip.File) bool {
		off, err := f.DataOffset()
		return err == nil && off == first
	}
	if err != nil || !slices.ContainsFunc(z.File, is) {
		return ErrTruncated
	}
	return nil
}

// budget reads at most left bytes, until it is unlimited.
type budget struct {
	r         io.ReaderAt
	left      int64
	unlimited bool
}

func (b *budget) ReadAt(p []byte, off int64) (int, error) {
	n, err := b.r.ReadAt(p, off)
	if !b.unlimited {
		if b.left -= int64(n); b.left < 0 {
			return 0, fmt.Errorf("%w: the directory of the zip is too long", ErrTooMany)
		}
	}
	return n, err
}

// encrypted are the flags of an encrypted file, of one under strong encryption, and of one whose header is hidden
// (APPNOTE.TXT, 4.4.4).
const encrypted = 1 | 1<<6 | 1<<13

// drive matches the beginning of an absolute path of Windows.
var drive = regexp.MustCompile(`^[A-Za-z]:`)

// fault returns the reason why f is not read.
func (x *reader) fault(f *zip.File, seen map[string]bool) error {
	name, folder := strings.CutSuffix(readable(f.Name), "/")
	switch mode := f.Mode(); {
	case !fs.ValidPath(name), name == ".", strings.ContainsAny(name, "\\\x00"), drive.MatchString(name):
		return ErrName
	case !mode.IsRegular() && !folder, mode&fs.ModeType&^fs.ModeDir != 0:
		return ErrLink
	case seen[f.Name] && !folder:
		return ErrDuplicate
	case f.Flags&encrypted != 0:
		return ErrEncrypted
	case f.UncompressedSize64 > 1<<62 || f.CompressedSize64 > 1<<62:
		return ErrTooLarge
	case folder:
		return nil
	}
	return x.count()
}

// count counts one more file.
func (x *reader) count() error {
	if x.files++; x.files > x.limits.Members {
		return ErrTooMany
	}
	return nil
}

// zipped returns the member that f is, of the zip in r at path.
func zipped(path string, f *zip.File, r io.ReaderAt) member {
	m := member{
		path: join(path, readable(f.Name)), open: f.Open,
		size: int64(f.UncompressedSize64), packed: int64(f.CompressedSize64),
	}
	if f.Method == zip.Store && m.size == m.packed {
		m.at = func() (io.ReaderAt, func(), error) {
			off, err := f.DataOffset()
			return io.NewSectionReader(r, off, m.size), func() {}, err
		}
	}
	return m
}

// readable returns a name as valid UTF-8, which names in zips of older systems are not.
func readable(name string) string { return strings.ToValidUTF8(name, "\uFFFD") }

// join returns the path of a file in the zip at path.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}
