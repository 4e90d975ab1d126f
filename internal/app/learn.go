package app

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/sweepd/sweepd/export"
	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// Lesson is what was learnt from one path. An export that is not complete has only its uploads in Source.
type Lesson struct {
	known.Source
	// Uploads is the number of pictures that the person named and that are uploads by an export, so that they stay.
	Uploads int
	// Unlooked is the number of pictures that took too long to decode. They are known by their bytes alone until they
	// are learnt again.
	Unlooked int
}

// errNotLearnt is the error of a path from which nothing can be learnt.
var errNotLearnt = errors.New("neither a picture nor a data export of ChatGPT")

// maxNamed is the size in bytes of the largest picture that is learnt by its name, as of those in an export.
const maxNamed = 1 << 30

// Learn reads the export or the picture at path and records what it shows. progress is called often while it reads an
// export. It returns errNotLearnt for a file that is neither, and changes the record only if all of the path was read.
func (a *App) Learn(ctx context.Context, path string, progress func(export.Progress)) (Lesson, error) {
	// The path is compared with those of files that a scan finds, which have no links.
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return Lesson{}, err
	}
	l, pictures, err := a.read(ctx, real, progress)
	if err != nil {
		return Lesson{}, err
	}
	if l.Source, err = a.Journal.Learn(ctx, l.Source, pictures); err != nil {
		return Lesson{}, err
	}
	// The first to read what is known stores it for all others. So the next scan need not.
	set, _, err := a.Journal.Known(ctx)
	if err == nil && l.Kind == known.File {
		l.Uploads = uploads(set, pictures)
	}
	return l, err
}

// uploads returns how many of the pictures are uploads by what is known.
func uploads(set *known.Set, pictures []known.Picture) (n int) {
	for _, p := range pictures {
		if m, ok := set.Of(p.Size, p.Hashes); ok && m.Uploaded() {
			n++
		}
	}
	return n
}

// read returns what the file or folder at path shows.
func (a *App) read(
	ctx context.Context, path string, progress func(export.Progress),
) (Lesson, []known.Picture, error) {
	o := export.Options{Progress: progress, Looks: true}
	fi, err := os.Stat(path)
	switch {
	case err != nil:
		return Lesson{}, nil, err
	case fi.IsDir():
		root, err := os.OpenRoot(path)
		if err != nil {
			return Lesson{}, nil, err
		}
		defer root.Close()
		return fromExport(path, func() (*export.Report, error) { return export.ReadFolder(ctx, root, o) })
	case !fi.Mode().IsRegular():
		return Lesson{}, nil, fmt.Errorf("%q is %w", path, errNotLearnt)
	}
	f, err := os.Open(path)
	if err != nil {
		return Lesson{}, nil, err
	}
	defer f.Close()
	if fi, err = f.Stat(); err != nil {
		return Lesson{}, nil, err
	}
	var magic [4]byte
	if _, err := f.ReadAt(magic[:], 0); err == nil && string(magic[:2]) == "PK" {
		return fromExport(path, func() (*export.Report, error) { return export.ReadZip(ctx, f, fi.Size(), o) })
	}
	p, err := a.named(f, fi.Size())
	slow := false
	if err == nil {
		slow, err = see(ctx, f, &p)
	}
	if err != nil {
		return Lesson{}, nil, fmt.Errorf("%q: %w", path, err)
	}
	l := Lesson{Source: known.Source{Kind: known.File, Path: path, Complete: true, Named: 1}}
	if slow {
		l.Unlooked = 1
	}
	return l, []known.Picture{p}, nil
}

// fromExport returns what a report shows. It returns an error if it is not that of an export.
func fromExport(path string, read func() (*export.Report, error)) (Lesson, []known.Picture, error) {
	r, err := read()
	if err != nil {
		return Lesson{}, nil, err
	}
	if known.NoExport(r) {
		return Lesson{}, nil, fmt.Errorf("%q is not a data export: %w", path, r.Problems[0])
	}
	from, pictures := known.FromExport(path, r)
	return Lesson{Source: from, Unlooked: r.Unlooked}, pictures, nil
}

// named returns the picture in f, which the person names as one from ChatGPT.
func (a *App) named(f *os.File, size int64) (known.Picture, error) {
	if size > maxNamed {
		return known.Picture{}, errNotLearnt
	}
	v, err := a.Classifier.Classify(fingerprint.File{Size: size, Bytes: f})
	if err != nil {
		return known.Picture{}, err
	}
	if v.MediaType == "" {
		return known.Picture{}, errNotLearnt
	}
	hashes, sha, md, crc := providers.NewHasher(), sha1.New(), md5.New(), crc32.NewIEEE()
	pixels := fingerprint.NewPixelHasher()
	n, err := io.Copy(io.MultiWriter(hashes, sha, md, crc, pixels), io.NewSectionReader(f, 0, size+1))
	if err == nil && n != size {
		err = providers.ErrChanged
	}
	if err != nil {
		return known.Picture{}, err
	}
	p := known.Picture{
		Origin: known.Named, Size: size, Hashes: hashes.Sum(), SHA1: [sha1.Size]byte(sha.Sum(nil)),
		MD5: [md5.Size]byte(md.Sum(nil)), CRC32: crc.Sum32(), Twin: v.Twin, MediaType: v.MediaType,
		Width: v.Width, Height: v.Height, Product: v.Product, Made: v.Made,
	}
	p.Pixels, _ = pixels.Sum()
	return p, nil
}

// see adds what the picture in f looks like, if it can be decoded, and returns whether that took too long. A picture
// without a look is still known by its bytes.
func see(ctx context.Context, f *os.File, p *known.Picture) (slow bool, err error) {
	gray, size, err := thumbnail.NewMaker().Gray(ctx, thumbnail.Picture{
		Size: p.Size,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(f, 0, p.Size)), nil },
	})
	if errors.Is(err, thumbnail.ErrNoPicture) {
		return !thumbnail.IsFinal(err), nil
	}
	if err != nil {
		return false, err
	}
	l := perceptual.Of(perceptual.Gray(gray))
	p.Quality, p.Width, p.Height, p.Title = l.Quality, size.X, size.Y, filepath.Base(f.Name())
	b, err := l.Hash.AppendBinary(nil)
	copy(p.Perceptual[:], b)
	return false, err
}
