package documents

import (
	"archive/zip"
	"cmp"
	"errors"
	"io"
	"path"
	"strings"
)

// tail is how many bytes at the end of a zip are read first: the whole directory of most documents.
const tail = 8 << 10

// The bytes of a part that are read at once: its header, and what is needed for the first 4 KiB of a picture.
const (
	storedHead   = 8 << 10
	deflatedHead = 40 << 10 // compress/flate unpacks 32 KiB before it returns the first byte
)

// zip reads the pictures of a zip.
func (x *reading) zip(at string, r io.ReaderAt, size int64, depth int) {
	w := &window{r: r, size: size, directory: x.limits.Directory}
	w.fetch(max(0, size-tail), tail)
	z, err := zip.NewReader(w, size)
	if w.exceeded {
		err = ErrLimit
	}
	if err != nil {
		x.fail(at, err)
		return
	}
	w.directory = 0
	for i, f := range z.File {
		if i >= x.limits.Members {
			x.fail(at, ErrLimit)
			return
		}
		if w.head = storedHead; f.Method != zip.Store {
			w.head = deflatedHead
		}
		if err := x.member(within(at, f.Name), f, depth); err != nil {
			x.fail(within(at, f.Name), err)
		}
	}
}

// within returns the path of a part of the document at that place.
func within(at, name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	if at == "" {
		return name
	}
	return at + "/" + name
}

// member looks at a part of a zip: a picture, or another document.
func (x *reading) member(at string, f *zip.File, depth int) error {
	name := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
	size := int64(f.UncompressedSize64)
	inner := kindOf(name) == zipped && depth < x.limits.Nesting
	maybe := x.known.MayBe(size, f.CRC32)
	if !inner && !maybe && !isImage(name) || size == 0 || x.full(at) {
		return nil
	}
	if size < 0 || size > x.limits.Picture {
		return ErrLimit
	}
	if f.Flags&1 != 0 { // APPNOTE.TXT, 4.4.4
		return errors.New("it is encrypted")
	}
	part, err := f.Open()
	if err != nil {
		return err
	}
	u := &unpacked{
		r: part, left: &x.unpacked, ratio: max(x.limits.Slack, x.limits.Ratio*int64(f.CompressedSize64)),
	}
	if inner {
		x.document(name, at, u, size, depth+1)
		if u.err != io.EOF {
			err = u.err
		}
	} else {
		err = x.picture(name, at, u, size, maybe)
	}
	return errors.Join(err, part.Close())
}

// isImage reports whether a part has the extension of a format that is judged.
func isImage(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif", ".heic", ".heif":
		return true
	}
	return false
}

// window holds a piece of a file, so that reads beside one another are one read of r: each may be a request to a
// storage.
type window struct {
	r    io.ReaderAt
	size int64
	// directory is the most bytes that the window grows backwards by, so that a directory, which is in one piece before
	// the end of a zip, is fetched at once. exceeded is true if it had more. After the directory, it is 0.
	directory int64
	exceeded  bool
	head      int64 // bytes that a read elsewhere fetches

	off int64
	buf []byte
	err error // of the last read
}

// maxAhead is the most bytes that are read ahead, for one part from its beginning to its end.
const maxAhead = 256 << 10

// ReadAt implements io.ReaderAt.
func (w *window) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	for n < len(p) {
		at := off + int64(n)
		if at >= w.size {
			return n, io.EOF
		}
		past := at - w.off
		switch {
		case past >= 0 && past < int64(len(w.buf)):
			n += copy(p[n:], w.buf[past:])
			continue
		case w.directory > 0 && past < 0:
			w.grow(at)
		case past == int64(len(w.buf)): // the part goes on
			w.fetch(at, min(2*int64(len(w.buf)), maxAhead))
		default:
			w.fetch(at, max(w.head, int64(len(p)-n)))
		}
		if w.err != nil {
			return n, w.err
		}
	}
	return n, nil
}

// grow adds the bytes from off on to the beginning of the window.
func (w *window) grow(off int64) {
	if w.off-off > w.directory {
		w.exceeded, w.err = true, ErrLimit
		return
	}
	behind, at := w.buf, w.off
	w.buf = nil
	if w.fetch(off, at-off); w.err == nil && int64(len(w.buf)) == at-off {
		w.buf = append(w.buf, behind...)
	}
}

// fetch moves the window to the n bytes at off.
func (w *window) fetch(off, n int64) {
	n = max(min(n, w.size-off), 0)
	if int64(cap(w.buf)) < n {
		w.buf = make([]byte, n)
	}
	got, err := w.r.ReadAt(w.buf[:n], off)
	if w.off, w.buf, w.err = off, w.buf[:max(got, 0)], nil; got <= 0 {
		w.err = cmp.Or(err, io.ErrUnexpectedEOF)
	}
}

// unpacked gives the bytes of a part in any order. It unpacks no more than was asked for, and keeps what it has
// unpacked.
type unpacked struct {
	r     io.Reader
	left  *int64 // bytes that the whole document may still unpack
	ratio int64  // bytes that this part may have
	buf   []byte
	err   error // of unpacking
}

// ReadAt implements io.ReaderAt.
func (u *unpacked) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	for int64(len(u.buf)) < off+int64(len(p)) && u.err == nil {
		u.more(off + int64(len(p)) - int64(len(u.buf)))
	}
	if off >= int64(len(u.buf)) {
		return 0, u.err
	}
	n := copy(p, u.buf[off:])
	if n < len(p) {
		return n, u.err
	}
	return n, nil
}

// more unpacks at most n bytes more.
func (u *unpacked) more(n int64) {
	if *u.left <= 0 || int64(len(u.buf)) >= u.ratio {
		u.err = ErrLimit
		return
	}
	const step = 64 << 10
	n = min(n, step, *u.left, u.ratio-int64(len(u.buf)))
	at := len(u.buf)
	u.buf = append(u.buf, make([]byte, n)...)
	got, err := io.ReadFull(u.r, u.buf[at:])
	u.buf, *u.left = u.buf[:at+got], *u.left-int64(got)
	if errors.Is(err, io.ErrUnexpectedEOF) && int64(got) < n {
		err = io.EOF
	}
	u.err = err
}
